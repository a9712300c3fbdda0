// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
import Synchronization
import VideoDocuments

/// Takes one body apart as it comes, on a thread that may write files.
final class BodyIntake: Sendable {
  private struct State: ~Copyable {
    var hoister: InlineMediaHoister
    /// Only where a signature covers the body.
    var hasher: SHA256Hasher?
  }

  private let state: Mutex<State>

  init(_ hoister: InlineMediaHoister, needsDigest: Bool) {
    state = Mutex(State(hoister: hoister, hasher: needsDigest ? SHA256Hasher() : nil))
  }

  /// Takes the next bytes.
  func consume(_ bytes: [UInt8]) async throws(Failure) {
    let result = await Computing.run { self.take(bytes) }
    try result.get()
  }

  /// Takes the last bytes and ends the body. `isWhole` says that there were no others.
  func finish(_ bytes: [UInt8], isWhole: Bool) async throws(Failure) -> (body: HoistedBody, digest: SHA256Digest?) {
    // Most bodies hold no medium and need no thread, which would have the pictures of others to do first.
    if isWhole, !InlineMediaHoister.mayHoldMedium(bytes) {
      try take(bytes).get()
    } else {
      try await consume(bytes)
    }
    return try state.withLock { state -> Result<(HoistedBody, SHA256Digest?), Failure> in
      do throws(Failure) {
        return .success((try state.hoister.finish(), state.hasher.take()?.finish()))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private func take(_ bytes: [UInt8]) -> Result<Void, Failure> {
    state.withLock { state in
      state.hasher?.update(bytes)
      do throws(Failure) {
        return .success(try state.hoister.consume(bytes[...]))
      } catch {
        return .failure(error)
      }
    }
  }
}
