// SPDX-License-Identifier: Apache-2.0
import Synchronization

/// A scheme with the secrets of one account. Keeps a token until shortly before it expires. Any thread.
public final class Signer: Sendable, CustomStringConvertible {
  private struct CachedToken {
    var additions: SigningAdditions
    var validUntilMilliseconds: Int64
    var issuedMilliseconds: Int64
  }

  /// How this account signs.
  public let scheme: AuthenticationScheme
  /// The account's secrets.
  public let secrets: Secrets
  private let cached = Mutex<CachedToken?>(nil)

  public init(scheme: AuthenticationScheme, secrets: Secrets) {
    self.scheme = scheme
    self.secrets = secrets
  }

  /// What to add to `request`. `renewing` makes a new token even while the last one should still be good: for one more
  /// attempt after the service refused it.
  public func sign(
    _ request: SignableRequest, nowMilliseconds: Int64, renewing: Bool = false
  ) throws(SigningFailure) -> SigningAdditions {
    guard case .jwt(let parameters) = scheme else {
      return try scheme.sign(request, secrets: secrets, nowMilliseconds: nowMilliseconds)
    }
    let kept = cached.withLock { $0 }
    // A clock set back must not keep a token in use that is not valid yet.
    if !renewing, let kept, (kept.issuedMilliseconds..<kept.validUntilMilliseconds).contains(nowMilliseconds) {
      return kept.additions
    }
    let additions = try scheme.sign(request, secrets: secrets, nowMilliseconds: nowMilliseconds)
    let lifetime = (parameters.expiresSeconds - parameters.renewBeforeSeconds) * 1000
    cached.withLock {
      $0 = CachedToken(
        additions: additions, validUntilMilliseconds: nowMilliseconds + lifetime, issuedMilliseconds: nowMilliseconds)
    }
    return additions
  }

  /// What signing would add, masked; see `AuthenticationScheme.preview`.
  public func preview(_ request: SignableRequest, nowMilliseconds: Int64) -> SigningAdditions {
    var hasToken = false
    if case .hmacV4(let parameters) = scheme { hasToken = secrets[parameters.tokenSecret] != nil }
    return scheme.preview(request, hasToken: hasToken, nowMilliseconds: nowMilliseconds)
  }

  /// `text` with the account's secrets, and the token in use, masked.
  public func redact(_ text: String) -> String {
    // The token first: its payload is the base64 of the access key, and half a token would be left.
    let token = cached.withLock { $0?.additions.headers.first("authorization")?.dropFirst(7) }
    return secrets.redact(token.map { Redactor([String($0)]).redact(text) } ?? text)
  }

  public var description: String { "Signer(\(scheme.name), \(secrets))" }
}
