// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// How a vendor signs what it announces, with one secret that the account and the vendor share.
public struct CallbackSignature: Sendable, Equatable {
  /// The name of the secret.
  public let secretName: String
  private let scheme: Scheme
  private let toleranceSeconds: Int64

  private enum Scheme: Sendable, Equatable {
    /// `standard-webhooks`: parameters `id_header`, `timestamp_header`, `signature_header`, `tolerance_seconds`.
    case standardWebhooks(WebhookSignature.Names)
    /// `hmac-sha256`: the code of the body, or of `<timestamp>.<body>` where the vendor sends a timestamp. Parameters
    /// `header`, `prefix` (put before the code), `encoding` (`hex` or `base64`), `timestamp_header`,
    /// `tolerance_seconds`.
    case hmac(header: String, prefix: String, encoding: Encoding, timestampHeader: String)
  }

  private enum Encoding: String, Sendable, Equatable {
    case hex
    case base64
  }

  /// What a manifest says; a parameter that the scheme does not know is refused.
  public init(_ facts: AuthenticationFacts) throws(AuthenticationSchemeFailure) {
    var parameters: [String: String] = [:]
    for pair in facts.parameters { parameters[pair.name] = pair.value }
    var reader = ParameterReader(scheme: facts.scheme, parameters: parameters)
    guard let secret = facts.secrets.first else { throw .missingParameter(scheme: facts.scheme, parameter: "secrets") }
    secretName = secret.name
    toleranceSeconds = try reader.seconds("tolerance_seconds", WebhookSignature.toleranceSeconds)
    switch facts.scheme {
    case "standard-webhooks":
      let usual = WebhookSignature.Names()
      scheme = .standardWebhooks(
        WebhookSignature.Names(
          id: try reader.headerName("id_header", usual.id),
          timestamp: try reader.headerName("timestamp_header", usual.timestamp),
          signature: try reader.headerName("signature_header", usual.signature)))
    case "hmac-sha256":
      scheme = .hmac(
        header: try reader.headerName("header", "X-Signature"), prefix: reader.text("prefix", ""),
        encoding: try reader.choice("encoding", Encoding.hex),
        timestampHeader: try reader.headerName("timestamp_header", "", mayBeEmpty: true))
    default: throw .unknownScheme(facts.scheme)
    }
    try reader.refuseUnread()
  }

  /// The header by which a repeated announcement is known, where the scheme has one.
  public var idHeader: String? {
    if case .standardWebhooks(let names) = scheme { names.id } else { nil }
  }

  /// Whether a received announcement was signed with this secret, close enough to now.
  public func verify(
    headers: [HTTPHeader], body: [UInt8], secret: String, nowSeconds: Int64
  ) -> Result<Void, VerificationFailure> {
    switch scheme {
    case .standardWebhooks(let names):
      guard let signature = WebhookSignature(secret: secret) else {
        return .failure(.missingSecret(name: secretName))
      }
      return signature.verify(
        headers: headers, body: body, nowSeconds: nowSeconds, names: names, toleranceSeconds: toleranceSeconds)
    case .hmac(let header, let prefix, let encoding, let timestampHeader):
      guard let presented = headers.first(header) else { return .failure(.missing(header)) }
      var signed = body
      if !timestampHeader.isEmpty {
        guard let text = headers.first(timestampHeader) else { return .failure(.missing(timestampHeader)) }
        guard let timestamp = CalendarTime.number(text.utf8).map(Int64.init) else {
          return .failure(.malformed(timestampHeader))
        }
        guard abs(nowSeconds - timestamp) <= toleranceSeconds else {
          return .failure(.skew(seconds: nowSeconds - timestamp))
        }
        signed = Array("\(text).".utf8) + body
      }
      let code = HMACSHA256.code(key: Array(secret.utf8), message: signed)
      let expected = prefix + (encoding == .hex ? Hexadecimal.encode(code) : Base64.encode(code))
      return ConstantTime.areEqual(presented, expected) ? .success(()) : .failure(.mismatch)
    }
  }
}
