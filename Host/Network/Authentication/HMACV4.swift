// SPDX-License-Identifier: Apache-2.0

/// The steps of `hmac-v4`, each of which vectors can check.
public struct HMACV4: Sendable {
  public let parameters: HMACV4Parameters

  public init(_ parameters: HMACV4Parameters) { self.parameters = parameters }

  /// The four keys of the chain; the last one signs.
  public func keyChain(secretKey: String, date: String) -> (
    date: [UInt8], region: [UInt8], service: [UInt8], signing: [UInt8]
  ) {
    let dateKey = HMACSHA256.code(key: Array((parameters.keyPrefix + secretKey).utf8), message: date)
    let regionKey = HMACSHA256.code(key: dateKey, message: parameters.region)
    let serviceKey = HMACSHA256.code(key: regionKey, message: parameters.service)
    return (dateKey, regionKey, serviceKey, HMACSHA256.code(key: serviceKey, message: parameters.terminator))
  }

  /// The canonical request over the headers in `names` (lower-case, sorted). Nil when the query has a broken escape.
  public func canonicalRequest(
    _ request: SignableRequest, signedHeaders names: [String], sortsValues: Bool = true
  ) -> String? {
    guard let query = canonicalQuery(request.query ?? "", sortsValues: sortsValues) else { return nil }
    var lines = [request.method, canonicalPath(request.path), query]
    for name in names {
      let values = name == "host" ? [canonicalHost(request.host)] : request.headers.all(name).map(canonicalValue)
      lines.append("\(name):\(values.joined(separator: ","))")
    }
    lines += ["", names.joined(separator: ";"), request.bodyDigest.hexadecimal]
    return lines.joined(separator: "\n")
  }

  /// Label, date, scope and the hash of the canonical request.
  public func stringToSign(canonicalRequest: String, date: String) -> String {
    let hash = SHA256Digest(of: canonicalRequest).hexadecimal
    return "\(parameters.label)\n\(date)\n\(parameters.scope(date: String(date.prefix(8))))\n\(hash)"
  }

  /// Sorted by encoded name, then value; decoded and encoded again, so that any spelling of a query has one form. Without
  /// `sortsValues` the values of one name stay in their order.
  func canonicalQuery(_ query: String, sortsValues: Bool = true) -> String? {
    guard let items = QueryItem.parse(query) else { return nil }
    return items.map { (PercentEncoding.encode($0.name), PercentEncoding.encode($0.value)) }.enumerated()
      .sorted { left, right in
        guard left.element.0 == right.element.0 else {
          return left.element.0.utf8.lexicographicallyPrecedes(right.element.0.utf8)
        }
        guard sortsValues else { return left.offset < right.offset }
        return left.element.1.utf8.lexicographicallyPrecedes(right.element.1.utf8)
      }
      .map { "\($0.element.0)=\($0.element.1)" }.joined(separator: "&")
  }

  private func canonicalPath(_ path: String) -> String {
    let path = path.isEmpty ? "/" : path
    return parameters.pathEncoding == .once ? path : PercentEncoding.encode(path, keepingSlashes: true)
  }

  private func canonicalValue(_ value: String) -> String {
    switch parameters.headerValues {
    case .exact: value
    case .folded: value.split(separator: " ").joined(separator: " ")
    }
  }

  /// Keeps the port unless it is 80 or 443, whatever the scheme: a verifier behind a proxy does not know the scheme.
  private func canonicalHost(_ host: String) -> String {
    for suffix in [":80", ":443"] where host.hasSuffix(suffix) { return String(host.dropLast(suffix.count)) }
    return host
  }

  /// Lower-case, sorted names of the headers of `request` that the parameters ask to sign.
  func namesToSign(_ request: SignableRequest) -> [String] {
    let present = Set(request.headers.map { $0.name.lowercased() } + ["host"])
    return present.filter { parameters.signs($0) || $0 == parameters.tokenHeader.lowercased() }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }

  /// Headers to add: date, content hash, token and `Authorization`.
  public func sign(
    _ request: SignableRequest, accessKey: String, secretKey: String, token: String?, nowSeconds: Int64
  ) throws(SigningFailure) -> [HTTPHeader] {
    let date = CalendarTime(secondsSince1970: nowSeconds).compact
    var added = [HTTPHeader(parameters.dateHeader, date)]
    if !parameters.contentHashHeader.isEmpty {
      added.append(HTTPHeader(parameters.contentHashHeader, request.bodyDigest.hexadecimal))
    }
    if let token, !parameters.tokenHeader.isEmpty { added.append(HTTPHeader(parameters.tokenHeader, token)) }
    let replaced = Set(added.map { $0.name.lowercased() } + ["authorization"])
    var complete = request
    complete.headers = request.headers.filter { !replaced.contains($0.name.lowercased()) } + added
    let names = namesToSign(complete)
    guard let canonical = canonicalRequest(complete, signedHeaders: names) else { throw .malformedQuery }
    let signature = signature(canonical, secretKey: secretKey, date: date)
    let scope = parameters.scope(date: String(date.prefix(8)))
    added.append(
      HTTPHeader(
        "Authorization",
        "\(parameters.label) Credential=\(accessKey)/\(scope), "
          + "SignedHeaders=\(names.joined(separator: ";")), Signature=\(signature)"))
    return added
  }

  func signature(_ canonicalRequest: String, secretKey: String, date: String) -> String {
    let key = keyChain(secretKey: secretKey, date: String(date.prefix(8))).signing
    let text = stringToSign(canonicalRequest: canonicalRequest, date: date)
    return Hexadecimal.encode(HMACSHA256.code(key: key, message: text))
  }
}
