// SPDX-License-Identifier: Apache-2.0

extension HTTPURL {
  /// `text` with the user name and password of an address masked, also where the address is malformed otherwise.
  ///
  /// Such an address is refused in any case; this is for showing it.
  public static func maskingUserInformation(_ text: String) -> String {
    guard let slashes = text.end(ofFirst: "://"), let at = text[slashes...].lastIndex(of: "@") else { return text }
    let authority = text[slashes...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
    // A password may hold a slash that was not escaped: then what stands behind the first colon is no port.
    let port = authority.drop { $0 != ":" }.dropFirst()
    guard authority.contains("@") || port.contains(where: { !("0"..."9").contains($0) }) else { return text }
    return text[..<slashes] + "***" + text[at...]
  }
}

extension String {
  /// The index behind the first occurrence.
  fileprivate func end(ofFirst pattern: String) -> Index? {
    var start = startIndex
    while start < endIndex {
      if self[start...].hasPrefix(pattern) { return index(start, offsetBy: pattern.count) }
      start = index(after: start)
    }
    return nil
  }
}
