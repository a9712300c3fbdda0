// SPDX-License-Identifier: Apache-2.0

import Network
import VideoDocuments

/// The text under which a body carries a medium.
enum MediaLink {
  /// Links that a request may carry: to the web, to a vendor's own store, to bytes in the body.
  static let schemes = ["http", "https", "asset", "data", InlineMedia.scheme]

  /// A link as it is, and bare base64 as a `data:` link whose type is to be sniffed.
  static func url(_ text: String, field: String) throws(Failure) -> String {
    if let colon = text.firstIndex(of: ":"), schemes.contains(text[..<colon].lowercased()) {
      guard text.unicodeScalars.allSatisfy({ $0.value > 0x20 && $0.value != 0x7F }) else {
        throw Failure(
          .invalid, "\(field) is a link with spaces or control characters in it.", field: field,
          advice: "Percent-encode them.")
      }
      return text
    }
    guard (try? Base64.decode(text)) != nil else {
      throw Failure(
        .invalid, "\(field) is neither a link nor base64.", field: field,
        advice: "Give an http or https link, a data: link or base64 without line breaks.")
    }
    return "data:application/octet-stream;base64,\(text)"
  }
}
