// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// A vendor, the plugin that speaks to it and the way between, in memory. What tests count is counted here.
@LoopActor final class FakeVendor {
  /// What happens to one POST.
  enum CreateFate: Sendable {
    case accepts
    case refuses
    case neverSent
    /// It takes the job, and the answer is lost.
    case acceptsInSilence
    /// It does not take the job, and says nothing.
    case dropsInSilence
    case answers(status: Int, body: String, headers: [NameValuePair] = [])
  }

  /// What happens to one look.
  enum LookFate: Sendable {
    case says(TaskPhase)
    case unreachable
    case busy(retryAfterSeconds: Int)
    case notFound
    case badKey
    case gibberish
  }

  enum DownloadFate: Sendable {
    case delivers
    case gone
    case breaks
    case diskFull
  }

  /// Consumed from the front; afterwards the last stays.
  var creates: [CreateFate] = [.accepts]
  var looks: [LookFate] = [.says(.queued), .says(.running), .says(.succeeded)]
  var downloads: [DownloadFate] = [.delivers]
  var canCancel = true
  /// Ids that looks are answered for; nil: every one.
  var known: Set<String>?
  var outputKinds = ["video"]
  /// Called before each answer to a look, with its number from 1.
  var onLook: (@LoopActor (Int) async -> Void)?
  var onCreate: (@LoopActor () async -> Void)?

  private(set) var createsReceived = 0
  private(set) var createsAccepted = 0
  /// Of each purchase that arrived.
  private(set) var prompts: [String] = []
  private(set) var looksReceived = 0
  private(set) var cancelsReceived = 0
  private(set) var downloadsServed = 0
  private var cancelled = false

  nonisolated init() {}

  private func next<Fate>(_ fates: inout [Fate]) -> Fate { fates.count > 1 ? fates.removeFirst() : fates[0] }

  func receive(_ step: HTTPStep) async -> WireOutcome {
    switch step.method {
    case "POST":
      await onCreate?()
      let fate = next(&creates)
      if case .neverSent = fate { return .notSent(Failure(.unreachable, "No route to the vendor.")) }
      createsReceived += 1
      if case .segments(let segments, _)? = step.body, case .text(let text)? = segments.first {
        prompts.append((try? JSON(parsing: text))?["prompt"]?.string ?? "")
      }
      switch fate {
      case .accepts:
        createsAccepted += 1
        return answer(200, ["id": .string("up-\(createsAccepted)")])
      case .refuses: return answer(400, ["error": "refused"])
      case .acceptsInSilence:
        createsAccepted += 1
        return .unknown(Failure(.unreachable, "The connection broke."))
      case .dropsInSilence: return .unknown(Failure(.unreachable, "The connection broke."))
      case .answers(let status, let body, let headers):
        if status < 300 { createsAccepted += 1 }
        return .answered(WireAnswer(status: status, headers: headers, body: Array(body.utf8)))
      case .neverSent: return .notSent(Failure(.unreachable, "No route to the vendor."))
      }
    case "DELETE":
      cancelsReceived += 1
      guard canCancel else { return answer(409, ["error": "running"]) }
      cancelled = true
      return answer(200, ["phase": "cancelled"])
    default:
      looksReceived += 1
      await onLook?(looksReceived)
      if let known, let id = step.path?.split(separator: "/").last, !known.contains(String(id)) {
        return answer(404, ["error": "not_found"])
      }
      if cancelled { return answer(200, ["phase": "cancelled"]) }
      switch next(&looks) {
      case .says(let phase): return answer(200, ["phase": .string(phase.rawValue)])
      case .unreachable: return .unknown(Failure(.unreachable, "The connection broke."))
      case .busy(let seconds):
        return .answered(
          WireAnswer(
            status: 429, headers: [NameValuePair("retry-after", "\(seconds)")], body: Array(#"{"error":"busy"}"#.utf8)))
      case .notFound: return answer(404, ["error": "not_found"])
      case .badKey: return answer(401, ["error": "key"])
      case .gibberish: return answer(200, ["what": "is this"])
      }
    }
  }

  private func answer(_ status: Int, _ body: JSON) -> WireOutcome {
    .answered(WireAnswer(status: status, body: body.serialized()))
  }

  func download(_ index: Int) throws(CollectTrouble) {
    switch next(&downloads) {
    case .delivers: downloadsServed += 1
    case .gone: throw .linkGone(Failure(.expired, "404"))
    case .breaks: throw .unreachable(Failure(.unreachable, "The connection broke."))
    case .diskFull: throw .disk(Failure(.internal, "The disk is full."))
    }
  }
}

/// The plugin for the fake vendor. Pure, as plugins are.
struct FakePlugin: ProviderCalls {
  let vendor: FakeVendor
  /// What `create` says instead of its step.
  var createFailure: Failure?
  var createStep: Step?
  var resumeCrashes = false
  /// Whether `poll` asks by the job's own id where there is no other.
  var looksUp = false

  func canLookUp(_ job: JobRecord) -> Bool { looksUp }

  func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    if let createFailure { throw createFailure }
    return createStep
      ?? Step(
        .http(HTTPStep("POST", path: "/tasks", body: .json(job.request.json), retry: .never)), state: ["kind": "t2v"],
        ledger: job.request.givenFields.map { LedgerEntry($0.name, .sent) })
  }

  func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    Step(.http(HTTPStep("GET", path: "/tasks/\(job.task.upstreamID ?? (looksUp ? job.id : "?"))", retry: .safe)))
  }

  func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    Step(.http(HTTPStep("DELETE", path: "/tasks/\(job.task.upstreamID ?? "?")", retry: .unsent)))
  }

