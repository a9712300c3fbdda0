// SPDX-License-Identifier: Apache-2.0

extension HTTPURL {
  /// Reads `reference`, absolute or relative, as the `Location` of an answer from this URL (RFC 3986, 5.2).
  public func resolving(_ reference: String) throws(HTTPURLFailure) -> HTTPURL {
    if let colon = reference.firstIndex(of: ":"),
      !reference[..<colon].contains(where: { $0 == "/" || $0 == "?" || $0 == "#" })
    {
      return try HTTPURL(reference)
    }
    if reference.hasPrefix("//") { return try HTTPURL("\(scheme.rawValue):\(reference)") }
    if reference.hasPrefix("/") { return try HTTPURL(origin + Self.removeDotSegments(reference)) }
    if reference.isEmpty || reference.hasPrefix("#") { return self }
    if reference.hasPrefix("?") { return try HTTPURL(origin + path + reference) }
    let folder = path.prefix(through: path.lastIndex(of: "/") ?? path.startIndex)
    return try HTTPURL(origin + Self.removeDotSegments(folder + reference))
  }

  private static func removeDotSegments(_ target: some StringProtocol) -> String {
    let end = target.firstIndex { $0 == "?" || $0 == "#" } ?? target.endIndex
    var kept: [Substring] = []
    let segments = target[..<end].split(separator: "/", omittingEmptySubsequences: false).dropFirst()
    for (offset, segment) in segments.enumerated() {
      let isLast = offset == segments.count - 1
      if segment == ".." || segment == "." {
        if segment == ".." && !kept.isEmpty { kept.removeLast() }
        if isLast { kept.append("") }
      } else {
        kept.append(Substring(segment))
      }
    }
    return "/" + kept.joined(separator: "/") + target[end...]
  }
}
