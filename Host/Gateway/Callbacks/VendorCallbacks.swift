// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import HTTPServer
public import Jobs
import Network
import OrderedJSON
public import Store
public import VideoDocuments

/// Receives what vendors announce (`POST /callbacks/{token}`).
///
/// What a callback says is never believed: it only brings the next look forward, and the vendor's answer to that look
/// counts. So a forged or repeated one costs a look at most, of which a job has one in a few seconds. To a job of which
/// nobody knows whether it was bought, it says under which id to look.
@LoopActor public final class VendorCallbacks {
  /// Asks the plugin what a callback means; nil when the plugin has no operation for that.
  public typealias Hint = @LoopActor (JobRecord, VideoDocuments.RequestHead, [UInt8]) async throws(Failure) -> Step?

  /// Tells a job of unknown outcome under which id the vendor has it.
  public typealias Adopt = @LoopActor (_ jobID: String, _ upstreamID: String) async throws(Failure) -> Void

  /// Bytes of a callback's body.
  public nonisolated static let maximumBodyBytes = 1 << 20
  /// A job is looked at no more often.
  public nonisolated static let lookGapMilliseconds: Int64 = 3_000
  /// Ids of callbacks that are remembered, to know repeated ones.
  private static let rememberedIDs = 4_096

  private let index: any CallbackIndex
  private let verification: CallbackVerification
  private let hint: Hint
  private let look: @LoopActor (_ jobID: String) -> Void
  private let adopt: Adopt
  private let gate: LookGate
  private let clock: any JobClock
  private var seen: Set<String> = []
  private var seenInOrder: [String] = []

  /// `look` sees to it that the vendor is soon asked about a job; it returns at once.
  public nonisolated init(
    index: any CallbackIndex, verification: CallbackVerification, clock: any JobClock = SystemClock(),
    lookGapMilliseconds: Int64 = VendorCallbacks.lookGapMilliseconds, hint: @escaping Hint,
    look: @escaping @LoopActor (_ jobID: String) -> Void, adopt: @escaping Adopt = { _, _ in }
  ) {
    self.index = index
    self.verification = verification
    self.clock = clock
    self.hint = hint
    self.look = look
    self.adopt = adopt
    gate = LookGate(gapMilliseconds: lookGapMilliseconds, look: look)
  }

  public func respond(_ request: HTTPRequest, token: String) async -> HTTPResponse {
    let body: [UInt8]
    do throws(HTTPBodyFailure) {
      body = try await request.body.collect(limit: Self.maximumBodyBytes)
    } catch {
      switch error {
      case .tooLarge(let limit): return Self.refusal(413, "The body has more than \(limit) bytes.")
      case .refused(let failure): return Self.refusal(failure.status, failure.description)
      // Nobody is there to read it.
      default: return HTTPResponse(status: 400)
      }
    }
    do throws(Failure) {
      return try await take(request, body, token)
    } catch {
      // The vendor sends it again.
      return Self.refusal(503, "The callback cannot be taken at the moment.")
    }
  }

  private func take(
    _ request: HTTPRequest, _ body: [UInt8], _ token: String
  ) async throws(Failure) -> HTTPResponse {
    let job = try await index.job(callbackToken: token)
    // Compared in any case, and in the same time wherever the first difference is.
    let isRight = ConstantTime.areEqual(job?.caller?.callbackToken ?? String(repeating: "-", count: 43), token)
    guard let job, isRight else { return Self.refusal(404, "There is nothing at this address.") }
    let headers = request.head.headers.fields.map { HTTPHeader($0.name, $0.value) }
    var callbackID: String?
    if let demand = try await verification.demand(for: job) {
      let now = clock.nowMilliseconds / 1_000
      switch demand.signature.verify(headers: headers, body: body, secret: demand.secret, nowSeconds: now) {
      case .success: break
      case .failure: return Self.refusal(401, "The signature is missing, wrong or too old.")
      }
      callbackID = demand.signature.idHeader.flatMap { headers.first($0) }.map { "\(job.id) \($0)" }
    }
    if let callbackID, !remember(callbackID) { return Self.taken }
    await consider(job, request, body)
    return Self.taken
  }

  /// Looks soon, unless there is nothing to learn.
  private func consider(_ job: JobRecord, _ request: HTTPRequest, _ body: [UInt8]) async {
    switch job.state {
    // An expired one may have been made after all.
    case .watching, .expired: break
    // Once settled it is not unknown any more, so this needs no gate.
    case .unknown: return await settle(job, request, body)
    case .planned, .submitting:
      // Faster than the vendor's answer to the purchase: the look comes when that was read.
      _ = gate.admits(job.id)
      return gate.wish(job.id)
    case .collecting, .done, .failed, .cancelled: return
    }
    guard gate.admits(job.id) else { return }
    if await isWorthALook(job, request, body) { look(job.id) }
  }

  /// Only whoever took the purchase was told the address, so it was bought, under the id that the callback names. What
  /// became of it is the vendor's to say when it is looked at.
  private func settle(_ job: JobRecord, _ request: HTTPRequest, _ body: [UInt8]) async {
    guard let step = try? await hint(job, Self.plain(request), body), case .update(let update) = step.action,
      let upstreamID = update.upstreamID, !upstreamID.isEmpty
    else { return }
    do throws(Failure) {
      try await adopt(job.id, upstreamID)
      look(job.id)
    } catch {
      // Somebody else settled it, or it cannot be written: the vendor announces its end too.
    }
  }

  /// No header and no path: neither the token nor a signature is the plugin's to know.
  private static func plain(_ request: HTTPRequest) -> VideoDocuments.RequestHead {
    VideoDocuments.RequestHead(
      method: request.head.method, path: "",
      headers: request.head.headers.values("content-type").map { NameValuePair("Content-Type", $0) })
  }

  private func isWorthALook(_ job: JobRecord, _ request: HTTPRequest, _ body: [UInt8]) async -> Bool {
    let step: Step?
    do throws(Failure) {
      step = try await hint(job, Self.plain(request), body)
    } catch {
      // What the plugin cannot read may be news all the same.
      return true
    }
    switch step?.action {
    case .fail(let failure): return failure.kind != .notFound
    case .update(let update):
      let isNews = update.phase != job.task.phase || update.progressPercent ?? 0 > job.task.progressPercent ?? 0
      return isNews && !(update.phase == .queued && job.task.phase == .running)
    case .wait, .http, nil: return true
    }
  }

  /// False when it was there before.
  private func remember(_ id: String) -> Bool {
    guard seen.insert(id).inserted else { return false }
    seenInOrder.append(id)
    if seenInOrder.count >= 2 * Self.rememberedIDs {
      seen.subtract(seenInOrder[..<Self.rememberedIDs])
      seenInOrder.removeFirst(Self.rememberedIDs)
    }
    return true
  }

  private static let taken = HTTPResponse(
    status: 200, headers: ["Content-Type": "application/json"], body: .bytes(Array("{}".utf8)))

  private static func refusal(_ status: Int, _ sentence: String) -> HTTPResponse {
    let body: JSON = ["error": ["message": .string(sentence)]]
    return HTTPResponse(
      status: status, headers: ["Content-Type": "application/json"], body: .bytes(body.serialized()))
  }
}
