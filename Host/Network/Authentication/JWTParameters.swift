// SPDX-License-Identifier: Apache-2.0

/// Parameters of `jwt-hs256`, a JSON web token (RFC 7519) with exactly the claims `iss`, `exp`, `nbf`, in this order.
public struct JWTParameters: Sendable, Equatable {
  /// `issuer_secret`: name of the secret that holds the access key, which becomes `iss` (default `access_key`).
  public var issuerSecret: String
  /// `key_secret`: name of the secret whose raw characters are the signing key (default `secret_key`).
  public var keySecret: String
  /// `expires_seconds`: `exp` is this long after now (default 1800).
  public var expiresSeconds: Int64
  /// `not_before_seconds`: `nbf` is this long before now (default 5).
  public var notBeforeSeconds: Int64
  /// `renew_before_seconds`: a token is used again until this long before its `exp` (default 300).
  public var renewBeforeSeconds: Int64

  public init(
    issuerSecret: String = "access_key", keySecret: String = "secret_key", expiresSeconds: Int64 = 1800,
    notBeforeSeconds: Int64 = 5, renewBeforeSeconds: Int64 = 300
  ) {
    self.issuerSecret = issuerSecret
    self.keySecret = keySecret
    self.expiresSeconds = expiresSeconds
    self.notBeforeSeconds = notBeforeSeconds
    self.renewBeforeSeconds = renewBeforeSeconds
  }

  init(_ reader: inout ParameterReader) throws(AuthenticationSchemeFailure) {
    issuerSecret = reader.text("issuer_secret", "access_key")
    keySecret = reader.text("key_secret", "secret_key")
    expiresSeconds = try reader.seconds("expires_seconds", 1800)
    notBeforeSeconds = try reader.seconds("not_before_seconds", 5)
    renewBeforeSeconds = try reader.seconds("renew_before_seconds", 300)
  }
}
