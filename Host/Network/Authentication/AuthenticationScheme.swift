// SPDX-License-Identifier: Apache-2.0

/// How requests prove who sends them. Each scheme signs requests and verifies them; the parameters make one scheme serve
/// many services. `init(name:parameters:)` reads what a manifest says.
public enum AuthenticationScheme: Sendable, Equatable {
  /// `none`: nothing is added, everything is accepted.
  case none
  /// `bearer`: `Authorization: Bearer <secret>`.
  case bearer(BearerParameters)
  /// `header`: a header of any name carries the secret.
  case header(HeaderParameters)
  /// `query`: a query parameter carries the secret.
  case query(QueryParameters)
  /// `jwt-hs256`: `Authorization: Bearer <token>`, the token signed with a secret and naming an access key.
  case jwt(JWTParameters)
  /// `hmac-v4`: a signature over the canonical request.
  case hmacV4(HMACV4Parameters)

  /// The scheme's name in a manifest.
  public var name: String {
    switch self {
    case .none: "none"
    case .bearer: "bearer"
    case .header: "header"
    case .query: "query"
    case .jwt: "jwt-hs256"
    case .hmacV4: "hmac-v4"
    }
  }

  /// Names of all schemes.
  public static let names = ["none", "bearer", "header", "query", "jwt-hs256", "hmac-v4"]

  /// Names of the secrets that signing needs.
  public var requiredSecrets: [String] {
    switch self {
    case .none: []
    case .bearer(let parameters): [parameters.secret]
    case .header(let parameters): [parameters.secret]
    case .query(let parameters): [parameters.secret]
    case .jwt(let parameters): [parameters.issuerSecret, parameters.keySecret]
    case .hmacV4(let parameters): [parameters.accessKeySecret, parameters.secretKeySecret]
    }
  }

  /// Names of the secrets that signing uses when they are there.
  public var optionalSecrets: [String] {
    if case .hmacV4(let parameters) = self, !parameters.tokenHeader.isEmpty { [parameters.tokenSecret] } else { [] }
  }

  /// Whether signing needs the SHA-256 of the body.
  public var needsBodyDigest: Bool { if case .hmacV4 = self { true } else { false } }

  /// Reads a scheme by name. Every parameter has a text value; parameters that are left out take their default, and one
  /// that the scheme does not know is refused: a signature made without it would only fail later and less clearly.
  public init(name: String, parameters: [String: String] = [:]) throws(AuthenticationSchemeFailure) {
    var reader = ParameterReader(scheme: name, parameters: parameters)
    switch name {
    case "none": self = .none
    case "bearer":
      self = .bearer(BearerParameters(secret: reader.text("secret", "api_key")))
    case "header":
      self = .header(
        HeaderParameters(
          name: try reader.headerName("name", "X-Api-Key"), prefix: reader.text("prefix", ""),
          secret: reader.text("secret", "api_key")))
    case "query":
      self = .query(QueryParameters(name: reader.text("name", "key"), secret: reader.text("secret", "api_key")))
    case "jwt-hs256": self = .jwt(try JWTParameters(&reader))
    case "hmac-v4": self = .hmacV4(try HMACV4Parameters(&reader))
    default: throw .unknownScheme(name)
    }
    try reader.refuseUnread()
  }
}

/// Why a scheme cannot be made from what a manifest says.
public enum AuthenticationSchemeFailure: Error, Sendable, Equatable {
  /// No scheme of this name.
  case unknownScheme(String)
  /// The scheme has no such parameter.
  case unknownParameter(scheme: String, parameter: String)
  /// The parameter must be given.
  case missingParameter(scheme: String, parameter: String)
  /// The value is not one that the parameter can take.
  case badValue(scheme: String, parameter: String, value: String)
}

/// Parameters of `bearer`: `secret`, the name of the secret (default `api_key`).
public struct BearerParameters: Sendable, Equatable {
  public var secret: String
  public init(secret: String = "api_key") { self.secret = secret }
}

/// Parameters of `header`: `name` (default `X-Api-Key`), `prefix` put before the secret (default none; write the space
/// of `Token …` into it), `secret` (default `api_key`).
public struct HeaderParameters: Sendable, Equatable {
  public var name: String
  public var prefix: String
  public var secret: String
  public init(name: String = "X-Api-Key", prefix: String = "", secret: String = "api_key") {
    (self.name, self.prefix, self.secret) = (name, prefix, secret)
  }
}

/// Parameters of `query`: `name` of the query parameter (default `key`), `secret` (default `api_key`).
public struct QueryParameters: Sendable, Equatable {
  public var name: String
  public var secret: String
  public init(name: String = "key", secret: String = "api_key") { (self.name, self.secret) = (name, secret) }
}

/// Takes parameters out of a manifest's table and remembers which nobody asked for.
struct ParameterReader {
  let scheme: String
  private var unread: [String: String]

  init(scheme: String, parameters: [String: String]) {
    self.scheme = scheme
    unread = parameters
  }

  mutating func text(_ name: String, _ standard: String) -> String { unread.removeValue(forKey: name) ?? standard }

  mutating func requiredText(_ name: String) throws(AuthenticationSchemeFailure) -> String {
    guard let value = unread.removeValue(forKey: name) else {
      throw .missingParameter(scheme: scheme, parameter: name)
    }
    guard !value.isEmpty else { throw .badValue(scheme: scheme, parameter: name, value: value) }
    return value
  }

  /// A header's name; empty is allowed where `standard` may be empty too, and means "no such header".
  mutating func headerName(
    _ name: String, _ standard: String, mayBeEmpty: Bool = false
  ) throws(AuthenticationSchemeFailure) -> String {
    let value = text(name, standard)
    guard HTTPHeader(value, "").isValid || (mayBeEmpty && value.isEmpty) else {
      throw .badValue(scheme: scheme, parameter: name, value: value)
    }
    return value
  }

  mutating func seconds(_ name: String, _ standard: Int64) throws(AuthenticationSchemeFailure) -> Int64 {
    guard let value = unread.removeValue(forKey: name) else { return standard }
    guard let number = CalendarTime.number(value.utf8), number <= 10 * 366 * 86400 else {
      throw .badValue(scheme: scheme, parameter: name, value: value)
    }
    return Int64(number)
  }

  mutating func choice<Choice: RawRepresentable<String>>(
    _ name: String, _ standard: Choice
  ) throws(AuthenticationSchemeFailure) -> Choice {
    guard let value = unread.removeValue(forKey: name) else { return standard }
    guard let choice = Choice(rawValue: value) else {
      throw .badValue(scheme: scheme, parameter: name, value: value)
    }
    return choice
  }

  func refuseUnread() throws(AuthenticationSchemeFailure) {
    if let name = unread.keys.sorted().first { throw .unknownParameter(scheme: scheme, parameter: name) }
  }
}
