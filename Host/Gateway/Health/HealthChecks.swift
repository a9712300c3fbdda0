// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import HTTPServer
import OrderedJSON
public import Store
import VideoDocuments

/// Says whether the gateway lives, and whether it can take requests.
@LoopActor public final class HealthChecks {
  /// Looks at one thing: nil when it is in order, else one sentence.
  public typealias Check = @LoopActor @Sendable () async -> String?

  /// A look is good for so long: whoever asks often must not cost much.
  private static let freshMilliseconds: UInt64 = 500

  private var checks: [(name: String, check: Check)] = []
  private var looking: Task<[(name: String, problem: String?)], Never>?
  private var lookedNanoseconds: UInt64 = 0
  private let version: String
  private let patienceMilliseconds: UInt64
  /// Set when the gateway was told to end: it takes no more requests then.
  public var isDraining = false

  /// What does not answer within `patienceMilliseconds` is not in order.
  public nonisolated init(version: String, patienceMilliseconds: UInt64 = 3_000) {
    self.version = version
    self.patienceMilliseconds = patienceMilliseconds
  }

  /// Adds something to look at. The name is a constant word.
  public func add(_ name: String, _ check: @escaping Check) { checks.append((name, check)) }

  /// Looks whether jobs can be written: the disk has room, and the database takes a transaction.
  public func addStore(_ store: any Store) {
    add("store") {
      do throws(Failure) {
        try await store.setRoomAside()
        // Of a job that nobody has: the transaction comes about, and changes nothing.
        try await store.update("readiness") { _ in JobChange(nil, output: ()) }
      } catch {
        return error.kind == .notFound ? nil : error.message
      }
      return nil
    }
  }

  /// The answer to `GET /healthz`: the process lives and its loop turns.
  public func live() -> HTTPResponse { Self.response(200, ["status": "ok", "version": .string(version)]) }

  /// The answer to `GET /readyz`: 200 when everything is in order, else 503 with the reasons.
  public func ready() async -> HTTPResponse {
    var results = await look()
    if isDraining { results.append(("draining", "The gateway was told to end and takes no more requests.")) }
    let problems = results.compactMap { $0.problem }
    var body: JSONObject = ["status": problems.isEmpty ? "ready" : "unavailable"]
    body["checks"] = .object(JSONObject(results.map { ($0.name, .string($0.problem ?? "ok")) }))
    body["reasons"] = .array(problems.map { .string($0) })
    return Self.response(problems.isEmpty ? 200 : 503, .object(body))
  }

  private func look() async -> [(name: String, problem: String?)] {
    let now = EventLoop.monotonicNanoseconds
    if let looking, now - lookedNanoseconds < Self.freshMilliseconds * 1_000_000 { return await looking.value }
    let task = Task { @LoopActor in
      var results: [(name: String, problem: String?)] = []
      for (name, check) in checks { results.append((name, await patiently(name, check))) }
      return results
    }
    looking = task
    lookedNanoseconds = now
    return await task.value
  }

  /// The check's answer, or that there was none in time.
  private func patiently(_ name: String, _ check: @escaping Check) async -> String? {
    await withCheckedContinuation { continuation in
      let answer = FirstAnswer(continuation)
      answer.timer = EventLoop.after(nanoseconds: patienceMilliseconds * 1_000_000) {
        answer.give("The check \(name) did not end in time.")
      }
      Task { @LoopActor in answer.give(await check()) }
    }
  }

  private static func response(_ status: Int, _ body: JSON) -> HTTPResponse {
    HTTPResponse(
      status: status,
      headers: HTTPHeaders([
        HTTPField(name: "Content-Type", value: "application/json"),
        HTTPField(name: "Cache-Control", value: "no-store"),
      ]), body: .bytes(body.serialized()))
  }
}

/// A continuation that only the first of several answers resumes.
@LoopActor private final class FirstAnswer {
  private var continuation: CheckedContinuation<String?, Never>?
  var timer: LoopTimer?

  init(_ continuation: CheckedContinuation<String?, Never>) { self.continuation = continuation }

  func give(_ answer: String?) {
    continuation?.resume(returning: answer)
    continuation = nil
    timer?.cancel()
    timer = nil
  }
}
