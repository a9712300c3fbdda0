// SPDX-License-Identifier: Apache-2.0

extension AuthenticationScheme {
  /// Reads who a received request claims to be from, so that the secrets to verify with can be looked up. Nothing is
  /// checked yet. Nil when the scheme's header or query parameter is missing or unreadable, and for `none`.
  public func presentedCredential(_ request: SignableRequest) -> PresentedCredential? {
    switch self {
    case .none: return nil
    case .bearer: return Self.bearerToken(request).map { .token($0) }
    case .header(let parameters):
      guard let value = request.headers.first(parameters.name), value.hasPrefix(parameters.prefix) else { return nil }
      return .token(String(value.dropFirst(parameters.prefix.count)))
    case .query(let parameters):
      return QueryItem.parse(request.query ?? "")?.first { $0.name == parameters.name }.map { .token($0.value) }
    case .jwt:
      return Self.bearerToken(request).flatMap(JSONWebToken.claimedIssuer).map { .accessKey($0) }
    case .hmacV4(let parameters):
      return request.headers.first("authorization").flatMap(HMACV4(parameters).parseAuthorization)
        .map { .accessKey($0.accessKey) }
    }
  }

  /// Whether a received request was signed with these secrets, close enough to now.
  public func verify(
    _ request: SignableRequest, secrets: Secrets, nowMilliseconds: Int64
  ) -> Result<Void, VerificationFailure> {
    for name in requiredSecrets where secrets[name] == nil { return .failure(.missingSecret(name: name)) }
    let secret = { (name: String) in secrets[name] ?? "" }
    let nowSeconds = nowMilliseconds / 1000
    switch self {
    case .none: return .success(())
    case .bearer(let parameters): return compare(request, with: secret(parameters.secret), named: "Authorization")
    case .header(let parameters): return compare(request, with: secret(parameters.secret), named: parameters.name)
    case .query(let parameters): return compare(request, with: secret(parameters.secret), named: parameters.name)
    case .jwt(let parameters):
      guard request.headers.first("authorization") != nil else { return .failure(.missing("Authorization")) }
      guard let token = Self.bearerToken(request) else { return .failure(.malformed("Authorization")) }
      return JSONWebToken.verify(
        token, issuer: secret(parameters.issuerSecret), key: secret(parameters.keySecret), nowSeconds: nowSeconds)
    case .hmacV4(let parameters):
      return HMACV4(parameters).verify(
        request, accessKey: secret(parameters.accessKeySecret), secretKey: secret(parameters.secretKeySecret),
        nowSeconds: nowSeconds)
    }
  }

  private func compare(
    _ request: SignableRequest, with expected: String, named name: String
  ) -> Result<Void, VerificationFailure> {
    guard case .token(let presented) = presentedCredential(request) else {
      return .failure(request.headers.first(name) == nil ? .missing(name) : .malformed(name))
    }
    return ConstantTime.areEqual(presented, expected) ? .success(()) : .failure(.mismatch)
  }

  /// The token of `Authorization: Bearer …`. The scheme's name is read in any case (RFC 9110, 11.1), one space follows.
  private static func bearerToken(_ request: SignableRequest) -> String? {
    let values = request.headers.all("authorization")
    guard values.count == 1, let value = values.first, value.lowercased().hasPrefix("bearer ") else { return nil }
    let token = value.dropFirst(7)
    return token.isEmpty || token.contains(" ") ? nil : String(token)
  }
}
