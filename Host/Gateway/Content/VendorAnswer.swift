// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Network
import VideoDocuments

/// What of a vendor's answer is handed on. Pure.
struct VendorAnswer: Sendable, Hashable {
  /// Fewer bytes than these tell no type.
  static let sniffableBytes = 12
  /// Fields that are handed on as they are, beside type and length.
  private static let passedFields = ["Accept-Ranges", "Content-Encoding", "ETag", "Last-Modified"]
  private static let maximumFieldBytes = 256

  var status: Int
  var headers: HTTPHeaders
  /// Bytes of the body; nil when the vendor does not say.
  var length: UInt64?
  /// The part of the file that this is; nil for the whole.
  var part: Range<UInt64>?
  /// What a HEAD is answered with later: the whole, whatever part this is of it.
  var whole: KnownContent

  /// Why an answer cannot be handed on.
  enum Defect: Error, Sendable, Hashable {
    /// No video, picture or sound, or nothing at all.
    case noContent
    /// Another part than was asked for, or lengths that contradict each other.
    case wrongPart
  }

  /// `range` is the request's Range field as it was sent on, `first` the body's first bytes.
  init(
    status: Int, headers given: [HTTPHeader], range: String?, first: [UInt8], output: VideoOutput
  ) throws(Defect) {
    guard !first.isEmpty else { throw .noContent }
    length = given.first("content-length").flatMap { UInt64($0) }
    var part: ContentRange?
    var total = length
    if status == 206 {
      guard let text = given.first("content-range"), let found = ContentRange(text), range != nil,
        found.answers(range ?? ""), length == nil || length == UInt64(found.bytes.count)
      else { throw .wrongPart }
      part = found
      length = UInt64(found.bytes.count)
      total = found.total
    }
    self.status = status
    self.part = part?.bytes
    let declared = ContentHeaders.safe(given.first("content-type"))
    let type: String
    if part?.bytes.lowerBound ?? 0 == 0, first.count >= Self.sniffableBytes, given.first("content-encoding") == nil {
      guard let found = MediaType(sniffing: first)?.name ?? declared else { throw .noContent }
      type = found
    } else {
      type = declared ?? ContentHeaders.assumed(output)
    }
    headers = ["Content-Type": type]
    if let part { headers.add("Content-Range", part.text) }
    for name in Self.passedFields {
      guard let value = given.first(name), Self.isPlain(value) else { continue }
      headers.add(name, value)
    }
    var known = headers
    known.remove("Content-Range")
    whole = KnownContent(headers: known, length: total)
  }

  private static func isPlain(_ value: String) -> Bool {
    (1...maximumFieldBytes).contains(value.utf8.count) && value.utf8.allSatisfy { (0x20..<0x7F).contains($0) }
  }
}

/// What is known of content that was sent before.
struct KnownContent: Sendable, Hashable {
  var headers: HTTPHeaders
  var length: UInt64?
}

/// A Content-Range field of a 206: `bytes 0-99/200`, or `/*` where the whole is unknown.
struct ContentRange: Sendable, Hashable {
  let bytes: Range<UInt64>
  let total: UInt64?

  init?(_ text: String) {
    guard text.hasPrefix("bytes ") else { return nil }
    let parts = text.dropFirst(6).split(separator: "/", omittingEmptySubsequences: false)
    guard parts.count == 2 else { return nil }
    let ends = parts[0].split(separator: "-", omittingEmptySubsequences: false)
    guard ends.count == 2, let first = Self.number(ends[0]), let last = Self.number(ends[1]), first <= last else {
      return nil
    }
    bytes = first..<last + 1
    total = parts[1] == "*" ? nil : Self.number(parts[1])
    if parts[1] != "*" { guard let total, last < total else { return nil } }
  }

  var text: String {
    "bytes \(bytes.lowerBound)-\(bytes.upperBound - 1)/\(total.map { String($0) } ?? "*")"
  }

  /// Whether these are bytes that `range` asked for; the end of a file may cut them short.
  func answers(_ range: String) -> Bool {
    // Where the whole is unknown, a range from the end cannot be checked.
    switch ByteRange(header: range, length: total ?? bytes.upperBound) {
    case .part(let wanted): return total == nil || wanted == bytes
    case .whole, .unsatisfiable: return false
    }
  }

  private static func number(_ text: Substring) -> UInt64? {
    guard (1...18).contains(text.utf8.count), text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
    return UInt64(text)
  }
}
