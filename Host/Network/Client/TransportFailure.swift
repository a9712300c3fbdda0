// SPDX-License-Identifier: Apache-2.0

/// Why a request brought no complete answer. Money hangs on `delivery`: only `notSent` may be sent again without thought.
public struct TransportFailure: Error, Sendable, Hashable {
  /// What went wrong. The raw value is short and constant, fit for a metric's label.
  public enum Kind: String, Sendable, Hashable, CaseIterable {
    /// libcurl is missing or too old.
    case library
    /// The request itself cannot be written: a bad header or method.
    case invalidRequest = "invalid_request"
    /// The name does not resolve.
    case resolve
    /// Nobody accepts the connection.
    case connect
    /// The proxy is unreachable or refuses.
    case proxy
    /// The certificate or the handshake is bad.
    case tls
    /// The address is private and the request may not go there.
    case blockedAddress = "blocked_address"
    /// The connection was not ready in time.
    case connectTimeout = "connect_timeout"
    /// The answer was not complete in time.
    case timeout
    /// Fewer bytes a second than asked for, for too long.
    case slow
    /// The connection ended without an answer.
    case closed
    /// Sending failed.
    case send
    /// Receiving failed before the head was complete.
    case receive
    /// The answer ended before its announced length.
    case partial
    /// The answer, or its head, is larger than allowed.
    case tooLarge = "too_large"
    /// What came is not HTTP.
    case protocolViolation = "protocol"
    /// More redirects than allowed, or one that may not be followed.
    case redirect
    /// The caller's task was cancelled.
    case cancelled
    /// A file of the request's body cannot be read, or has become shorter.
    case bodySource = "body_source"
    /// The file that receives the answer cannot be written.
    case localFile = "local_file"
    /// Out of memory, descriptors or the like.
    case system
  }

  /// How much the other side may have seen.
  public enum Delivery: String, Sendable, Hashable {
    /// No byte of the request left this machine, so the service cannot have acted on it.
    case notSent = "not_sent"
    /// Something left: the service may have acted.
    case unknown
  }

  public var kind: Kind
  public var delivery: Delivery
  /// For people: the library's words. May name hosts and addresses, holds no header and no query.
  public var detail: String
  /// The status, when the head of an answer had arrived.
  public var status: Int?

  public init(_ kind: Kind, _ delivery: Delivery, _ detail: String = "", status: Int? = nil) {
    self.kind = kind
    self.delivery = delivery
    self.detail = detail
    self.status = status
  }
}
