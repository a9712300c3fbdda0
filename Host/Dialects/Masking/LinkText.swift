// SPDX-License-Identifier: Apache-2.0

/// Links as they stand in texts of vendors, which need not be valid URLs.
enum LinkText {
  /// The text with every http and https link in it, alone or in prose, replaced.
  static func mapLinks(in text: String, _ change: (String) -> String) -> String {
    let bytes = text.utf8
    var result: [UInt8] = []
    var copied = bytes.startIndex
    var index = bytes.startIndex
    while let colon = bytes[index...].firstIndex(of: UInt8(ascii: ":")) {
      index = bytes.index(after: colon)
      guard let start = schemeStart(bytes, from: copied, colon: colon), bytes[index...].starts(with: "//".utf8) else {
        continue
      }
      let end = bytes[index...].firstIndex(where: isEnd) ?? bytes.endIndex
      result += Array(bytes[copied..<start])
      result += Array(change(String(text[start..<end])).utf8)
      (copied, index) = (end, end)
    }
    if copied == bytes.startIndex { return text }
    return String(decoding: result + Array(bytes[copied...]), as: UTF8.self)
  }

  /// Where `http` or `https` before the colon begins.
  private static func schemeStart(
    _ bytes: String.UTF8View, from start: String.Index, colon: String.Index
  ) -> String.Index? {
    for scheme in ["https", "http"] {
      guard let begin = bytes.index(colon, offsetBy: -scheme.utf8.count, limitedBy: start) else { continue }
      if bytes[begin..<colon].elementsEqual(scheme.utf8, by: { $0 | 0x20 == $1 }) { return begin }
    }
    return nil
  }

  /// White space, control characters and what prose puts around links.
  private static func isEnd(_ byte: UInt8) -> Bool {
    byte <= 0x20 || byte == 0x7F || "\"'<>\\`|^{}".utf8.contains(byte)
  }

  /// The link without its query and fragment.
  static func place(of url: String) -> Substring { url.prefix { $0 != "?" && $0 != "#" } }

  /// The link without user information, without its fragment, and without members of the query that may be
  /// credentials.
  static func withoutCredentials(_ url: String) -> String {
    let place = place(of: url)
    var result = withoutUser(place)
    let query = url[place.endIndex...].prefix { $0 != "#" }.dropFirst()
    let kept = query.split(separator: "&").filter { !mayBeCredential(String($0.prefix { $0 != "=" })) }
    if !kept.isEmpty { result += "?" + kept.joined(separator: "&") }
    return result
  }

  private static func withoutUser(_ place: Substring) -> String {
    var parts = place.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    if parts.count >= 3, let at = parts[2].lastIndex(of: "@") { parts[2] = parts[2][parts[2].index(after: at)...] }
    return parts.joined(separator: "/")
  }

  /// Members by which stores of files are signed for: whoever has them gets in.
  private static func mayBeCredential(_ name: String) -> Bool {
    let name = name.lowercased()
    return prefixes.contains { name.hasPrefix($0) } || pieces.contains { name.contains($0) } || names.contains(name)
  }

  private static let prefixes = ["x-amz-", "x-tos-", "x-oss-", "x-cos-", "x-goog-", "x-bce-", "x-obs-", "q-"]
  private static let pieces = ["sign", "token", "secret", "credential", "auth", "password", "expire", "access"]
  private static let names: Set<String> = [
    "key", "apikey", "api_key", "api-key", "key-pair-id", "policy", "ak", "sk", "sig", "e", "se", "sp", "sv", "st",
  ]

  /// The text with one piece of it replaced wherever it stands.
  static func replacing(_ hidden: String, by replacement: String, in text: String) -> String {
    guard let first = hidden.utf8.first else { return text }
    let bytes = text.utf8
    var result: [UInt8] = []
    var copied = bytes.startIndex
    var index = bytes.startIndex
    while let start = bytes[index...].firstIndex(of: first) {
      guard bytes[start...].starts(with: hidden.utf8) else {
        index = bytes.index(after: start)
        continue
      }
      result += Array(bytes[copied..<start]) + Array(replacement.utf8)
      index = bytes.index(start, offsetBy: hidden.utf8.count)
      copied = index
    }
    if copied == bytes.startIndex { return text }
    return String(decoding: result + Array(bytes[copied...]), as: UTF8.self)
  }
}
