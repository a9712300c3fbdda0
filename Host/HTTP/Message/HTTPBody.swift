// SPDX-License-Identifier: Apache-2.0
public import EventLoop

/// Why a body ended before its end.
public enum HTTPBodyFailure: Error, Sendable, Hashable {
  /// The other side closed the connection, or the request is over.
  case disconnected
  /// The client's bytes break the protocol, exceed the server's limit or come too slowly. The responder's answer is
  /// sent where it has the failure's status; else the server answers by itself.
  case refused(RequestFailure)
  /// More than the caller of `collect` allowed.
  case tooLarge(limit: Int)
  /// Two readers at once.
  case concurrentRead
  /// The source of a streamed answer gave up; the sentence is for the log.
  case source(String)
}

/// A body that comes piece by piece and only as fast as it is asked for.
public protocol HTTPBodyStream: AnyObject, Sendable {
  /// The whole length in bytes where it is known.
  @LoopActor var length: UInt64? { get }
  /// The next piece, nil at the end. One caller at a time.
  @LoopActor func next() async throws(HTTPBodyFailure) -> [UInt8]?
  /// Nobody will ask again; may come while `next` is waiting.
  @LoopActor func cancel()
}

/// A request's body. Until `next` is called nothing is read from the client beyond what came with the head, and a
/// client that waits for "100 Continue" gets it by the first call.
@LoopActor public final class HTTPBody: HTTPBodyStream {
  public nonisolated let length: UInt64?
  private var pull: (@LoopActor () async throws(HTTPBodyFailure) -> [UInt8]?)?
  private var isReading = false
  private var isCancelled = false

  /// A body in memory.
  public nonisolated init(_ bytes: [UInt8]) {
    length = UInt64(bytes.count)
    guard !bytes.isEmpty else { return }
    var rest: [UInt8]? = bytes
    pull = {
      defer { rest = nil }
      return rest
    }
  }

  /// A body from a closure; returning nil ends it.
  public init(length: UInt64?, pull: @escaping @LoopActor () async throws(HTTPBodyFailure) -> [UInt8]?) {
    self.length = length
    self.pull = pull
  }

  public func next() async throws(HTTPBodyFailure) -> [UInt8]? {
    guard !isReading else { throw .concurrentRead }
    guard !isCancelled else { throw .disconnected }
    guard let pull else { return nil }
    isReading = true
    defer { isReading = false }
    let piece = try await pull()
    if piece == nil { self.pull = nil }
    return piece
  }

  /// The rest of the body in one piece; throws `tooLarge` before it keeps more than `limit` bytes.
  public func collect(limit: Int) async throws(HTTPBodyFailure) -> [UInt8] {
    if let length, length > UInt64(max(0, limit)) { throw .tooLarge(limit: limit) }
    var all: [UInt8] = []
    while let piece = try await next() {
      guard piece.count <= limit - all.count else { throw .tooLarge(limit: limit) }
      if all.isEmpty {
        all = piece
        // What is announced is reserved as it starts to come, not at the announcement.
        if let length { all.reserveCapacity(Int(min(length, UInt64(limit), 1 << 20))) }
      } else {
        all += piece
      }
    }
    return all
  }

  /// Lets go of what is unread; `next` then throws `disconnected`, so that a part never passes for the whole.
  public func cancel() {
    isCancelled = true
    pull = nil
  }
}
