// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import HTTPServer
public import Network
public import VideoDocuments

/// Says who a caller is.
public protocol CallerAuthenticator: Sendable {
  /// Looks at the head alone and leaves the body unread: whoever proves nothing uploads nothing.
  @LoopActor func check(_ request: HTTPRequest) async -> AuthenticationStep

  /// Whether the caller may start a job of that model now: models, budget (the quote's highest price where it is known),
  /// parallel limit. The failure's kind is `permission`, `balance` or `rate_limited`.
  @LoopActor func refusal(of caller: Caller, model: String, quote: Quote?) async -> Failure?
}

/// How far a proof has come.
public enum AuthenticationStep: Sendable {
  case caller(Caller)
  /// The signature covers the body: the answer follows from the SHA-256 of the bytes received.
  case needsBodyDigest(@LoopActor @Sendable (SHA256Digest) async -> Result<Caller, Failure>)
  /// Kind `auth`: 401 in the route's shape.
  case refused(Failure)
}
