// SPDX-License-Identifier: Apache-2.0
public import EventLoop
import Glibc

/// An answer. The server adds Date, the framing fields and Connection, whatever `headers` says of those; a
/// `Connection: close` among them is honoured.
public struct HTTPResponse: Sendable {
  /// 200 to 599.
  public var status: Int
  public var headers: HTTPHeaders
  public var body: HTTPResponseBody
  /// Kept until the answer is sent, or given up.
  public var lease: (any Sendable)?

  public init(status: Int, headers: HTTPHeaders = [:], body: HTTPResponseBody = .bytes([])) {
    self.status = status
    self.headers = headers
    self.body = body
  }

  /// A short text for people.
  public static func text(status: Int, _ text: String, headers: HTTPHeaders = [:]) -> HTTPResponse {
    var headers = headers
    headers.set("Content-Type", "text/plain; charset=utf-8")
    return HTTPResponse(status: status, headers: headers, body: .bytes(Array((text + "\n").utf8)))
  }

  /// What a server says by itself.
  static func refusal(_ failure: RequestFailure) -> HTTPResponse {
    .text(
      status: failure.status, failure.description, headers: failure == .tooManyConnections ? ["Retry-After": "1"] : [:])
  }
}

/// What follows an answer's head. For HEAD the same value gives the length, and nothing is sent.
public enum HTTPResponseBody: Sendable {
  case bytes([UInt8])
  /// `count` bytes of the file from `offset`; a file that turns out shorter ends the connection.
  case file(OpenFile, offset: UInt64, count: UInt64)
  /// Sent with a Content-Length where the length is known, else chunked (to a 1.0 client: until the connection closes).
  case stream(any HTTPBodyStream)
  /// Not even a head is sent: the connection closes. For servers that play a broken one.
  case nothing

  @LoopActor var length: UInt64? {
    switch self {
    case .bytes(let bytes): UInt64(bytes.count)
    case .file(_, _, let count): count
    case .stream(let stream): stream.length
    case .nothing: 0
    }
  }

  /// Lets go of a body that will not be sent.
  @LoopActor func discard() {
    if case .stream(let stream) = self { stream.cancel() }
  }
}

/// An open file descriptor that is closed with its last reference.
public final class OpenFile: Sendable {
  public let descriptor: Int32

  /// Takes the descriptor over.
  public init(descriptor: Int32) { self.descriptor = descriptor }

  deinit { close(descriptor) }
}

/// A streamed body from a closure; returning nil ends it.
@LoopActor public final class HTTPClosureStream: HTTPBodyStream {
  public let length: UInt64?
  private var pull: (@LoopActor () async throws(HTTPBodyFailure) -> [UInt8]?)?
  private let onCancel: @LoopActor () -> Void

  public init(
    length: UInt64? = nil, onCancel: @escaping @LoopActor () -> Void = {},
    next: @escaping @LoopActor () async throws(HTTPBodyFailure) -> [UInt8]?
  ) {
    self.length = length
    self.onCancel = onCancel
    pull = next
  }

  public func next() async throws(HTTPBodyFailure) -> [UInt8]? {
    guard let pull else { return nil }
    return try await pull()
  }

  public func cancel() {
    guard pull != nil else { return }
    pull = nil
    onCancel()
  }
}
