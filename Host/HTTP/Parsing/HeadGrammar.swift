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
    switch String(decoding: rest[(secondSpace + 1)...], as: UTF8.self) {
    case "HTTP/1.1": version = .http11
    case "HTTP/1.0": version = .http10
    case let text where text.hasPrefix("HTTP/") && text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }):
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
      // Letters, digits and -._~!$&'()*+,;=%[]:
      switch byte {
      case 0x21, 0x24...0x2E, 0x30...0x3B, 0x3D, 0x41...0x5B, 0x5D, 0x5F, 0x61...0x7A, 0x7E: true
      default: false
      }
    }
  }

  /// How the body is delimited, by the fields of a whole head; refuses every doubtful combination.
  static func framing(
    method: String, version: HTTPVersion, headers: HTTPHeaders, bodyLimit: UInt64
  ) throws(RequestFailure) -> BodyFraming {
    var hosts = 0
    var length: String?
    var coding: String?
    var isExpecting = false
    // In one pass: this is asked of every request.
    for field in headers.fields {
      switch field.name.utf8.count {
      case 4 where equalIgnoringCase(field.name, "host"):
        hosts += 1
        guard isHost(field.value.utf8) else { throw .malformedHost }
      case 6 where equalIgnoringCase(field.name, "expect"):
        guard !isExpecting, equalIgnoringCase(field.value, "100-continue") else { throw .unsupportedExpectation }
        isExpecting = true
      case 14 where equalIgnoringCase(field.name, "content-length"):
        guard length == nil else { throw .malformedContentLength }
        guard coding == nil else { throw .conflictingFraming }
        length = field.value
      case 17 where equalIgnoringCase(field.name, "transfer-encoding"):
        guard coding == nil, length == nil, version == .http11 else { throw .conflictingFraming }
        coding = field.value
      default: break
      }
    }
    guard hosts == 1 || hosts == 0 && version == .http10 else { throw .malformedHost }
    if let coding {
      guard equalIgnoringCase(coding, "chunked") else { throw .unsupportedTransferCoding }
      return .chunked
    }
    guard let length else {
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
    // Letters, digits and !#$%&'*+-.^_`|~
    switch byte {
    case 0x21, 0x23...0x27, 0x2A, 0x2B, 0x2D, 0x2E, 0x30...0x39, 0x41...0x5A, 0x5E...0x7A, 0x7C, 0x7E: true
    default: false
    }
  }

  private static func startsIgnoringCase(_ bytes: ArraySlice<UInt8>, _ prefix: String) -> Bool {
    bytes.count >= prefix.utf8.count && zip(bytes, prefix.utf8).allSatisfy { lowercase($0) == $1 }
  }
}
