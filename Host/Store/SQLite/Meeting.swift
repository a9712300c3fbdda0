// SPDX-License-Identifier: Apache-2.0

import Synchronization
import VideoDocuments

/// Joins the two halves of a thread's start, which come in either order: the object, and word from the thread.
final class Meeting: Sendable {
  private struct State {
    var thread: DatabaseThread?
    var failure: Failure?
    var isOpened = false
  }

  private let state = Mutex(State())
  private let continuation: CheckedContinuation<Result<DatabaseThread, Failure>, Never>

  init(_ continuation: CheckedContinuation<Result<DatabaseThread, Failure>, Never>) {
    self.continuation = continuation
  }

  func made(_ thread: DatabaseThread) {
    finish(
      state.withLock { state in
        state.thread = thread
        return state.isOpened ? (thread, state.failure) : nil
      })
  }

  func opened(_ failure: Failure?) {
    finish(
      state.withLock { state in
        state.isOpened = true
        state.failure = failure
        return state.thread.map { ($0, failure) }
      })
  }

  private func finish(_ both: (thread: DatabaseThread, failure: Failure?)?) {
    guard let both else { return }
    continuation.resume(returning: both.failure.map { .failure($0) } ?? .success(both.thread))
  }
}
