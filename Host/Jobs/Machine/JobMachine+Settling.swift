// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import Store
import VideoDocuments

/// The ways out of an unknown outcome. None of them leads to a purchase.
extension JobMachine {
  /// The vendor has it, under that id, and says how it stands. `upstreamID` is what was asked for; the answer's own wins.
  func found(
    _ job: JobRecord, _ upstreamID: String?, _ update: TaskUpdate, _ state: JSON?, _ moment: JobMoment
  ) -> JobDecision {
    guard job.state == .unknown, update.phase != .unknown else { return .ignored(job) }
    var update = update
    update.upstreamID = update.upstreamID ?? upstreamID
    var detail = JSONObject()
    detail.add("upstream_id", update.upstreamID)
    var decision = accepted(job, update, state, moment)
    decision.entries.insert(note("found", moment, detail), at: 0)
    return decision
  }

  /// A person has seen that the vendor does not have it.
  func notBought(_ job: JobRecord, _ moment: JobMoment) -> JobDecision {
    guard job.state == .unknown else { return .ignored(job) }
    let failure = Failure(
      .unreachable, "The provider never took this job, as a person has found out; nothing was bought.",
      advice: "Submit it again as a new job.", isRetryable: true, charged: .no)
    return settled(job, .failed, .failed, failure, moment, entry: note("not_bought", failure, moment))
  }
}
