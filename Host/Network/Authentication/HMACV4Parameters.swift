// SPDX-License-Identifier: Apache-2.0

/// Parameters of `hmac-v4`: a signature over the canonical request with a key derived from date, region and service.
/// The defaults are those that Amazon published; other services changed names and left steps out.
public struct HMACV4Parameters: Sendable, Equatable {
  /// How header values enter the canonical request.
  public enum HeaderValues: String, Sendable {
    /// As they are.
    case exact
    /// Trimmed, inner runs of spaces as one.
    case folded
  }

  /// How the path enters the canonical request.
  public enum PathEncoding: String, Sendable {
    /// As on the request line.
    case once
    /// Percent-encoded once more, slashes kept.
    case twice
  }

  /// `service`, required.
  public var service: String
  /// `region`, required.
  public var region: String
  /// `label`: names the algorithm in `Authorization` and the string to sign.
  public var label = "AWS4-HMAC-SHA256"
  /// `key_prefix`: put before the secret key for the first key of the chain; may be empty.
  public var keyPrefix = "AWS4"
  /// `terminator`: last part of the scope and of the key chain.
  public var terminator = "aws4_request"
  /// `date_header`: carries the time as `20260102T030405Z`.
  public var dateHeader = "X-Amz-Date"
  /// `content_hash_header`: carries the body's SHA-256; empty for none.
  public var contentHashHeader = "X-Amz-Content-Sha256"
  /// `token_header`: carries the session token of temporary keys; empty for none.
  public var tokenHeader = "X-Amz-Security-Token"
  /// `signed_headers`: lower-case names separated by spaces; a final `*` matches any ending. Host, date, content hash and
  /// token are signed always.
  public var signedHeaders = ["content-type", "content-md5", "host", "x-*"]
  /// `header_values`: `exact` or `folded`.
  public var headerValues = HeaderValues.folded
  /// `path_encoding`: `once` or `twice`.
  public var pathEncoding = PathEncoding.once
  /// `skew_seconds`: how far a received date may be from now.
  public var skewSeconds: Int64 = 900
  /// `access_key_secret`, `secret_key_secret`, `token_secret`: the names of the secrets.
  public var accessKeySecret = "access_key"
  public var secretKeySecret = "secret_key"
  public var tokenSecret = "session_token"

  public init(service: String, region: String) {
    self.service = service
    self.region = region
  }

  init(_ reader: inout ParameterReader) throws(AuthenticationSchemeFailure) {
    self.init(service: try reader.requiredText("service"), region: try reader.requiredText("region"))
    label = reader.text("label", label)
    keyPrefix = reader.text("key_prefix", keyPrefix)
    terminator = reader.text("terminator", terminator)
    dateHeader = try reader.headerName("date_header", dateHeader)
    contentHashHeader = try reader.headerName("content_hash_header", contentHashHeader, mayBeEmpty: true)
    tokenHeader = try reader.headerName("token_header", tokenHeader, mayBeEmpty: true)
    signedHeaders = reader.text("signed_headers", signedHeaders.joined(separator: " "))
      .split(separator: " ").map { $0.lowercased() }
    headerValues = try reader.choice("header_values", headerValues)
    pathEncoding = try reader.choice("path_encoding", pathEncoding)
    skewSeconds = try reader.seconds("skew_seconds", skewSeconds)
    accessKeySecret = reader.text("access_key_secret", accessKeySecret)
    secretKeySecret = reader.text("secret_key_secret", secretKeySecret)
    tokenSecret = reader.text("token_secret", tokenSecret)
    for (name, value) in [("service", service), ("region", region), ("terminator", terminator), ("label", label)]
    where value.isEmpty || value.utf8.contains(where: { $0 <= 0x20 || $0 == UInt8(ascii: "/") || $0 == 0x2C }) {
      throw .badValue(scheme: "hmac-v4", parameter: name, value: value)
    }
  }

  /// `20260102/region/service/terminator`.
  public func scope(date: String) -> String { "\(date)/\(region)/\(service)/\(terminator)" }

  /// Whether the header of this lower-case name is signed.
  func signs(_ name: String) -> Bool {
    alwaysSigned.contains(name)
      || signedHeaders.contains { pattern in
        pattern.hasSuffix("*") ? name.hasPrefix(pattern.dropLast()) : name == pattern
      }
  }

  /// Lower-case names of what proves the request: host, date and, where the service has one, the content hash.
  var alwaysSigned: [String] {
    ["host", dateHeader.lowercased()] + (contentHashHeader.isEmpty ? [] : [contentHashHeader.lowercased()])
  }
}
