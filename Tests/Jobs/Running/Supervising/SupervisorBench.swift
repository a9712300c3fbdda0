// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// Servers over one store and one vendor, with time in the test's hand.
@LoopActor final class SupervisorBench {
  let vendor = FakeVendor()
  let store = MemoryStore()
  let clock = SteppedClock()
  let feed = JobFeed()
  /// Processes that are alive.
  var alive: Set<Int32> = [1, 2]
  /// Prompts in the order in which the vendor got them.
  var bought: [String] = []
  /// Whether the plugin asks by the job's own id where there is no other.
  var looksUp = false
  /// The vendor's answers to purchases wait for this.
  var isVendorBusy = false

  init() {
    vendor.onCreate = { [weak self] in
      while self?.isVendorBusy == true { await Task.yield() }
    }
  }

  static func account(_ name: String = "default", inFlight: Int? = nil, perSecond: Double? = nil) -> Account {
    var account = Account(
      name: name, pluginID: "acme", profile: "official", baseURL: "https://api.example.com",
      authentication: AuthenticationFacts(scheme: "none", secrets: []))
    account.maximumInFlight = inFlight
    account.maximumRequestsPerSecond = perSecond
    return account
  }

  func runner(process number: Int32 = 1, store other: (any Store)? = nil, wire: (any Wire)? = nil) -> JobRunner {
    let alive = { @Sendable [weak self] (owner: LeaseOwner) -> Bool? in
      LoopActor.assumeIsolated { self?.alive.contains(owner.processID) }
    }
    return JobRunner(
      store: other ?? store,
      provider: RecordingPlugin(plugin: FakePlugin(vendor: vendor, looksUp: looksUp), bench: self),
      wire: wire ?? FakeWire(vendor: vendor), archive: FakeArchive(vendor: vendor), clock: clock,
      owner: owner(number), isOwnerAlive: alive, feed: feed)
  }

  func server(
    _ accounts: [Account] = [account()], process number: Int32 = 1, settings: SupervisorSettings = SupervisorSettings()
  ) async throws -> JobSupervisor {
    let supervisor = JobSupervisor(runner: runner(process: number), accounts: accounts, settings: settings)
    try await supervisor.start()
    return supervisor
  }

  func draft(_ prompt: String, by caller: String = "a", key: String? = nil, account: String = "default") -> JobDraft {
    var draft = sampleDraft(prompt)
    draft.caller = JobCaller(keyID: caller, format: "unified", requestID: "r-\(prompt)")
    draft.idempotencyKey = key
    draft.account = account
    return draft
  }

  func job(_ id: String) async throws -> JobRecord {
    guard let job = try await store.job(id) else { throw Failure(.notFound, "There is no job \(id).") }
    return job
  }

  func states() async throws -> [JobState] { try await store.jobs(JobFilter(isAscending: true)).map(\.state) }
}

/// Notes which purchases really go out: the plugin is asked for the answer to each.
struct RecordingPlugin: ProviderCalls {
  let plugin: FakePlugin
  let bench: SupervisorBench

  func create(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await plugin.create(job, nowMilliseconds: nowMilliseconds)
  }

  func poll(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await plugin.poll(job, nowMilliseconds: nowMilliseconds)
  }

  func canLookUp(_ job: JobRecord) -> Bool { plugin.canLookUp(job) }

  func cancel(_ job: JobRecord, nowMilliseconds: Int64) async throws(Failure) -> Step {
    try await plugin.cancel(job, nowMilliseconds: nowMilliseconds)
  }

  func resume(
    _ job: JobRecord, state: JSON?, head: ResponseHead, body: [UInt8], nowMilliseconds: Int64
  ) async throws(Failure) -> Step {
    if head.operation == "create" { bench.bought.append(job.request.prompt ?? "") }
    return try await plugin.resume(job, state: state, head: head, body: body, nowMilliseconds: nowMilliseconds)
  }
}
