// SPDX-License-Identifier: Apache-2.0

import Network

/// The secrets that webhooks are signed with: one for each key, made from the gateway's master key and stored nowhere.
public struct WebhookSecrets: Sendable, CustomStringConvertible, CustomReflectable {
  private let masterKeys: [[UInt8]]

  /// The newest master key first; while one is replaced, messages carry a signature by each.
  public init(masterKeys: [[UInt8]]) { self.masterKeys = masterKeys }

  /// The secret to give to the holder of a key, `whsec_…`; nil without a master key.
  public func secret(of keyID: String) -> String? {
    masterKeys.first.map { Self.secret($0, keyID) }
  }

  /// The headers of a message to the holder of a key.
  func headers(_ keyID: String, id: String, nowSeconds: Int64, body: [UInt8]) -> [HTTPHeader] {
    let signatures = masterKeys.compactMap { WebhookSignature(secret: Self.secret($0, keyID)) }
      .map { $0.sign(id: id, timestampSeconds: nowSeconds, body: body) }
    return [
      HTTPHeader("webhook-id", id), HTTPHeader("webhook-timestamp", String(nowSeconds)),
      HTTPHeader("webhook-signature", signatures.joined(separator: " ")),
    ]
  }

  private static func secret(_ masterKey: [UInt8], _ keyID: String) -> String {
    "whsec_" + Base64.encode(HMACSHA256.code(key: masterKey, message: "webhook:" + keyID))
  }

  public var description: String { "WebhookSecrets(\(Secrets.mask))" }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
