// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import HTTPServer
public import Network
public import VideoDocuments

/// Says who a caller is, and what it may start.
public protocol CallerAuthenticator: Sendable {
  /// Looks at the head alone and leaves the body unread: whoever proves nothing uploads nothing.
  @LoopActor func check(_ request: HTTPRequest) async -> AuthenticationStep

  /// Claims room for one job of that model, so that two requests at once cannot both take the last of it: models, budget
  /// (the quote's highest price), parallel limit. Throws kind `permission`, `balance` or `rate_limited`.
  ///
  /// `model` is the id of the model as planned, not the alias that the caller wrote. The job is to keep the
  /// reservation's id in `JobCaller.reservationID`. A request that repeats another is to be answered before this is
  /// called: it needs no room.
  @LoopActor func reserve(
    _ caller: Caller, model: String, quote: Quote?
  ) async throws(Failure) -> CallerReservation
}

/// How far a proof has come.
public enum AuthenticationStep: Sendable {
  case caller(Caller)
  /// The signature covers the body: the answer follows from the SHA-256 of the bytes received. What they hold meanwhile
  /// counts for that key, or, while nothing is proven, for those who claim to have it.
  case needsBodyDigest(countsFor: String, @LoopActor @Sendable (SHA256Digest) async -> Result<Caller, Failure>)
  /// Kind `auth`: 401 in the route's shape. Kind `internal` when the keys could not be read.
  case refused(Failure)
}
