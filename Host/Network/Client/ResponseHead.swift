// SPDX-License-Identifier: Apache-2.0

/// Collects the head of an answer, line by line as libcurl hands it over.
struct ResponseHead {
  /// Largest head.
  static let maximumBytes = 32 * 1024

  private(set) var status: Int?
  private(set) var headers: [HTTPHeader] = []
  /// Whether the empty line that ends a final head has come.
  private(set) var isComplete = false
  private var byteCount = 0

  /// Adds a line with its line end; false when the head grows too large.
  mutating func add(_ line: UnsafeRawBufferPointer) -> Bool {
    byteCount += line.count
    guard byteCount <= Self.maximumBytes else { return false }
    var end = line.count
    while end > 0, line[end - 1] == UInt8(ascii: "\r") || line[end - 1] == UInt8(ascii: "\n") { end -= 1 }
    if Self.starts(line, end, with: "HTTP/") {
      // A new head: after an interim answer (1xx).
      status = String(decoding: line[..<end], as: UTF8.self).split(separator: " ").dropFirst().first.flatMap { Int($0) }
      headers = []
      isComplete = false
    } else if end == 0 {
      isComplete = (status ?? 0) >= 200
    } else if !isComplete, let colon = (0..<end).first(where: { line[$0] == UInt8(ascii: ":") }) {
      // What follows a complete head are trailers, which nobody reads.
      headers.append(HTTPHeader(Self.trimmed(line, 0, colon), Self.trimmed(line, colon + 1, end)))
    }
    return true
  }

  private static func starts(_ line: UnsafeRawBufferPointer, _ end: Int, with word: StaticString) -> Bool {
    end >= word.utf8CodeUnitCount && (0..<word.utf8CodeUnitCount).allSatisfy { line[$0] == word.utf8Start[$0] }
  }

  /// The text without spaces and tabs around it. Bytes, because a head has a dozen lines and every request has one.
  private static func trimmed(_ line: UnsafeRawBufferPointer, _ start: Int, _ end: Int) -> String {
    func isSpace(_ byte: UInt8) -> Bool { byte == UInt8(ascii: " ") || byte == UInt8(ascii: "\t") }
    var (start, end) = (start, end)
    while start < end, isSpace(line[start]) { start += 1 }
    while start < end, isSpace(line[end - 1]) { end -= 1 }
    return String(decoding: UnsafeRawBufferPointer(rebasing: line[start..<end]), as: UTF8.self)
  }
}
