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
    var text = Substring(String(decoding: line, as: UTF8.self))
    while let last = text.unicodeScalars.last, last == "\r" || last == "\n" { text.unicodeScalars.removeLast() }
    if text.hasPrefix("HTTP/") {
      // A new head: after an interim answer (1xx).
      status = text.split(separator: " ").dropFirst().first.flatMap { Int($0) }
      headers = []
      isComplete = false
    } else if text.isEmpty {
      isComplete = (status ?? 0) >= 200
    } else if !isComplete, let colon = text.firstIndex(of: ":") {
      // What follows a complete head are trailers, which nobody reads.
      headers.append(HTTPHeader(text[..<colon].trimmingSpaces, text[text.index(after: colon)...].trimmingSpaces))
    }
    return true
  }
}
