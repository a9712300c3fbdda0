// SPDX-License-Identifier: Apache-2.0
public import VideoDocuments

extension AuthenticationScheme {
  /// The scheme that a manifest declares. Its secrets stand in the order that the scheme defines: bearer, header and query
  /// have one; jwt-hs256 the access key and the secret key; hmac-v4 those two and, perhaps, the session token.
  public init(_ facts: AuthenticationFacts) throws(AuthenticationSchemeFailure) {
    var parameters: [String: String] = [:]
    for pair in facts.parameters { parameters[pair.name] = pair.value }
    let parameterOfSecret =
      switch facts.scheme {
      case "bearer", "header", "query": ["secret"]
      case "jwt-hs256": ["issuer_secret", "key_secret"]
      case "hmac-v4": ["access_key_secret", "secret_key_secret", "token_secret"]
      default: [String]()
      }
    for (parameter, secret) in zip(parameterOfSecret, facts.secrets) where parameters[parameter] == nil {
      parameters[parameter] = secret.name
    }
    try self.init(name: facts.scheme, parameters: parameters)
  }
}
