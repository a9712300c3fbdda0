// SPDX-License-Identifier: Apache-2.0

extension HTTPURL {
  /// Reads an absolute URL. A fragment is dropped (it never travels); characters beyond ASCII, and the few ASCII ones
  /// that URLs must escape but people paste, are percent-encoded; everything else must be right.
  public init(_ text: String) throws(HTTPURLFailure) {
    let bytes = Array(text.utf8)
    guard !bytes.isEmpty else { throw .empty }
    guard bytes.count <= Self.maximumBytes else { throw .tooLong }
    let scheme: Scheme
    let start: Int
    if Self.hasPrefix(bytes, "https://") {
      scheme = .https
      start = 8
    } else if Self.hasPrefix(bytes, "http://") {
      scheme = .http
      start = 7
    } else {
      throw .unsupportedScheme
    }
    let end = bytes.firstIndex(of: UInt8(ascii: "#")) ?? bytes.count
    guard end >= start else { throw .badHost }
    let isAuthorityEnd: (UInt8) -> Bool = { $0 == UInt8(ascii: "/") || $0 == UInt8(ascii: "?") }
    let authorityEnd = bytes[start..<end].firstIndex(where: isAuthorityEnd) ?? end
    let authority = bytes[start..<authorityEnd]
    guard !authority.contains(UInt8(ascii: "@")) else { throw .userInformation }
    let (host, port) = try Self.readAuthority(authority)
    let queryStart = bytes[authorityEnd..<end].firstIndex(of: UInt8(ascii: "?"))
    let path = try Self.normalize(bytes[authorityEnd..<(queryStart ?? end)])
    var query: String?
    if let queryStart { query = try Self.normalize(bytes[(queryStart + 1)..<end]) }
    self.init(scheme: scheme, host: host, port: port, path: path, query: query)
  }

  private static func hasPrefix(_ bytes: [UInt8], _ prefix: String) -> Bool {
    bytes.count >= prefix.utf8.count && zip(bytes, prefix.utf8).allSatisfy { lower($0) == $1 }
  }

  private static func lower(_ byte: UInt8) -> UInt8 {
    (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
  }

  private static func readAuthority(_ authority: ArraySlice<UInt8>) throws(HTTPURLFailure) -> (String, UInt16?) {
    let host: String
    let rest: ArraySlice<UInt8>
    if authority.first == UInt8(ascii: "[") {
      guard let close = authority.firstIndex(of: UInt8(ascii: "]")) else { throw .badHost }
      let inner = String(decoding: authority[(authority.startIndex + 1)..<close], as: UTF8.self)
      guard let address = NetworkAddress(inner), address.isVersion6 else { throw .badHost }
      host = address.description
      rest = authority[(close + 1)...]
    } else {
      let colon = authority.firstIndex(of: UInt8(ascii: ":")) ?? authority.endIndex
      host = try readName(authority[..<colon])
      rest = authority[colon...]
    }
    guard let first = rest.first else { return (host, nil) }
    guard first == UInt8(ascii: ":") else { throw .badHost }
    let digits = rest.dropFirst()
    guard (1...5).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
      let port = UInt16(String(decoding: digits, as: UTF8.self)), port > 0
    else { throw .badPort }
    return (host, port)
  }

  /// A DNS name or dotted IPv4 address. A name whose last label looks like a number must be such an address: C libraries
  /// read `127.1` or `0x7f000001` as one, and a filter that looks at the text would not.
  private static func readName(_ bytes: ArraySlice<UInt8>) throws(HTTPURLFailure) -> String {
    var name = bytes.map(lower)
    if name.last == UInt8(ascii: ".") { name.removeLast() }
    guard !name.isEmpty, name.count <= 253 else { throw .badHost }
    let labels = name.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
    for label in labels {
      guard (1...63).contains(label.count), label.allSatisfy({ isNameByte($0) }) else { throw .badHost }
    }
    let text = String(decoding: name, as: UTF8.self)
    if let last = labels.last, looksNumeric(last) {
      guard let address = NetworkAddress(text), !address.isVersion6 else { throw .badHost }
    }
    return text
  }

  private static func looksNumeric(_ label: ArraySlice<UInt8>) -> Bool {
    if label.allSatisfy({ (0x30...0x39).contains($0) }) { return true }
    return label.starts(with: Array("0x".utf8)) && label.dropFirst(2).allSatisfy { Hexadecimal.value($0) != nil }
  }

  private static func isNameByte(_ byte: UInt8) -> Bool {
    PercentEncoding.isUnreserved(byte) && byte != UInt8(ascii: "~") && byte != UInt8(ascii: ".")
  }

  private static let pasted = Set("\"<>^`{|}[]".utf8)

  private static func normalize(_ bytes: ArraySlice<UInt8>) throws(HTTPURLFailure) -> String {
    var output: [UInt8] = []
    output.reserveCapacity(bytes.count)
    var index = bytes.startIndex
    while index < bytes.endIndex {
      let byte = bytes[index]
      if byte <= 0x20 || byte == 0x7F || byte == UInt8(ascii: "\\") { throw .badCharacter(offset: index) }
      if byte >= 0x80 || pasted.contains(byte) {
        PercentEncoding.append(byte, to: &output)
      } else {
        if byte == UInt8(ascii: "%") {
          guard index + 2 < bytes.endIndex, Hexadecimal.value(bytes[index + 1]) != nil,
            Hexadecimal.value(bytes[index + 2]) != nil
          else { throw .badEscape(offset: index) }
        }
        output.append(byte)
      }
      index += 1
    }
    return String(decoding: output, as: UTF8.self)
  }
}
