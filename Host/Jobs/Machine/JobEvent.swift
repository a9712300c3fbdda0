// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import Store
public import VideoDocuments

/// Something that happened to a job.
public enum JobEvent: Sendable, Hashable {
  /// The plugin has described the purchase; the intent is about to be written, and nothing was sent yet.
  case submissionBegins(state: JSON?, ledger: [LedgerEntry], warnings: [String] = [])
  /// Nothing can be bought for now, for a reason that lies here; the job waits.
  case heldUp(Failure)
  /// The vendor took the job.
  case accepted(TaskUpdate, state: JSON?)
  /// The vendor, or the plugin before anything was sent, definitely did not take it.
  case refused(Failure)
  /// Surely not one byte of the purchase left this machine.
  case notSent(Failure)
  /// Sent, and no definite answer came.
  case outcomeUnknown(Failure)
  /// The vendor has a job whose outcome was unknown: its answer, and the id that it was asked for.
  case found(TaskUpdate, state: JSON?, upstreamID: String?)
  /// A person has seen that a job whose outcome was unknown was not bought.
  case notBought
  /// The process that drove the job is gone.
  case ownerDied
  /// A definite answer about a task that the vendor has, from a poll or a cancel.
  case looked(TaskUpdate, state: JSON?)
  /// A look that told nothing about the task: the vendor was not reached, or not understood.
  case lookFailed(Failure)
  /// The plugin wants to be asked again later.
  case lookDeferred(milliseconds: Int64)
  case cancelRequested
  /// The vendor or the plugin did not cancel; the job goes on.
  case cancelFailed(Failure)
  /// One output is on disk.
  case archived(ArchivedFile)
  /// One output could not be brought home this time.
  case collectFailed(outputIndex: Int, CollectTrouble)
}

/// Why an output is not on disk yet.
public enum CollectTrouble: Error, Sendable, Hashable {
  /// The link answers that there is nothing (any more).
  case linkGone(Failure)
  /// No connection, a broken transfer, a server fault: worth trying again.
  case unreachable(Failure)
  /// What came is not a clip, or not all of it.
  case invalidContent(Failure)
  /// This machine cannot keep it: disk full, folder not writable.
  case disk(Failure)

  public var failure: Failure {
    switch self {
    case .linkGone(let failure), .unreachable(let failure), .invalidContent(let failure), .disk(let failure):
      return failure
    }
  }
}
