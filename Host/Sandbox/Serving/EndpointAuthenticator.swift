// SPDX-License-Identifier: Apache-2.0
import Network
import VideoDocuments

/// Verifies requests to one endpoint against the secrets made up for it: any scheme of the profile will do.
struct EndpointAuthenticator: Sendable {
  private let schemes: [AuthenticationScheme]
  let secrets: Secrets

  /// Makes up secrets for the schemes, where `kept` has none. Throws when none of them is one that the host knows.
  init(_ facts: [AuthenticationFacts], keeping kept: Secrets? = nil) throws(Failure) {
    var schemes: [AuthenticationScheme] = []
    var problem: AuthenticationSchemeFailure?
    for fact in facts {
      do throws(AuthenticationSchemeFailure) {
        schemes.append(try AuthenticationScheme(fact))
      } catch {
        problem = problem ?? error
      }
    }
    if schemes.isEmpty, let problem {
      throw Failure(.plugin, "None of the profile's ways to authenticate is known here: \(problem).")
    }
    var values: [String: String] = [:]
    for name in schemes.flatMap({ $0.requiredSecrets }) where values[name] == nil {
      values[name] = kept?[name] ?? RandomText.make()
    }
    self.schemes = schemes
    secrets = Secrets(values)
  }

  /// Whether the body must be hashed before a request can be verified.
  var needsBodyDigest: Bool { schemes.contains { $0.needsBodyDigest } }

  /// Whether a header says who the caller is, so that plugins must not see it.
  func isProof(header name: String) -> Bool {
    let name = name.lowercased()
    return schemes.contains { scheme in
      switch scheme {
      case .header(let parameters): parameters.name.lowercased() == name
      case .hmacV4(let parameters): parameters.tokenHeader.lowercased() == name
      case .none, .bearer, .query, .jwt: false
      }
    }
  }

  /// Whether a query member says who the caller is.
  func isProof(query name: String) -> Bool {
    schemes.contains { scheme in
      if case .query(let parameters) = scheme { parameters.name == name } else { false }
    }
  }

  /// Nil when the request proves that it comes from the holder of the secrets; else why not.
  func refusal(of request: SignableRequest, nowMilliseconds: Int64) -> Failure? {
    guard !schemes.isEmpty else { return nil }
    var failures: [VerificationFailure] = []
    for scheme in schemes {
      switch scheme.verify(request, secrets: secrets, nowMilliseconds: nowMilliseconds) {
      case .success: return nil
      case .failure(let failure): failures.append(failure)
      }
    }
    // The scheme that came furthest is the one that the caller meant.
    let told = failures.max { Self.progress($0) < Self.progress($1) } ?? .mismatch
    return Failure(
      .authentication, "The sandbox does not accept the credentials: \(Self.sentence(told)).",
      advice: "Use the secrets that this sandbox made up when it started.")
  }

  private static func progress(_ failure: VerificationFailure) -> Int {
    switch failure {
    case .missingSecret: 0
    case .missing: 1
    case .malformed: 2
    case .wrongScope, .unknownKey: 3
    case .mismatch, .notSigned, .skew, .expired, .notYetValid, .bodyMismatch: 4
    }
  }

  private static func sentence(_ failure: VerificationFailure) -> String {
    switch failure {
    case .missing(let name): "\(name) is missing"
    case .malformed(let name): "\(name) cannot be read"
    case .wrongScope(let part): "the \(part) of its scope is another one"
    case .unknownKey: "the access key is not known"
    case .notSigned(let name): "\(name) is not among the signed headers"
    case .skew(let seconds): "its date is \(seconds.magnitude) s in the \(seconds > 0 ? "past" : "future")"
    case .expired: "the token has expired"
    case .notYetValid: "the token is not valid yet"
    case .bodyMismatch: "the body is not the one whose hash was signed"
    case .mismatch: "the key or signature is wrong"
    case .missingSecret(let name): "the sandbox has no \(name)"
    }
  }
}
