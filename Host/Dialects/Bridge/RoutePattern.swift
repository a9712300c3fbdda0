// SPDX-License-Identifier: Apache-2.0

import Network
import VideoDocuments

/// A path pattern such as `/v1/videos/{kind}/{id}`, compared segment by segment.
struct RoutePattern: Sendable {
  enum Segment: Sendable, Hashable {
    case literal(String)
    case placeholder(String)
  }

  let segments: [Segment]

  /// Mount and path of a manifest, joined.
  init(_ text: String) {
    segments = text.split(separator: "/").map { part in
      part.hasPrefix("{") && part.hasSuffix("}") && part.count > 2
        ? .placeholder(String(part.dropFirst().dropLast())) : .literal(String(part))
    }
  }

  var literalCount: Int { segments.count { if case .literal = $0 { true } else { false } } }

  /// The placeholders' values; nil when the path does not fit.
  func match(_ path: [String]) -> [NameValuePair]? {
    guard path.count == segments.count else { return nil }
    // Most patterns differ in the first word.
    if case .literal(let text)? = segments.first, text != path[0] { return nil }
    var parameters: [NameValuePair] = []
    for (segment, part) in zip(segments, path) {
      switch segment {
      case .literal(let text): guard text == part else { return nil }
      case .placeholder(let name): parameters.append(NameValuePair(name, part))
      }
    }
    return parameters
  }

  /// The decoded segments of a path as it came. A slash at the end does not count, nor does a second one before a
  /// segment, as clients write it whose base URL ends with one. Nil for what no route may see: broken escapes, an empty
  /// segment at the end, where an id is missing, `.` and `..`, control characters.
  static func segments(of path: String) -> [String]? {
    guard path.hasPrefix("/") else { return nil }
    let parts = path.utf8.split(separator: UInt8(ascii: "/"))
    guard parts.isEmpty || !path.hasSuffix("//") else { return nil }
    var segments: [String] = []
    segments.reserveCapacity(parts.count)
    for part in parts {
      guard let text = PercentEncoding.decode(Substring(part)), !text.isEmpty, text != ".", text != "..",
        text.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F })
      else { return nil }
      segments.append(text)
    }
    return segments
  }
}
