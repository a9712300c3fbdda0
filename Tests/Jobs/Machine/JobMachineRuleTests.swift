// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

@Suite("The job machine's rules") struct JobMachineRuleTests {
  private let machine = JobMachine()

  private func after(_ job: JobRecord, _ events: JobEvent..., at now: Int64 = sampleNow) -> JobDecision {
    var decision: JobDecision?
    for event in events {
      decision = machine.advance(decision?.job ?? job, event, JobMoment(nowMilliseconds: now))
    }
    return decision!
  }

  @Test("what was surely not sent is tried again, each time later, and not for ever")
  func boundedRetries() {
    var current = plannedJob()
    var waits: [Int64] = []
    for attempt in 1...4 {
      current = after(current, .begin).job
      #expect(current.submitAttempts == attempt)
      let decision = after(current, .notSent(Failure(.unreachable, "No route.")))
      current = decision.job
      if attempt < 4 { waits.append(try! #require(current.nextActionAtMilliseconds) - sampleNow) }
    }
    #expect(waits == waits.sorted() && Set(waits).count == 3 && waits[0] >= 500)
    #expect(current.state == .failed)
    #expect(current.task.failure?.kind == .unreachable && current.task.failure?.charged == .no)
  }

  @Test("the vendor's Retry-After is the least wait before the next try")
  func retryAfter() {
    let busy = Failure(.rateLimited, "Too fast.", retryAfterMilliseconds: 45_000)
    #expect(after(job(in: .submitting), .notSent(busy)).job.nextActionAtMilliseconds == sampleNow + 45_000)
    #expect(after(job(in: .watching), .lookFailed(busy)).effects == [.look(atMilliseconds: sampleNow + 45_000)])
  }

  @Test("an unreachable vendor never fails a job that it has accepted")
  func unreachableIsNotFailed() {
    var current = job(in: .watching)
    for _ in 0..<10_000 {
      let decision = after(current, .lookFailed(Failure(.unreachable, "No route.")))
      current = decision.job
      #expect(current.state == .watching)
      guard case .look(let at) = decision.effects.first else {
        Issue.record("no further look")
        return
      }
      #expect(at - sampleNow <= 60_000)
    }
    #expect(after(current, .look(.running)).job.lookFailures == 0)
  }

  @Test("a rejected key while watching asks for a person, and leaves the job where it is")
  func rejectedKey() {
    let failure = Failure(.authentication, "The key was rejected.")
    let decision = after(job(in: .watching), .lookFailed(failure))
    #expect(decision.effects == [.pause(failure)])
    #expect(decision.job.state == .watching && decision.job.trouble == failure)
  }

  @Test("a shape that the plugin does not know asks for a person after the third time")
  func drift() {
    let failure = Failure(.drift, "What is this?")
    let second = after(job(in: .watching), .lookFailed(failure), .lookFailed(failure))
    #expect(second.effects != [.pause(failure)])
    #expect(after(second.job, .lookFailed(failure)).effects == [.pause(failure)])
  }

  @Test("not found right after the purchase is no verdict; long after, and often, it is")
  func notFound() {
    let failure = Failure(.notFound, "No such task.")
    var current = job(in: .watching)
    for _ in 0..<20 { current = after(current, .lookFailed(failure)).job }
    #expect(current.state == .watching)
    let late = after(current, .lookFailed(failure), at: sampleNow + 600_000)
    #expect(late.job.state == .expired && late.job.task.failure?.charged == .unknown)
  }

  @Test("a late success after any verdict is brought home", arguments: [JobState.failed, .cancelled, .expired])
  func lateSuccess(_ state: JobState) {
    let decision = after(job(in: state), .look(.succeeded))
    #expect(decision.job.state == .collecting && decision.job.task.failure == nil)
    #expect(after(decision.job, .file).job.state == .done)
  }

  @Test("answers that overtake each other never go backwards")
  func backwards() {
    let running = after(job(in: .watching), .look(.running)).job
    #expect(after(running, .look(.queued)).job.task.phase == .running)
    let collecting = after(running, .look(.succeeded), .look(.running)).job
    #expect(collecting.state == .collecting && collecting.task.phase == .succeeded)
    #expect(after(job(in: .done), .look(.failed)).isIgnored)
    var half = TaskUpdate(.running)
    half.progressPercent = 50
    var third = half
    third.progressPercent = 30
    #expect(
      after(running, .looked(half, state: nil), .looked(third, state: nil)).job.task.progressPercent == 50)
  }

  @Test("a word that the plugin does not know changes nothing but the next look")
  func unknownWord() {
    let running = after(job(in: .watching), .look(.running)).job
    let decision = after(running, .look(.unknown))
    #expect(decision.job.task.phase == .running && decision.job.state == .watching)
  }

  @Test("a dead link is asked for anew before it counts as gone")
  func deadLink() {
    var current = job(in: .collecting)
    let gone = JobEvent.collectFailed(outputIndex: 0, .linkGone(Failure(.expired, "404.")))
    for _ in 1..<5 {
      let decision = after(current, gone)
      current = decision.job
      #expect(current.state == .collecting)
      guard case .look = decision.effects.first else {
        Issue.record("no look for a fresh link")
        return
      }
    }
    let last = after(current, gone)
    #expect(last.job.state == .expired && last.job.task.failure?.charged == .yes)
    // And a vendor that finds it again is heard.
    #expect(after(last.job, .look(.succeeded), .file).job.state == .done)
  }

  @Test("a download that breaks is tried for ever")
  func brokenDownload() {
    var current = job(in: .collecting)
    for _ in 0..<1_000 {
      current = after(current, .collectFailed(outputIndex: 0, .unreachable(Failure(.unreachable, "Broken.")))).job
    }
    #expect(current.state == .collecting)
    #expect(after(current, .file).job.state == .done)
  }

  @Test("a full disk stops the download and keeps the clip for later")
  func fullDisk() {
    let failure = Failure(.internal, "The disk is full.")
    let decision = after(job(in: .collecting), .collectFailed(outputIndex: 0, .disk(failure)))
    #expect(decision.job.state == .collecting && decision.effects == [.pause(failure)])
    #expect(after(decision.job, .file).job.state == .done)
  }

  @Test("a thumbnail that cannot be had does not hold the clip up")
  func sideOutputs() {
    var update = TaskUpdate(.succeeded)
    update.outputs = [VideoOutput(url: "https://m/1.mp4"), VideoOutput(kind: "thumbnail", url: "https://m/1.png")]
    var current = after(job(in: .watching), .looked(update, state: nil), .file).job
    #expect(current.state == .collecting)
    for _ in 0..<3 {
      current = after(current, .collectFailed(outputIndex: 1, .unreachable(Failure(.unreachable, "No.")))).job
    }
    #expect(current.state == .done && current.warnings.count == 1 && current.abandonedOutputs == [1])
  }

  @Test("a success without a clip is looked at again, then shown to a person, and never dropped")
  func successWithoutOutputs() {
    let empty = JobEvent.looked(TaskUpdate(.succeeded), state: nil)
    var decision = after(job(in: .watching), empty)
    for _ in 0..<3 {
      guard case .look = decision.effects.first else {
        Issue.record("no second look")
        return
      }
      decision = after(decision.job, empty)
    }
    decision = after(decision.job, empty)
    #expect(decision.job.state == .collecting)
    guard case .pause = decision.effects.first else {
      Issue.record("nobody is told")
      return
    }
    #expect(after(decision.job, .look(.succeeded), .file).job.state == .done)
  }

  @Test("a cancel before the purchase costs nothing; during it, it follows the acceptance")
  func cancelling() {
    let early = after(plannedJob(), .cancelRequested)
    #expect(early.job.state == .cancelled && early.job.task.failure?.charged == .no)
    let during = after(job(in: .submitting), .cancelRequested)
    #expect(during.job.isCancelWanted && during.effects.isEmpty)
    #expect(after(during.job, .accept).effects.first == .cancel)
    #expect(after(during.job, .notSent(Failure(.unreachable, "No."))).job.state == .cancelled)
    let refused = after(job(in: .watching), .cancelRequested, .cancelFailed(Failure(.unsupported, "Too late.")))
    #expect(refused.job.state == .watching && !refused.job.isCancelWanted)
  }

  @Test("a second acceptance is noted and changes nothing")
  func secondAcceptance() {
    let decision = after(job(in: .watching), .accept)
    #expect(decision.isIgnored && decision.entries.map(\.kind) == ["accepted_again"])
  }

  @Test("a state that is too large keeps the old one and the job")
  func largeState() {
    let large = JSON.string(String(repeating: "x", count: 70_000))
    let decision = after(job(in: .submitting), .accepted(TaskUpdate(.queued, upstreamID: "u"), state: large))
    #expect(decision.job.state == .watching && decision.job.pluginState == nil && decision.job.warnings.count == 1)
  }

  @Test("looks come at the manifest's times, slower when it takes long, and when the vendor wishes")
  func schedule() {
    var current = plannedJob()
    current.polling.firstMilliseconds = 5_000
    current.polling.intervalMilliseconds = 10_000
    current.polling.slowAfterMilliseconds = 100_000
    current.polling.slowIntervalMilliseconds = 30_000
    current = after(current, .begin, .accept).job
    #expect(current.nextActionAtMilliseconds == sampleNow + 5_000)
    func wait(at elapsed: Int64, typicalSeconds: Int? = nil, wish: Int64? = nil) -> Int64? {
      var job = current
      job.typicalSeconds = typicalSeconds
      var update = TaskUpdate(.running)
      update.pollAfterMilliseconds = wish
      let now = sampleNow + elapsed
      return after(job, .looked(update, state: nil), at: now).job.nextActionAtMilliseconds.map { $0 - now }
    }
    #expect(wait(at: 5_000) == 10_000)
    #expect(wait(at: 150_000) == 30_000)
    #expect(wait(at: 150_000, typicalSeconds: 240) == 10_000)
    #expect(wait(at: 5_000, typicalSeconds: 240) == 20_000)
    #expect(wait(at: 5_000, wish: 3_000) == 3_000)
    #expect(wait(at: 5_000, wish: 1) == 200)
    #expect(wait(at: 5_000, wish: .max) == 600_000)
  }

  @Test("chance spreads the looks by a tenth to either side")
  func jitter() {
    func wait(_ jitter: Double) -> Int64? {
      machine.advance(job(in: .submitting), .accept, JobMoment(nowMilliseconds: sampleNow, jitter: jitter)).job
        .nextActionAtMilliseconds.map { $0 - sampleNow }
    }
    #expect(wait(0) == 900 && wait(0.5) == 1_000 && wait(1) == 1_100)
  }
}
