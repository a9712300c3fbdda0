// SPDX-License-Identifier: Apache-2.0

/// The grammar of single lines of a head, stricter than RFC 9112 wherever leniency has been used to smuggle requests.
enum HeadGrammar {
  struct RequestLine {
    var method: String
    var target: String
    var path: String
    var query: String?
    var version: HTTPVersion
  }

  /// `METHOD SP target SP HTTP/1.x` with single spaces.
  static func requestLine(_ line: ArraySlice<UInt8>) throws(RequestFailure) -> RequestLine {
    guard let firstSpace = line.firstIndex(of: 0x20) else { throw .malformedRequestLine }
    let method = line[..<firstSpace]
    guard (1...16).contains(method.count), method.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      throw .malformedRequestLine
    }
    let rest = line[(firstSpace + 1)...]
    guard let secondSpace = rest.firstIndex(of: 0x20) else { throw .malformedRequestLine }
    let target = rest[..<secondSpace]
    guard target.allSatisfy({ (0x21...0x7E).contains($0) }), !target.isEmpty else { throw .malformedTarget }
    let version: HTTPVersion
    switch rest[(secondSpace + 1)...] {
    case let text where text.elementsEqual("HTTP/1.1".utf8): version = .http11
    case let text where text.elementsEqual("HTTP/1.0".utf8): version = .http10
    case let text where text.starts(with: "HTTP/".utf8) && text.allSatisfy({ (0x21...0x7E).contains($0) }):
      throw .unsupportedVersion
    default: throw .malformedRequestLine
    }
    let methodText = String(decoding: method, as: UTF8.self)
    let (path, query) = try split(target, method: methodText)
    return RequestLine(
      method: methodText, target: String(decoding: target, as: UTF8.self), path: path, query: query, version: version)
  }

  /// Origin form, absolute form, or the asterisk of OPTIONS.
  private static func split(
    _ target: ArraySlice<UInt8>, method: String
  ) throws(RequestFailure) -> (path: String, query: String?) {
    var rest = target
    if target.elementsEqual([UInt8(ascii: "*")]) {
      guard method == "OPTIONS" else { throw .malformedTarget }
      return ("*", nil)
    }
    if target.first != UInt8(ascii: "/") {
      guard let scheme = ["http://", "https://"].first(where: { startsIgnoringCase(target, $0) }) else {
        throw .malformedTarget
      }
      let afterScheme = target.dropFirst(scheme.utf8.count)
      let end = afterScheme.firstIndex { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") } ?? afterScheme.endIndex
      guard end > afterScheme.startIndex, isHost(afterScheme[..<end]) else { throw .malformedTarget }
      rest = afterScheme[end...]
    }
    let mark = rest.firstIndex(of: UInt8(ascii: "?"))
    let path = String(decoding: rest[..<(mark ?? rest.endIndex)], as: UTF8.self)
    let query = mark.map { String(decoding: rest[($0 + 1)...], as: UTF8.self) }
    return (path.isEmpty ? "/" : path, query)
  }

  /// `name: value`, the colon right after the name, the value trimmed.
  static func field(_ line: ArraySlice<UInt8>) throws(RequestFailure) -> HTTPField {
    guard let colon = line.firstIndex(of: UInt8(ascii: ":")), colon > line.startIndex,
      line[..<colon].allSatisfy(isToken)
    else { throw .malformedField }
    var value = line[(colon + 1)...]
    while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    guard value.allSatisfy({ $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 }),
      let text = String(validating: value, as: UTF8.self)
    else { throw .malformedField }
    return HTTPField(name: String(decoding: line[..<colon], as: UTF8.self), value: text)
  }

  /// `uri-host [":" port]` by its characters; empty is allowed (RFC 9112, 3.2). User information is not.
  static func isHost(_ bytes: some Collection<UInt8>) -> Bool {
    bytes.allSatisfy { byte in
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
      default: hostMarks.contains(byte)
      }
    }
  }

  /// How the body is delimited, by the fields of a whole head; refuses every doubtful combination.
  static func framing(
    method: String, version: HTTPVersion, headers: HTTPHeaders, bodyLimit: UInt64
  ) throws(RequestFailure) -> BodyFraming {
    let hosts = headers.values("host")
    guard hosts.count == 1 || hosts.isEmpty && version == .http10, hosts.allSatisfy({ isHost($0.utf8) }) else {
      throw .malformedHost
    }
    let lengths = headers.values("content-length")
    let codings = headers.values("transfer-encoding")
    guard lengths.count <= 1 else { throw .malformedContentLength }
    guard codings.isEmpty || lengths.isEmpty && codings.count == 1 && version == .http11 else {
      throw .conflictingFraming
    }
    let expectations = headers.values("expect")
    guard expectations.count <= 1, expectations.allSatisfy({ equalIgnoringCase($0, "100-continue") }) else {
      throw .unsupportedExpectation
    }
    if let coding = codings.first {
      guard equalIgnoringCase(coding, "chunked") else { throw .unsupportedTransferCoding }
      return .chunked
    }
    guard let length = lengths.first else {
      // A 1.0 client would mark the end of such a body by closing, and a body cut short would look complete.
      if version == .http10, ["POST", "PUT", "PATCH"].contains(method) { throw .lengthRequired }
      return .empty
    }
    guard (1...15).contains(length.utf8.count), length.utf8.allSatisfy({ (0x30...0x39).contains($0) }),
      let count = UInt64(length)
    else { throw .malformedContentLength }
    guard count <= bodyLimit else { throw .bodyTooLarge(limit: bodyLimit) }
    return count == 0 ? .empty : .length(count)
  }

  /// A token character of RFC 9110, 5.6.2.
  static func isToken(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: tokenMarks.contains(byte)
    }
  }

  private static let tokenMarks = Array("!#$%&'*+-.^_`|~".utf8)
  private static let hostMarks = Array("-._~!$&'()*+,;=%[]:".utf8)

  private static func startsIgnoringCase(_ bytes: ArraySlice<UInt8>, _ prefix: String) -> Bool {
    bytes.count >= prefix.utf8.count && zip(bytes, prefix.utf8).allSatisfy { lowercase($0) == $1 }
  }
}
