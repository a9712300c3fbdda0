// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

/// A vendor that keeps its own books, so that a test can compare them with ours.
private struct ModelVendor {
  /// Purchases that it took.
  var accepted = 0
  /// Whether it finished a clip.
  var hasClip = false
  var verdict: TaskPhase?
  var looks = 0

  mutating func look(_ chance: inout SeededGenerator) -> TaskUpdate {
    looks += 1
    if verdict == nil, looks > 6 || Int.random(in: 0..<4, using: &chance) == 0 {
      verdict = [.succeeded, .succeeded, .succeeded, .failed, .expired].randomElement(using: &chance)
      hasClip = verdict == .succeeded
    }
    var update = TaskUpdate(verdict ?? [.queued, .running].randomElement(using: &chance)!, upstreamID: "up-1")
    // Now and then an old answer comes late.
    if verdict != nil, looks < 20, Int.random(in: 0..<4, using: &chance) == 0 { update.phase = .running }
    if update.phase == .succeeded { update.outputs = [VideoOutput(url: "https://m/\(looks).mp4")] }
    return update
  }
}

/// Whole lives of jobs, with the process killed between any two of its actions.
@Suite("The job machine against a model vendor") struct JobMachineModelTests {
  @Test("buys at most once and loses no clip, in 20,000 lives with crashes at every boundary")
  func lives() {
    var ends: [JobState: Int] = [:]
    for seed in 0..<20_000 {
      let end = live(seed: UInt64(seed))
      ends[end, default: 0] += 1
    }
    // The test is worth something only if the lives went everywhere.
    for state in [JobState.done, .failed, .cancelled, .expired, .unknown] { #expect(ends[state, default: 0] > 50) }
  }

  /// One life; returns its end. The job as last written is all that survives a crash.
  private func live(seed: UInt64) -> JobState {
    let machine = JobMachine()
    var chance = SeededGenerator(seed: seed)
    var vendor = ModelVendor()
    var disk = plannedJob()
    var now = sampleNow
    var isAnswerLost = false
    // Crashes become rare, so that every life ends.
    var crashes = 0

    func isKilled(_ chance: inout SeededGenerator) -> Bool {
      guard crashes < 6, Int.random(in: 0..<6, using: &chance) == 0 else { return false }
      crashes += 1
      return true
    }

    life: for _ in 0..<400 {
      // A new process: it finds the job, and that its owner is dead.
      let recovery = machine.advance(disk, .ownerDied, JobMoment(nowMilliseconds: now))
      if isKilled(&chance) { continue life }
      disk = recovery.job
      var effects = machine.nextEffects(disk, JobMoment(nowMilliseconds: now))
      while let effect = effects.first {
        effects.removeFirst()
        if isKilled(&chance) { continue life }
        var event: JobEvent?
        switch effect {
        case .settle: break life
        case .pause: continue life
        case .prepare(let at):
          now = max(now, at)
          event =
            Int.random(in: 0..<30, using: &chance) == 0 ? .refused(Failure(.invalid, "No such size.")) : .begin
          if Int.random(in: 0..<30, using: &chance) == 0 { event = .cancelRequested }
        case .submit:
          switch Int.random(in: 0..<10, using: &chance) {
          case 0: event = .notSent(Failure(.unreachable, "No route."))
          case 1: event = .refused(Failure(.refusedPrompt, "No."))
          case 2:
            isAnswerLost = true
            event = .outcomeUnknown(Failure(.unreachable, "Broken."))
          case 3:
            vendor.accepted += 1
            isAnswerLost = true
            event = .outcomeUnknown(Failure(.unreachable, "Broken."))
          default:
            vendor.accepted += 1
            event = .accept
          }
        case .look(let at):
          now = max(now, at)
          event =
            Int.random(in: 0..<3, using: &chance) == 0
            ? .lookFailed(Failure(.unreachable, "No route.")) : .looked(vendor.look(&chance), state: nil)
        case .cancel: event = .cancelFailed(Failure(.unsupported, "Too late."))
        case .collect(let at):
          now = max(now, at)
          event =
            Int.random(in: 0..<2, using: &chance) == 0
            ? .collectFailed(outputIndex: 0, .unreachable(Failure(.unreachable, "Broken."))) : .file
        }
        if effect == .submit, isKilled(&chance) {
          isAnswerLost = true
          continue life
        }
        if isKilled(&chance) {
          if effect == .submit { isAnswerLost = true }
          continue life
        }
        guard let event else { continue }
        let decision = machine.advance(disk, event, JobMoment(nowMilliseconds: now))
        #expect(!decision.isIgnored, "seed \(seed): \(event) in \(disk.state)")
        disk = decision.job
        effects = decision.effects
        now += 1
      }
    }

    #expect(vendor.accepted <= 1, "seed \(seed) bought \(vendor.accepted) times")
    if vendor.hasClip { #expect(disk.state == .done, "seed \(seed) lost a clip: \(disk.state)") }
    switch disk.state {
    case .done: #expect(vendor.hasClip, "seed \(seed)")
    case .cancelled: #expect(vendor.accepted == 0, "seed \(seed)")
    case .failed: #expect(vendor.accepted == 0 || vendor.verdict == .failed, "seed \(seed)")
    case .expired: #expect(vendor.verdict == .expired, "seed \(seed)")
    // Unknown is for what nobody can know, and for nothing else.
    case .unknown: #expect(isAnswerLost || crashes > 0, "seed \(seed)")
    default: Issue.record("seed \(seed) never ended: \(disk.state)")
    }
    return disk.state
  }
}
