// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import Store
import Testing
import VideoDocuments

/// Every event in every state.
@Suite("The job machine, state by event") struct JobMachineTableTests {
  private static let unreachable = Failure(.unreachable, "No route.")

  /// The event, and the state that follows in each state of `JobState.allCases`; "-" when it is ignored there.
  private static let table: [(name: String, event: JobEvent, next: [String])] = [
    // planned, submitting, watching, collecting, done, failed, cancelled, expired, unknown
    ("submission begins", .begin, ["submitting", "-", "-", "-", "-", "-", "-", "-", "-"]),
    ("held up", .heldUp(unreachable), ["planned", "-", "-", "-", "-", "-", "-", "-", "-"]),
    (
      "accepted", .accept,
      ["watching", "watching", "-", "-", "-", "watching", "watching", "watching", "watching"]
    ),
    (
      "accepted as succeeded",
      .accepted(TaskUpdate(.succeeded, upstreamID: "up-1"), state: nil),
      ["collecting", "collecting", "-", "-", "-", "collecting", "collecting", "collecting", "collecting"]
    ),
    (
      "accepted without id, phase and state", .accepted(TaskUpdate(.unknown), state: nil),
      ["unknown", "unknown", "-", "-", "-", "unknown", "unknown", "unknown", "unknown"]
    ),
    (
      "refused", .refused(Failure(.refusedPrompt, "No.")),
      ["failed", "failed", "-", "-", "-", "-", "-", "-", "failed"]
    ),
    ("not sent", .notSent(unreachable), ["-", "planned", "-", "-", "-", "-", "-", "-", "failed"]),
    ("outcome unknown", .outcomeUnknown(unreachable), ["unknown", "unknown", "-", "-", "-", "-", "-", "-", "-"]),
    (
      "found", .found(TaskUpdate(.running), state: nil, upstreamID: "up-1"),
      ["-", "-", "-", "-", "-", "-", "-", "-", "watching"]
    ),
    (
      "found, succeeded", .found(TaskUpdate(.succeeded), state: nil, upstreamID: "up-1"),
      ["-", "-", "-", "-", "-", "-", "-", "-", "collecting"]
    ),
    (
      "found without a word how it stands", .found(TaskUpdate(.unknown), state: nil, upstreamID: "up-1"),
      ["-", "-", "-", "-", "-", "-", "-", "-", "-"]
    ),
    ("not bought", .notBought, ["-", "-", "-", "-", "-", "-", "-", "-", "failed"]),
    (
      "owner died", .ownerDied,
      ["planned", "unknown", "watching", "collecting", "done", "failed", "cancelled", "expired", "unknown"]
    ),
    ("looked: queued", .look(.queued), ["-", "-", "watching", "collecting", "-", "-", "-", "-", "watching"]),
    ("looked: running", .look(.running), ["-", "-", "watching", "collecting", "-", "-", "-", "-", "watching"]),
    ("looked: unknown", .look(.unknown), ["-", "-", "watching", "collecting", "-", "-", "-", "-", "-"]),
    (
      "looked: succeeded", .look(.succeeded),
      ["-", "-", "collecting", "collecting", "-", "collecting", "collecting", "collecting", "collecting"]
    ),
    ("looked: failed", .look(.failed), ["-", "-", "failed", "collecting", "-", "-", "-", "-", "failed"]),
    ("looked: cancelled", .look(.cancelled), ["-", "-", "cancelled", "collecting", "-", "-", "-", "-", "cancelled"]),
    ("looked: expired", .look(.expired), ["-", "-", "expired", "collecting", "-", "-", "-", "-", "expired"]),
    ("look failed", .lookFailed(unreachable), ["-", "-", "watching", "collecting", "-", "-", "-", "-", "-"]),
    (
      "look deferred", .lookDeferred(milliseconds: 5),
      ["-", "-", "watching", "collecting", "-", "-", "-", "-", "-"]
    ),
    (
      "cancel requested", .cancelRequested,
      ["cancelled", "submitting", "watching", "-", "-", "-", "-", "-", "-"]
    ),
    ("cancel failed", .cancelFailed(unreachable), ["-", "-", "-", "-", "-", "-", "-", "-", "-"]),
    ("archived", .file, ["-", "-", "-", "done", "-", "-", "-", "-", "-"]),
    (
      "collect failed", .collectFailed(outputIndex: 0, .unreachable(unreachable)),
      ["-", "-", "-", "collecting", "-", "-", "-", "-", "-"]
    ),
  ]

  @Test("each event leads where the table says, in all nine states", arguments: table.indices)
  func transitions(_ row: Int) {
    let (name, event, next) = Self.table[row]
    #expect(next.count == JobState.allCases.count)
    for (state, expected) in zip(JobState.allCases, next) {
      let before = job(in: state)
      #expect(before.state == state)
      let decision = JobMachine().advance(before, event, JobMoment(nowMilliseconds: sampleNow + 50))
      #expect(decision.isIgnored == (expected == "-"), "\(name) in \(state)")
      if decision.isIgnored {
        #expect(decision.job == before && decision.effects.isEmpty, "\(name) in \(state)")
      } else {
        #expect(decision.job.state.rawValue == expected, "\(name) in \(state)")
      }
      #expect(decision.effects.contains(.submit) == (name == "submission begins" && state == .planned))
      checkShape(decision.job, "\(name) in \(state)")
    }
  }

  @Test("any two events in a row keep a job in shape, and only the first door leads to a purchase")
  func pairs() {
    let machine = JobMachine()
    for state in JobState.allCases {
      for first in Self.table {
        for second in Self.table {
          let moment = JobMoment(nowMilliseconds: sampleNow + 1)
          let middle = machine.advance(job(in: state), first.event, moment).job
          let decision = machine.advance(middle, second.event, moment)
          checkShape(decision.job, "\(first.name), then \(second.name) in \(state)")
          if decision.effects.contains(.submit) { #expect(middle.state == .planned) }
        }
      }
    }
  }

  /// What holds of every job that the machine hands out.
  private func checkShape(_ job: JobRecord, _ where: String) {
    let comment = Comment(rawValue: `where`)
    #expect(job.state.isLive || job.lease == nil, comment)
    #expect(job.state.isLive || job.nextActionAtMilliseconds == nil, comment)
    switch job.state {
    case .planned, .submitting: #expect(!job.task.phase.isTerminal, comment)
    case .watching: #expect(!job.task.phase.isTerminal && job.acceptedAtMilliseconds != nil, comment)
    case .collecting: #expect(job.task.phase == .succeeded && job.task.failure == nil, comment)
    case .done: #expect(job.task.phase == .succeeded && !job.archived.isEmpty, comment)
    case .failed: #expect(job.task.phase == .failed && job.task.failure != nil, comment)
    case .cancelled: #expect(job.task.phase == .cancelled && job.task.failure?.kind == .cancelled, comment)
    case .expired: #expect(job.task.phase == .expired && job.task.failure != nil, comment)
    case .unknown:
      #expect(job.task.phase == .unknown && job.task.failure?.kind == .unknownOutcome, comment)
      #expect(job.task.failure?.charged == .unknown && job.task.failure?.isRetryable == false, comment)
    }
  }
}
