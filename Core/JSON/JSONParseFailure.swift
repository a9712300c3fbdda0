// SPDX-License-Identifier: Apache-2.0

/// Why, and where, a document is not JSON that we accept.
public struct JSONParseFailure: Error, Sendable, Hashable {
  public enum Reason: Sendable, Hashable {
    /// A byte that cannot stand there.
    case unexpectedByte(UInt8)
    /// The document ends before its value does.
    case unexpectedEnd
    /// A sign without digits, a leading zero, a point or exponent without digits.
    case invalidNumber
    /// A backslash before something that JSON has no escape for.
    case invalidEscape
    /// Half of a surrogate pair as an escape: no text can hold it.
    case loneSurrogate
    /// Bytes of a string that are not UTF-8.
    case invalidUTF8
    /// A control character (below U+0020) in a string without an escape.
    case controlCharacterInString(UInt8)
    /// A byte order mark before the document.
    case byteOrderMark
    /// More levels of arrays and objects than the limit.
    case tooDeep(limit: Int)
    /// More bytes than the limit.
    case tooLarge(limit: Int)
    /// A string of more bytes than the limit.
    case stringTooLong(limit: Int)
    /// A number of more bytes than the limit.
    case numberTooLong(limit: Int)
    /// An array or object with more elements or members than the limit.
    case tooManyMembers(limit: Int)
    /// A document with more values than the limit.
    case tooManyValues(limit: Int)
    /// A second member of the same name.
    case duplicateKey(String)
    /// Something after the value.
    case trailingContent
  }

  /// Bytes before the place.
  public let offset: Int
  /// The line of the place, counted from 1.
  public let line: Int
  /// The column of the place in Unicode scalars, counted from 1.
  public let column: Int
  public let reason: Reason

  public init(offset: Int, line: Int, column: Int, reason: Reason) {
    self.offset = offset
    self.line = line
    self.column = column
    self.reason = reason
  }

  /// Finds line and column of a place in a document.
  init(_ reason: Reason, at offset: Int, in document: UnsafeRawBufferPointer) {
    var line = 1
    var column = 1
    for byte in document.prefix(offset) {
      if byte == UInt8(ascii: "\n") {
        line += 1
        column = 1
      } else if byte & 0xC0 != 0x80 {
        column += 1
      }
    }
    self.init(offset: offset, line: line, column: column, reason: reason)
  }
}

extension JSONParseFailure: CustomStringConvertible {
  /// One line for people: "line 3, column 7: unexpected byte 0x7d (`}`)".
  public var description: String { "line \(line), column \(column): \(reason)" }
}

extension JSONParseFailure.Reason: CustomStringConvertible {
  public var description: String {
    switch self {
    case .unexpectedByte(let byte): "unexpected \(Self.name(byte))"
    case .unexpectedEnd: "the document ends too early"
    case .invalidNumber: "not a number of JSON"
    case .invalidEscape: "not an escape of JSON"
    case .loneSurrogate: "half of a surrogate pair"
    case .invalidUTF8: "not UTF-8"
    case .controlCharacterInString(let byte): "a string holds \(Self.name(byte)) without an escape"
    case .byteOrderMark: "a byte order mark"
    case .tooDeep(let limit): "more than \(limit) levels"
    case .tooLarge(let limit): "more than \(limit) bytes"
    case .stringTooLong(let limit): "a string of more than \(limit) bytes"
    case .numberTooLong(let limit): "a number of more than \(limit) bytes"
    case .tooManyMembers(let limit): "more than \(limit) members"
    case .tooManyValues(let limit): "more than \(limit) values"
    case .duplicateKey(let key): "a second member \(JSON.string(key).text)"
    case .trailingContent: "something after the value"
    }
  }

  private static func name(_ byte: UInt8) -> String {
    let digits = String(byte, radix: 16)
    let hexadecimal = "byte 0x" + (digits.utf8.count < 2 ? "0" : "") + digits
    guard (0x21...0x7E).contains(byte) else { return hexadecimal }
    return hexadecimal + " (`\(Unicode.Scalar(byte))`)"
  }
}
