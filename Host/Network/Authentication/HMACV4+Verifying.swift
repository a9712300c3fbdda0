// SPDX-License-Identifier: Apache-2.0

extension HMACV4 {
  /// The parts of an `Authorization` header of this scheme.
  struct Authorization: Equatable {
    var accessKey: String
    /// Date, region, service, terminator.
    var scope: [String]
    var signedHeaders: [String]
    var signature: String
  }

  /// Reads the header; nil when it is not of this scheme's shape. An access key may itself contain slashes.
  func parseAuthorization(_ header: String) -> Authorization? {
    guard header.hasPrefix(parameters.label + " ") else { return nil }
    var fields: [String: String] = [:]
    for part in header.dropFirst(parameters.label.count + 1).split(separator: ",") {
      let pair = part.split(separator: "=", maxSplits: 1).map { $0.trimmingSpaces }
      guard pair.count == 2, fields.updateValue(pair[1], forKey: pair[0]) == nil else { return nil }
    }
    guard let credential = fields["Credential"]?.split(separator: "/", omittingEmptySubsequences: false),
      credential.count >= 5, let signed = fields["SignedHeaders"], let signature = fields["Signature"]
    else { return nil }
    let names = signed.split(separator: ";", omittingEmptySubsequences: false).map { $0.lowercased() }
    guard Set(names).count == names.count else { return nil }
    return Authorization(
      accessKey: credential.dropLast(4).joined(separator: "/"), scope: credential.suffix(4).map(String.init),
      signedHeaders: names, signature: signature)
  }

  /// The same for the region and the service that a received request was signed for, for a verifier that serves them all;
  /// nil when the request has no such signature. Both are part of what is signed.
  public func takingScope(of request: SignableRequest) -> HMACV4? {
    let headers = request.headers.all("authorization")
    guard headers.count == 1, let authorization = parseAuthorization(headers[0]) else { return nil }
    var parameters = parameters
    parameters.region = authorization.scope[1]
    parameters.service = authorization.scope[2]
    return HMACV4(parameters)
  }

  /// Whether the header of this name is among those that a received request says it signed.
  public func signs(_ name: String, in request: SignableRequest) -> Bool {
    let headers = request.headers.all("authorization")
    guard headers.count == 1, let authorization = parseAuthorization(headers[0]) else { return false }
    return authorization.signedHeaders.contains(name.lowercased())
  }

  /// Checks a received request. The header names are taken from `SignedHeaders`, since clients sign what they like;
  /// host, date and content hash must be among them. `request.bodyDigest` is that of the body as received.
  public func verify(
    _ request: SignableRequest, accessKey: String, secretKey: String, nowSeconds: Int64
  ) -> Result<Void, VerificationFailure> {
    let headers = request.headers.all("authorization")
    guard let header = headers.first else { return .failure(.missing("Authorization")) }
    guard headers.count == 1, let authorization = parseAuthorization(header) else {
      return .failure(.malformed("Authorization"))
    }
    guard authorization.accessKey == accessKey else { return .failure(.unknownKey) }
    if let failure = checkDateAndScope(request, authorization, nowSeconds) { return .failure(failure) }
    if let failure = checkSignedHeaders(request, authorization) { return .failure(failure) }
    let names = authorization.signedHeaders
    guard let canonical = canonicalRequest(request, signedHeaders: names) else { return .failure(.malformed("query")) }
    let date = request.headers.first(parameters.dateHeader) ?? ""
    var candidates = [canonical]
    // One official signer leaves the values of a repeated name in their order, another sorts them.
    if let other = canonicalRequest(request, signedHeaders: names, sortsValues: false), other != canonical {
      candidates.append(other)
    }
    let matches = candidates.map {
      ConstantTime.areEqual(signature($0, secretKey: secretKey, date: date), authorization.signature)
    }
    return matches.contains(true) ? .success(()) : .failure(.mismatch)
  }

  private func checkDateAndScope(
    _ request: SignableRequest, _ authorization: Authorization, _ nowSeconds: Int64
  ) -> VerificationFailure? {
    let dates = request.headers.all(parameters.dateHeader)
    guard let date = dates.first else { return .missing(parameters.dateHeader) }
    guard dates.count == 1, let time = CalendarTime(compact: date) else { return .malformed(parameters.dateHeader) }
    let age = nowSeconds - time.secondsSince1970
    guard abs(age) <= parameters.skewSeconds else { return .skew(seconds: age) }
    let expected = [String(date.prefix(8)), parameters.region, parameters.service, parameters.terminator]
    for (index, part) in expected.enumerated() where authorization.scope[index] != part {
      return .wrongScope(["date", "region", "service", "terminator"][index])
    }
    return nil
  }

  private func checkSignedHeaders(
    _ request: SignableRequest, _ authorization: Authorization
  ) -> VerificationFailure? {
    for name in parameters.alwaysSigned where !authorization.signedHeaders.contains(name) {
      return .notSigned(name)
    }
    let token = parameters.tokenHeader.lowercased()
    if !token.isEmpty, request.headers.first(token) != nil, !authorization.signedHeaders.contains(token) {
      return .notSigned(token)
    }
    for name in authorization.signedHeaders where name != "host" && request.headers.first(name) == nil {
      return .missing(name)
    }
    if !parameters.contentHashHeader.isEmpty {
      let stated = request.headers.all(parameters.contentHashHeader)
      guard stated.count == 1, ConstantTime.areEqual(stated[0].lowercased(), request.bodyDigest.hexadecimal) else {
        return .bodyMismatch
      }
    }
    return nil
  }
}

extension Substring {
  var trimmingSpaces: String {
    var text = self
    while text.first == " " || text.first == "\t" { text = text.dropFirst() }
    while text.last == " " || text.last == "\t" { text = text.dropLast() }
    return String(text)
  }
}
