// SPDX-License-Identifier: Apache-2.0

import Network

/// What a caller proves itself with, in the forms that clients ask for. Printing it shows no secret.
public struct CallerCredentials: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
  static let prefix = "fg-"
  /// Random bytes of an id: nobody meets one by chance.
  private static let idBytes = 10

  /// The access key of clients that sign.
  public let keyID: String
  /// Their secret key.
  public let secret: String

  init(keyID: String, secret: String) {
    self.keyID = keyID
    self.secret = secret
  }

  /// Both as one text, for `Authorization: Bearer …`.
  public var bearer: String { "\(Self.prefix)\(keyID)-\(secret)" }

  /// Reads `bearer`; nil for any other text.
  init?(bearer text: some StringProtocol) {
    guard text.hasPrefix(Self.prefix) else { return nil }
    let bytes = Array(text.utf8.dropFirst(Self.prefix.utf8.count))
    let parts = bytes.split(separator: UInt8(ascii: "-"), omittingEmptySubsequences: false)
    guard parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty else { return nil }
    self.init(keyID: String(decoding: parts[0], as: UTF8.self), secret: String(decoding: parts[1], as: UTF8.self))
  }

  /// The text without what looks like a key of ours: keys get into paths and queries by mistake, and from there must not
  /// get into logs.
  static func masked(_ text: String) -> String {
    guard text.contains(prefix) else { return text }
    var result = ""
    var rest = text[...]
    while let start = rest.firstRange(of: prefix) {
      result += rest[..<start.upperBound]
      rest = rest[start.upperBound...]
      let key = rest.prefix { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
      guard key.utf8.count > shortestMasked else { continue }
      result += Secrets.mask
      rest = rest.dropFirst(key.count)
    }
    return result + rest
  }

  /// An id alone is no secret.
  private static let shortestMasked = 20

  static func makeKeyID() -> String { Base32.encode(SecureRandom.bytes(idBytes)) }

  public var description: String { "CallerCredentials(\(keyID), \(Secrets.mask))" }
  public var customMirror: Mirror { Mirror(self, children: ["keyID": keyID]) }
}
