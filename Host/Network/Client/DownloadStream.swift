// SPDX-License-Identifier: Apache-2.0
public import EventLoop

/// The body of an answer, piece by piece and only as fast as it is taken: at most `windowBytes` wait in memory, then
/// libcurl stops reading. Letting go of it ends the transfer.
@LoopActor public final class DownloadStream {
  /// Bytes that may wait to be taken; fewer while there are many streams.
  public nonisolated static let windowBytes = 256 * 1024

  private let sink: StreamSink

  init(_ sink: StreamSink) { self.sink = sink }

  isolated deinit { sink.cancel() }

  /// The next piece, nil at the end; throws when the transfer broke or no byte came for too long. One caller at a time.
  public func next() async throws(TransportFailure) -> [UInt8]? {
    let sink = sink
    let result = await withTaskCancellationHandler {
      await sink.next()
    } onCancel: {
      Task { @LoopActor in sink.cancel() }
    }
    return try result.get()
  }

  /// Nobody will ask again; may come while `next` is waiting.
  public func cancel() { sink.cancel() }
}

/// An answer whose body follows.
public struct StreamedAnswer: Sendable {
  /// 200 or 206.
  public var status: Int
  public var headers: [HTTPHeader]
  /// Where redirects led to.
  public var url: HTTPURL
  public var body: DownloadStream
}

/// How asking for a streamed answer ended.
public enum StreamOutcome: Sendable {
  case streaming(StreamedAnswer)
  /// A status that brings no file; the body is cut at `DownloadDescription.keptRefusalBytes`.
  case refused(ReceivedResponse)
  case failed(TransportFailure)
}
