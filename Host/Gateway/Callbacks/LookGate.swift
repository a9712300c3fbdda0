// SPDX-License-Identifier: Apache-2.0

import EventLoop

/// Lets each job be looked at once in a few seconds, however often that is wished; the last wish is never lost.
@LoopActor final class LookGate {
  private let gapMilliseconds: Int64
  private let look: @LoopActor (_ jobID: String) -> Void
  /// Jobs that were just looked at, and whether somebody wished for another look since.
  private var wishes: [String: Bool] = [:]

  nonisolated init(gapMilliseconds: Int64, look: @escaping @LoopActor (_ jobID: String) -> Void) {
    self.gapMilliseconds = gapMilliseconds
    self.look = look
  }

  /// Jobs that are remembered at the moment.
  var count: Int { wishes.count }

  /// Whether nothing was done about the job just now. If something was, the wish is kept until the time is over.
  func admits(_ jobID: String) -> Bool {
    guard wishes[jobID] == nil else {
      wishes[jobID] = true
      return false
    }
    wishes[jobID] = false
    closeAgain(jobID)
    return true
  }

  /// As if nothing had been done yet: a look comes when the time is over.
  func wish(_ jobID: String) { if wishes[jobID] != nil { wishes[jobID] = true } }

  private func closeAgain(_ jobID: String) {
    EventLoop.after(nanoseconds: UInt64(gapMilliseconds) * 1_000_000) { [weak self] in
      guard let self else { return }
      guard wishes[jobID] == true else {
        wishes[jobID] = nil
        return
      }
      wishes[jobID] = false
      look(jobID)
      closeAgain(jobID)
    }
  }
}
