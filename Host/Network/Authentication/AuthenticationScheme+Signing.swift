// SPDX-License-Identifier: Apache-2.0

extension AuthenticationScheme {
  /// What must be added to `request`. Pure: the same input gives the same bytes. `Signer` adds the cache for tokens.
  public func sign(
    _ request: SignableRequest, secrets: Secrets, nowMilliseconds: Int64
  ) throws(SigningFailure) -> SigningAdditions {
    let nowSeconds = nowMilliseconds / 1000
    switch self {
    case .none: return SigningAdditions()
    case .bearer(let parameters):
      return Self.authorization("Bearer \(try secrets.usable(parameters.secret))")
    case .header(let parameters):
      let value = parameters.prefix + (try secrets.usable(parameters.secret))
      return SigningAdditions(headers: [HTTPHeader(parameters.name, value)])
    case .query(let parameters):
      return SigningAdditions(query: [QueryItem(parameters.name, try secrets.usable(parameters.secret))])
    case .jwt(let parameters):
      let token = JSONWebToken.make(
        issuer: try secrets.usable(parameters.issuerSecret), key: try secrets.usable(parameters.keySecret),
        parameters: parameters, nowSeconds: nowSeconds)
      return Self.authorization("Bearer \(token)")
    case .hmacV4(let parameters):
      let token = secrets[parameters.tokenSecret] == nil ? nil : try secrets.usable(parameters.tokenSecret)
      return SigningAdditions(
        headers: try HMACV4(parameters).sign(
          request, accessKey: try secrets.usable(parameters.accessKeySecret),
          secretKey: try secrets.usable(parameters.secretKeySecret), token: token, nowSeconds: nowSeconds))
    }
  }

  /// What signing would add, every secret part masked. Needs no secrets, so a dry run works before any key is set.
  public func preview(
    _ request: SignableRequest, hasToken: Bool = false, nowMilliseconds: Int64
  ) -> SigningAdditions {
    let mask = Secrets.mask
    switch self {
    case .none: return SigningAdditions()
    case .bearer, .jwt: return Self.authorization("Bearer \(mask)")
    case .header(let parameters):
      return SigningAdditions(headers: [HTTPHeader(parameters.name, parameters.prefix + mask)])
    case .query(let parameters): return SigningAdditions(query: [QueryItem(parameters.name, mask)])
    case .hmacV4(let parameters):
      let signed = try? HMACV4(parameters).sign(
        request, accessKey: mask, secretKey: mask, token: hasToken ? mask : nil, nowSeconds: nowMilliseconds / 1000)
      return SigningAdditions(headers: (signed ?? []).map(Self.maskSignature))
    }
  }

  private static func maskSignature(_ header: HTTPHeader) -> HTTPHeader {
    guard header.name == "Authorization", let range = header.value.range(ofLast: "Signature=") else { return header }
    return HTTPHeader(header.name, header.value[..<range.upperBound] + Secrets.mask)
  }

  private static func authorization(_ value: String) -> SigningAdditions {
    SigningAdditions(headers: [HTTPHeader("Authorization", value)])
  }
}

extension Secrets {
  /// The value under `name`, fit for a header.
  func usable(_ name: String) throws(SigningFailure) -> String {
    guard let value = self[name] else { throw .missingSecret(name: name) }
    guard HTTPHeader("x", value).isValid else { throw .unusableSecret(name: name) }
    return value
  }
}

extension String {
  /// Where `text` occurs last.
  fileprivate func range(ofLast text: String) -> Range<String.Index>? {
    var end = endIndex
    while end > startIndex {
      if self[..<end].hasSuffix(text) { return index(end, offsetBy: -text.count)..<end }
      end = index(before: end)
    }
    return nil
  }
}
