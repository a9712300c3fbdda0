// SPDX-License-Identifier: Apache-2.0
import EventLoop

/// Takes the body of an answer that brings what was asked for; the body of any other answer stays with the transfer.
@LoopActor protocol TransferSink: AnyObject {
  /// Whether an answer of this status brings it.
  func accepts(_ status: Int) -> Bool
  /// The head of such an answer is complete.
  func begins(_ head: ResponseHead)
  func receive(_ bytes: UnsafeRawBufferPointer, _ head: ResponseHead) -> SinkReply
}

/// What a sink makes of a piece.
enum SinkReply {
  case taken
  /// The piece was not taken: libcurl keeps it and reads no more until the transfer is resumed.
  case wait
  case tooLarge(limitBytes: Int)
  case failed(errno: Int32)
  /// The server sent another part of the file than was asked for.
  case wrongPart
}
