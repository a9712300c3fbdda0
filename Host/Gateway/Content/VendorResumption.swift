// SPDX-License-Identifier: Apache-2.0

import Network

/// How a transfer that broke is continued: from where on, only while the file is provably the same, and only so often.
/// Pure.
struct VendorResumption: Sendable, Hashable {
  /// Waits before the tries in a row that bring less than `progressBytes`; after the last one it is given up.
  static let waitsMilliseconds: [Int64] = [0, 500, 2_000, 5_000]
  static let progressBytes: UInt64 = 1 << 20

  /// The next byte of the file that is needed.
  private(set) var position: UInt64
  /// Where what was asked for ends, and how long the file is; nil while the vendor has not said.
  private var end: UInt64?
  private var total: UInt64?
  /// A strong entity tag, or a date.
  private let validator: String
  private var triesInRow = 0
  private var progress: UInt64 = 0

  /// Nil where the answer gives nothing by which the same file could be told, or no ranges.
  init?(_ answer: VendorAnswer, headers: [HTTPHeader]) {
    guard headers.first("accept-ranges")?.lowercased() != "none", let validator = Self.validator(headers) else {
      return nil
    }
    self.validator = validator
    position = answer.part?.lowerBound ?? 0
    end = answer.part?.upperBound ?? answer.length
    total = answer.whole.length
  }

  /// What only the very same bytes have (RFC 9110, 8.8.1): a strong tag, or a date that is older than the answer.
  private static func validator(_ headers: [HTTPHeader]) -> String? {
    if let tag = headers.first("etag") {
      let isStrong = tag.utf8.count >= 2 && tag.hasPrefix("\"") && tag.hasSuffix("\"")
      return isStrong && tag.utf8.allSatisfy { (0x21..<0x7F).contains($0) } ? tag : nil
    }
    // The year of a date may have two digits; which century they mean is of no matter between two dates of one answer.
    guard let modified = headers.first("last-modified"), let changedAt = HTTPDate.seconds(modified, nowSeconds: 0),
      let sentAt = headers.first("date").flatMap({ HTTPDate.seconds($0, nowSeconds: 0) }), changedAt < sentAt
    else { return nil }
    return modified
  }

  /// Nothing is missing any more.
  var isComplete: Bool { position == end }

  mutating func advance(_ bytes: Int) {
    position += UInt64(bytes)
    progress += UInt64(bytes)
    if progress >= Self.progressBytes { triesInRow = 0 }
  }

  /// How long to wait before the next try; nil when there is none left.
  mutating func nextTry() -> Int64? {
    guard triesInRow < Self.waitsMilliseconds.count else { return nil }
    defer { triesInRow += 1 }
    progress = 0
    return Self.waitsMilliseconds[triesInRow]
  }

  /// Fields of the request for the rest.
  var headers: [HTTPHeader] {
    [
      HTTPHeader("Range", "bytes=\(position)-\(end.map { String($0 - 1) } ?? "")"),
      HTTPHeader("If-Range", validator),
    ]
  }

  /// Whether the answer brings the rest of the same file; nothing else may be added to what the caller has.
  mutating func accepts(status: Int, headers: [HTTPHeader]) -> Bool {
    guard status == 206, let range = headers.first("content-range").flatMap(ContentRange.init),
      range.bytes.lowerBound == position, end == nil || range.bytes.upperBound == end,
      total == nil || range.total == nil || range.total == total
    else { return false }
    let length = headers.first("content-length").flatMap { UInt64($0) }
    guard length == nil || length == UInt64(range.bytes.count) else { return false }
    // A tag that is sent once more has to be the same.
    if let tag = headers.first("etag"), validator.hasPrefix("\""), tag != validator { return false }
    guard end != nil || range.total == range.bytes.upperBound else { return false }
    end = range.bytes.upperBound
    total = range.total
    return true
  }
}
