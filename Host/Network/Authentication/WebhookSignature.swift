// SPDX-License-Identifier: Apache-2.0

/// Signatures of webhooks by the Standard Webhooks specification: `webhook-id`, `webhook-timestamp` and
/// `webhook-signature` over `<id>.<timestamp>.<body>`.
public struct WebhookSignature: Sendable, CustomStringConvertible {
  /// How far a timestamp may be from now.
  public static let toleranceSeconds: Int64 = 300

  /// The headers that carry it; a vendor may have names of its own.
  public struct Names: Sendable, Hashable {
    public var id: String
    public var timestamp: String
    public var signature: String

    public init(
      id: String = "webhook-id", timestamp: String = "webhook-timestamp", signature: String = "webhook-signature"
    ) {
      self.id = id
      self.timestamp = timestamp
      self.signature = signature
    }
  }

  private let key: [UInt8]

  /// Reads a secret: base64, usually after `whsec_`; nil when it is not, or is empty.
  public init?(secret: String) {
    let text = secret.hasPrefix("whsec_") ? String(secret.dropFirst(6)) : secret
    guard let key = try? Base64.decode(text), !key.isEmpty else { return nil }
    self.key = key
  }

  /// One entry of `webhook-signature`: `v1,<base64>`.
  public func sign(id: String, timestampSeconds: Int64, body: [UInt8]) -> String {
    let signed = Array("\(id).\(timestampSeconds).".utf8) + body
    return "v1," + Base64.encode(HMACSHA256.code(key: key, message: signed))
  }

  /// The three headers of a webhook to send.
  public func headers(id: String, nowSeconds: Int64, body: [UInt8]) -> [HTTPHeader] {
    [
      HTTPHeader("webhook-id", id), HTTPHeader("webhook-timestamp", String(nowSeconds)),
      HTTPHeader("webhook-signature", sign(id: id, timestampSeconds: nowSeconds, body: body)),
    ]
  }

  /// Checks a received webhook; one matching entry of several suffices, since two secrets overlap while one is replaced.
  /// Calling again with the same `webhook-id` is for the caller to notice.
  public func verify(
    headers: [HTTPHeader], body: [UInt8], nowSeconds: Int64, names: Names = Names(),
    toleranceSeconds: Int64 = WebhookSignature.toleranceSeconds
  ) -> Result<Void, VerificationFailure> {
    for name in [names.id, names.timestamp, names.signature] where headers.first(name) == nil {
      return .failure(.missing(name))
    }
    let id = headers.first(names.id) ?? ""
    guard let timestamp = CalendarTime.number((headers.first(names.timestamp) ?? "").utf8).map(Int64.init) else {
      return .failure(.malformed(names.timestamp))
    }
    let age = nowSeconds - timestamp
    guard abs(age) <= toleranceSeconds else { return .failure(.skew(seconds: age)) }
    let expected = sign(id: id, timestampSeconds: timestamp, body: body)
    let entries = (headers.first(names.signature) ?? "").split(separator: " ")
    // Every entry is compared, so that the time taken does not tell which one matched.
    let matches = entries.map { ConstantTime.areEqual(String($0), expected) }
    return matches.contains(true) ? .success(()) : .failure(.mismatch)
  }

  public var description: String { "WebhookSignature(\(Secrets.mask))" }
}
