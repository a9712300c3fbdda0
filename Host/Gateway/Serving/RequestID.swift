// SPDX-License-Identifier: Apache-2.0

import HTTPServer

/// Names one request in replies and logs.
enum RequestID {
  static let headerName = "X-Request-Id"
  private static let maximumBytes = 128
  private static let digits = Array("0123456789abcdefghijklmnopqrstuvwxyz".utf8)

  /// The caller's own where it is plain, else a new one.
  static func of(_ headers: HTTPHeaders) -> String {
    if let given = headers["x-request-id"], isPlain(given) { return given }
    var generator = SystemRandomNumberGenerator()
    var text: [UInt8] = Array("req_".utf8)
    for _ in 0..<2 {
      var bits = generator.next()
      for _ in 0..<12 {
        text.append(digits[Int(bits % 36)])
        bits /= 36
      }
    }
    return String(decoding: text, as: UTF8.self)
  }

  private static func isPlain(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= maximumBytes
      && text.utf8.allSatisfy { byte in
        (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte)
          || byte == UInt8(ascii: "-") || byte == UInt8(ascii: "_") || byte == UInt8(ascii: ".")
      }
  }
}