  func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step {
    if resumeCrashes { throw Failure(.plugin, "The plugin crashed.") }
    guard let json = try? JSON(parsing: body) else {
      return Step(.fail(Failure(.drift, "That is not JSON.")))
    }
    if let error = json["error"]?.string {
      switch error {
      case "busy": return Step(.fail(Failure(.rateLimited, "Too fast.", vendorCode: error)))
      case "not_found": return Step(.fail(Failure(.notFound, "No such task.", vendorCode: error)))
      case "key": return Step(.fail(Failure(.authentication, "The key was rejected.", vendorCode: error)))
      case "running": return Step(.fail(Failure(.invalid, "It is running.", vendorCode: error)))
      case "upstream": return Step(.fail(Failure(.upstream, "It broke.")))
      default: return Step(.fail(Failure(.refusedPrompt, "No.", vendorCode: error)))
      }
    }
    if let id = json["id"]?.string {
      return Step(.update(TaskUpdate(.queued, upstreamID: id)), state: ["kind": "t2v", "id": .string(id)])
    }
    guard let phase = json["phase"]?.string.flatMap({ TaskPhase(rawValue: $0) }) else {
      return Step(.fail(Failure(.drift, "What is this?")))
    }
    var update = TaskUpdate(phase)
    if phase == .succeeded {
      update.outputs = vendor.outputKinds.map { VideoOutput(kind: $0, url: "https://m/\($0)") }
    }
    return Step(.update(update))
  }
}

struct FakeWire: Wire {
  let vendor: FakeVendor

  func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome { await vendor.receive(step) }
}

struct FakeArchive: Archive {
  let vendor: FakeVendor

  func download(
    _ output: VideoOutput, at index: Int, for job: JobRecord,
    progress: @escaping @LoopActor (Int64, Int64?) -> Void
  ) async throws(CollectTrouble) -> ArchivedFile {
    progress(5, 10)
    try vendor.download(index)
    return ArchivedFile(
      outputIndex: index, kind: output.kind, path: "/out/\(job.id)-\(index).mp4", byteCount: 10, sha256: "00")
  }
}

/// Time that passes only when somebody waits, and then at once.
final class ManualClock: JobClock, @unchecked Sendable {
  // Sound: read and written on the loop alone in these tests, and only grows.
  private(set) var nowMilliseconds: Int64 = sampleNow

  func sleep(milliseconds: Int64) async throws(CancellationError) {
    if Task.isCancelled { throw CancellationError() }
    nowMilliseconds += max(milliseconds, 0)
    await Task.yield()
    if Task.isCancelled { throw CancellationError() }
  }
}

/// A made-up process.
func owner(_ number: Int32) -> LeaseOwner { LeaseOwner(processID: number, startTicks: 1, bootID: "boot") }

func sampleDraft(_ prompt: String = "a fox") -> JobDraft {
  var draft = JobDraft(
    request: VideoRequest(model: "acme-1", prompt: prompt), pluginID: "acme", pluginVersion: "1.0.0",
    account: "default", connection: Connection(profile: "official", baseURL: "https://api.example.com"))
  draft.polling.firstMilliseconds = 1_000
  draft.polling.intervalMilliseconds = 1_000
  return draft
}
