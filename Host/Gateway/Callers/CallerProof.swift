// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Network
import VideoDocuments

import struct HTTPServer.RequestHead

/// What a request's head says about who sent it. Nothing of it is believed before `verify`.
enum CallerProof {
  /// The key itself, as a bearer.
  case key(CallerCredentials)
  /// A token that was signed with the key's secret and names its id as issuer.
  case token(String, issuer: String)
  /// A signature over the request, whose head states and signs the digest of the body.
  case signature(HMACV4, SignableRequest, accessKey: String)
  /// A signature over the request whose head does not sign the digest of the body, as the vendor allows: it can be judged
  /// once the body has come.
  case lateSignature(HMACV4, SignableRequest, accessKey: String)

  /// So far ahead may the clock of a token's signer be.
  static let notBeforeToleranceSeconds: Int64 = 30

  /// The signature that is accepted, of whatever region and service it names.
  static let signing: HMACV4Parameters = {
    var parameters = HMACV4Parameters(service: "", region: "")
    parameters.label = "HMAC-SHA256"
    parameters.keyPrefix = ""
    parameters.terminator = "request"
    parameters.dateHeader = "X-Date"
    parameters.contentHashHeader = "X-Content-Sha256"
    parameters.tokenHeader = "X-Security-Token"
    parameters.headerValues = .exact
    return parameters
  }()

  init(_ head: RequestHead) throws(Failure) {
    let values = head.headers.values("authorization")
    guard let value = values.first else { throw .noProof }
    guard values.count == 1 else { throw .severalProofs }
    if value.hasPrefix("\(Self.signing.label) ") {
      self = try Self.readSignature(head)
    } else if let text = Self.bearer(value) {
      self = try Self.readBearer(text)
    } else {
      throw .unknownProof
    }
  }

  /// What follows `Bearer `, in any case; nil for another scheme.
  private static func bearer(_ value: String) -> Substring? {
    let scheme = "bearer "
    guard value.prefix(scheme.count).lowercased() == scheme else { return nil }
    return value.dropFirst(scheme.count)
  }

  private static func readBearer(_ text: Substring) throws(Failure) -> CallerProof {
    if let credentials = CallerCredentials(bearer: text) { return .key(credentials) }
    guard text.utf8.count(where: { $0 == UInt8(ascii: ".") }) == 2 else { throw .unknownBearer }
    let token = String(text)
    guard let issuer = JSONWebToken.claimedIssuer(token) else { throw .unreadableToken }
    return .token(token, issuer: issuer)
  }

  /// Takes the digest that the head states for that of the body: the signature is judged before the body has come.
  private static func readSignature(_ head: RequestHead) throws(Failure) -> CallerProof {
    var request = SignableRequest(
      method: head.method, path: head.path, query: head.query,
      headers: head.headers.fields.map { HTTPHeader($0.name, $0.value) })
    let digests = request.headers.all(signing.contentHashHeader)
    if digests.count == 1, let digest = SHA256Digest(hexadecimal: digests[0]) { request.bodyDigest = digest }
    guard let signer = HMACV4(signing).takingScope(of: request),
      case .accessKey(let accessKey) = AuthenticationScheme.hmacV4(signing).presentedCredential(request)
    else { throw .unreadableSignature }
    if signer.signs(signing.contentHashHeader, in: request) { return .signature(signer, request, accessKey: accessKey) }
    // What the head states of the body counts for nothing then.
    var parameters = signer.parameters
    parameters.contentHashHeader = ""
    request.bodyDigest = .ofNothing
    return .lateSignature(HMACV4(parameters), request, accessKey: accessKey)
  }

  /// The id of the key that this claims to be proof of.
  var keyID: String {
    switch self {
    case .key(let credentials): credentials.keyID
    case .token(_, let issuer): issuer
    case .signature(_, _, let accessKey), .lateSignature(_, _, let accessKey): accessKey
    }
  }

  /// What the body's SHA-256 must be, where the signature covers it.
  var bodyDigest: SHA256Digest? {
    if case .signature(_, let request, _) = self { request.bodyDigest } else { nil }
  }

  /// The same proof with the digest of the body as received, which a late signature is judged by.
  func receiving(_ digest: SHA256Digest) -> CallerProof {
    guard case .lateSignature(let signer, var request, let accessKey) = self else { return self }
    request.bodyDigest = digest
    return .lateSignature(signer, request, accessKey: accessKey)
  }

  /// Throws, with kind `auth`, where a late signature is refused whatever the body is.
  func verifyHead(secret: String, nowSeconds: Int64) throws(Failure) {
    guard case .lateSignature(let signer, let request, let accessKey) = self else { return }
    let verdict = signer.verify(request, accessKey: accessKey, secretKey: secret, nowSeconds: nowSeconds)
    guard case .failure(let failure) = verdict, failure != .mismatch else { return }
    throw .signature(failure, allowedSeconds: signer.parameters.skewSeconds, nowSeconds: nowSeconds)
  }

  /// Throws, with kind `auth`, unless whoever made this knows the key's secret. What it throws is the same whether there
  /// is such a key or not.
  func verify(secret: String, nowSeconds: Int64) throws(Failure) {
    switch self {
    case .key(let credentials):
      guard ConstantTime.areEqual(credentials.secret, secret) else { throw mismatch }
    case .token(let token, let issuer):
      let verdict = JSONWebToken.verify(
        token, issuer: issuer, key: secret, nowSeconds: nowSeconds,
        notBeforeToleranceSeconds: Self.notBeforeToleranceSeconds)
      if case .failure(let failure) = verdict { throw .token(failure, token, nowSeconds: nowSeconds) }
    case .signature(let signer, let request, let accessKey), .lateSignature(let signer, let request, let accessKey):
      let verdict = signer.verify(request, accessKey: accessKey, secretKey: secret, nowSeconds: nowSeconds)
      if case .failure(let failure) = verdict {
        throw .signature(failure, allowedSeconds: signer.parameters.skewSeconds, nowSeconds: nowSeconds)
      }
    }
  }

  /// The failure of a proof that was made with another secret, or for a key that there is not.
  var mismatch: Failure {
    switch self {
    case .key: .wrongKey
    case .token: .wrongToken
    case .signature, .lateSignature: .wrongSignature
    }
  }
}
