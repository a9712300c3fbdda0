// SPDX-License-Identifier: Apache-2.0
import EventLoop

/// A request as a responder gets it: its head at once, its body on demand.
public struct HTTPRequest: Sendable {
  public let head: RequestHead
  public let body: HTTPBody
  /// The client's address as text, "127.0.0.1:53122" or "[::1]:53122"; empty when unknown.
  public let peer: String

  public init(head: RequestHead, body: HTTPBody, peer: String = "") {
    self.head = head
    self.body = body
    self.peer = peer
  }
}

/// Whoever answers requests. Several calls are under way at once; the task is cancelled when the client has left.
public protocol HTTPResponder: Sendable {
  @LoopActor func respond(to request: HTTPRequest) async -> HTTPResponse

  /// The server turned a client away by itself: its head could not be read, or there was no room. For logs.
  @LoopActor func noteRefusal(_ failure: RequestFailure, peer: String)
}

extension HTTPResponder {
  public func noteRefusal(_ failure: RequestFailure, peer: String) {}
}
