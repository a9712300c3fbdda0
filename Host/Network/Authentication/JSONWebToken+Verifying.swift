// SPDX-License-Identifier: Apache-2.0
import OrderedJSON

extension JSONWebToken {
  /// Reads who a token claims to be from, without believing it; nil when it is no token.
  public static func claimedIssuer(_ token: String) -> String? {
    guard let parts = split(token), let payload = document(parts.payload) else { return nil }
    return payload["iss"]?.string
  }

  /// From when and until when a token says that it is valid, without believing it.
  public static func claimedTimes(_ token: String) -> (notBeforeSeconds: Int64?, expiresSeconds: Int64?) {
    guard let parts = split(token), let payload = document(parts.payload) else { return (nil, nil) }
    return (seconds(payload["nbf"]), seconds(payload["exp"]))
  }

  /// Checks algorithm, signature (in constant time), issuer and `nbf` ≤ now < `exp`. A token without `exp` is malformed,
  /// one without `nbf` is valid from the beginning. The signer's clock may be ahead by the tolerance.
  public static func verify(
    _ token: String, issuer: String, key: String, nowSeconds: Int64, notBeforeToleranceSeconds: Int64 = 0
  ) -> Result<Void, VerificationFailure> {
    guard let parts = split(token), let header = document(parts.header), let payload = document(parts.payload),
      let presented = try? Base64.decode(parts.signature, .url)
    else { return .failure(.malformed("token")) }
    // Only this one algorithm: "none", or a public-key one with the key as its secret, are the classic forgeries.
    guard header["alg"]?.string == "HS256" else { return .failure(.wrongScope("alg")) }
    // Extensions that must be understood (RFC 7515, 4.1.11); none is.
    guard header["crit"] == nil else { return .failure(.wrongScope("crit")) }
    guard payload["iss"]?.string == issuer else { return .failure(.unknownKey) }
    let code = HMACSHA256.code(key: Array(key.utf8), message: "\(parts.header).\(parts.payload)")
    guard ConstantTime.areEqual(code, presented) else { return .failure(.mismatch) }
    guard let expires = seconds(payload["exp"]) else { return .failure(.malformed("exp")) }
    guard nowSeconds < expires else { return .failure(.expired) }
    if let claim = payload["nbf"] {
      guard let notBefore = seconds(claim) else { return .failure(.malformed("nbf")) }
      guard notBefore <= nowSeconds + notBeforeToleranceSeconds else { return .failure(.notYetValid) }
    }
    return .success(())
  }

  private static func split(_ token: String) -> (header: String, payload: String, signature: String)? {
    guard token.utf8.count <= maximumBytes else { return nil }
    let parts = token.split(separator: ".", omittingEmptySubsequences: false).map(String.init)
    guard parts.count == 3 else { return nil }
    return (parts[0], parts[1], parts[2])
  }

  private static func document(_ text: String) -> JSON? {
    guard let bytes = try? Base64.decode(text, .url) else { return nil }
    return try? JSON(parsing: bytes)
  }

  /// A NumericDate may carry a fraction (RFC 7519, 2).
  private static func seconds(_ claim: JSON?) -> Int64? {
    guard let claim else { return nil }
    return claim.int64 ?? claim.double.flatMap { Int64(exactly: $0.rounded(.down)) }
  }
}
