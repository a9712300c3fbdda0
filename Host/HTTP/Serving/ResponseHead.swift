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
  /// Fields that only the server may say.
  private static let ownFields = ["content-length", "transfer-encoding", "connection", "date"]

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
    var text = "HTTP/1.1 \(response.status) \(HTTPStatus.reason(response.status))\r\n"
    for field in response.headers.fields where !ownFields.contains(where: { equalIgnoringCase($0, field.name) }) {
      guard !field.name.isEmpty, field.name.utf8.allSatisfy(HeadGrammar.isToken),
        field.value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
      else { return nil }
      text += "\(field.name): \(field.value)\r\n"
    }
    text += "Date: \(date)\r\n"
    switch framing {
    case .length(let length): text += "Content-Length: \(length)\r\n"
    case .chunked: text += "Transfer-Encoding: chunked\r\n"
    case .none, .untilClose: break
    }
    if !keepsAlive {
      text += "Connection: close\r\n"
    } else if version == .http10 {
      text += "Connection: keep-alive\r\n"
    }
    text += "\r\n"
    return Array(text.utf8)
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
