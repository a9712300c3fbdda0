// SPDX-License-Identifier: Apache-2.0

import EventLoop
import VideoDocuments

extension Session {
  /// Runs asynchronous work that may fail and turns the failure into an exit code.
  @LoopActor func runOnLoop(_ body: () async throws(Failure) -> Int32) async -> Int32 {
    do throws(Failure) {
      return try await body()
    } catch {
      return fail(error)
    }
  }
}
