// SPDX-License-Identifier: Apache-2.0

/// How an answer's body is delimited.
enum ResponseFraming: Equatable {
  /// There is none, by the status (204, 304).
  case none
  case length(UInt64)
  case chunked
  case untilClose
}

/// The head of an answer as bytes.
enum ResponseHead {
  /// Whether only the server may say it.
  private static func isOwn(_ name: String) -> Bool {
    switch name.utf8.count {
    case 4: equalIgnoringCase(name, "date")
    case 10: equalIgnoringCase(name, "connection")
    case 14: equalIgnoringCase(name, "content-length")
    case 17: equalIgnoringCase(name, "transfer-encoding")
    default: false
    }
  }

  static func framing(status: Int, length: UInt64?, version: HTTPVersion) -> ResponseFraming {
    if status == 204 || status == 304 { return .none }
    if let length { return .length(length) }
    return version == .http11 ? .chunked : .untilClose
  }

  /// Nil when the status or a field cannot stand in a message; sending it would let one answer pose as two.
  static func bytes(
    _ response: HTTPResponse, framing: ResponseFraming, version: HTTPVersion, keepsAlive: Bool, date: String
  ) -> [UInt8]? {
    guard (200...599).contains(response.status) else { return nil }
    var bytes: [UInt8] = []
    // With a small body behind it.
    bytes.reserveCapacity(1_024)
    func add(_ text: String) { bytes.append(contentsOf: text.utf8) }
    add("HTTP/1.1 ")
    add(String(response.status))
    add(" ")
    add(HTTPStatus.reason(response.status))
    for field in response.headers.fields where !isOwn(field.name) {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(HeadGrammar.isToken),
        field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
      else { return nil }
      add("\r\n")
      add(field.name)
      add(": ")
      add(field.value)
    }
    add("\r\nDate: ")
    add(date)
    switch framing {
    case .length(let length):
      add("\r\nContent-Length: ")
      add(String(length))
    case .chunked: add("\r\nTransfer-Encoding: chunked")
    case .none, .untilClose: break
    }
    if !keepsAlive {
      add("\r\nConnection: close")
    } else if version == .http10 {
      add("\r\nConnection: keep-alive")
    }
    add("\r\n\r\n")
    return bytes
  }

  /// A piece of a chunked body, framed.
  static func chunk(_ piece: [UInt8]) -> [UInt8] {
    var bytes = Array(String(piece.count, radix: 16).utf8)
    bytes.reserveCapacity(bytes.count + piece.count + 4)
    bytes += [0x0D, 0x0A]
    bytes += piece
    bytes += [0x0D, 0x0A]
    return bytes
  }

  static let lastChunk = Array("0\r\n\r\n".utf8)
  static let interim100 = Array("HTTP/1.1 100 Continue\r\n\r\n".utf8)
}
