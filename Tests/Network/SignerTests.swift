// SPDX-License-Identifier: Apache-2.0
import Foundation
import Network
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct SignerTests {
  static let accessKey = "AKexample0123456789abcdef0123456"
  static let secretKey = "SKexample0123456789abcdef0123456"
  static let secrets = Secrets(["access_key": accessKey, "secret_key": secretKey, "api_key": "key-0123456789"])
  static let token =
    "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.eyJpc3MiOiJBS2V4YW1wbGUwMTIzNDU2Nzg5YWJjZGVmMDEyMzQ1NiIsImV4cCI6MTc2NzMyNDg0"
    + "NSwibmJmIjoxNzY3MzIzMDQwfQ.vyxM382H48bpLRNBjkiopfuGbrzYyr3e59fKkIQgv0c"

  let url = HTTPURL(scheme: .https, host: "api.example.com", path: "/v1/videos", query: "a=1")
  var request: SignableRequest { SignableRequest(method: "POST", url: url) }

  func received(_ headers: [HTTPHeader], query: String? = nil) -> SignableRequest {
    SignableRequest(method: "POST", path: "/v1/videos", query: query, headers: headers)
  }

  func failure(_ verdict: Result<Void, VerificationFailure>) -> VerificationFailure? {
    if case .failure(let failure) = verdict { failure } else { nil }
  }

  @Test func `Vector J1 is made byte for byte`() throws {
    #expect(JSONWebToken.make(issuer: Self.accessKey, key: Self.secretKey, nowSeconds: vectorSeconds) == Self.token)
    let added = try AuthenticationScheme(name: "jwt-hs256")
      .sign(request, secrets: Self.secrets, nowMilliseconds: vectorMilliseconds)
    #expect(added == SigningAdditions(headers: [HTTPHeader("Authorization", "Bearer " + Self.token)]))
  }

  @Test func `A token is verified: signature, issuer, time, algorithm`() throws {
    let scheme = try AuthenticationScheme(name: "jwt-hs256")
    func verdict(_ token: String, at seconds: Int64 = vectorSeconds, secrets: Secrets = Self.secrets)
      -> VerificationFailure?
    {
      let message = received([HTTPHeader("authorization", "Bearer " + token)])
      return failure(scheme.verify(message, secrets: secrets, nowMilliseconds: seconds * 1000))
    }
    #expect(verdict(Self.token) == nil)
    #expect(verdict(Self.token, at: vectorSeconds - 5) == nil)
    #expect(verdict(Self.token, at: vectorSeconds - 6) == .notYetValid)
    #expect(verdict(Self.token, at: vectorSeconds + 1799) == nil)
    #expect(verdict(Self.token, at: vectorSeconds + 1800) == .expired)
    #expect(verdict(Self.token, secrets: Secrets(["access_key": Self.accessKey, "secret_key": "x"])) == .mismatch)
    #expect(verdict(Self.token, secrets: Secrets(["access_key": "x", "secret_key": Self.secretKey])) == .unknownKey)
    let parts = Self.token.split(separator: ".").map(String.init)
    #expect(verdict("\(parts[0]).\(parts[1])") == .malformed("token"))
    #expect(verdict("\(parts[0]).\(parts[1]).AAAA") == .mismatch)
    let none = Base64.encode(Array(#"{"alg":"none","typ":"JWT"}"#.utf8), .url)
    #expect(verdict("\(none).\(parts[1]).") == .wrongScope("alg"))
    let later = Base64.encode(
      Array(#"{"iss":"AKexample0123456789abcdef0123456","exp":9999999999}"#.utf8), .url)
    #expect(verdict("\(parts[0]).\(later).\(parts[2])") == .mismatch)
    #expect(verdict(String(repeating: "a.", count: 10_000)) == .malformed("token"))
    #expect(
      scheme.presentedCredential(received([HTTPHeader("Authorization", "Bearer " + Self.token)]))
        == .accessKey(Self.accessKey))
    #expect(
      failure(scheme.verify(received([]), secrets: Self.secrets, nowMilliseconds: 0)) == .missing("Authorization"))
  }

  @Test func `A token in use is kept until five minutes before it expires, and renewed on demand`() throws {
    let signer = Signer(scheme: try AuthenticationScheme(name: "jwt-hs256"), secrets: Self.secrets)
    let first = try signer.sign(request, nowMilliseconds: vectorMilliseconds)
    #expect(try signer.sign(request, nowMilliseconds: vectorMilliseconds + 1_499_999) == first)
    #expect(signer.redact("sent \(first.headers[0].value)") == "sent Bearer ***")
    let renewed = try signer.sign(request, nowMilliseconds: vectorMilliseconds + 1000, renewing: true)
    #expect(renewed != first)
    #expect(try signer.sign(request, nowMilliseconds: vectorMilliseconds + 1_500_999) == renewed)
    #expect(try signer.sign(request, nowMilliseconds: vectorMilliseconds + 1_501_000) != renewed)
    // The clock went back beyond the moment of issue.
    #expect(try signer.sign(request, nowMilliseconds: vectorMilliseconds - 60_000) != renewed)
  }

  @Test func `Bearer, header and query carry the secret and check it`() throws {
    let bearer = try AuthenticationScheme(name: "bearer")
    #expect(
      try bearer.sign(request, secrets: Self.secrets, nowMilliseconds: 0).headers == [
        HTTPHeader("Authorization", "Bearer key-0123456789")
      ])
    let header = try AuthenticationScheme(
      name: "header", parameters: ["name": "X-Key", "prefix": "Token ", "secret": "secret_key"])
    #expect(
      try header.sign(request, secrets: Self.secrets, nowMilliseconds: 0).headers == [
        HTTPHeader("X-Key", "Token " + Self.secretKey)
      ])
    let query = try AuthenticationScheme(name: "query", parameters: ["name": "token"])
    let added = try query.sign(request, secrets: Self.secrets, nowMilliseconds: 0)
    #expect(url.appending(added.query).target == "/v1/videos?a=1&token=key-0123456789")

    let good: [(AuthenticationScheme, SignableRequest)] = [
      (bearer, received([HTTPHeader("authorization", "bearer key-0123456789")])),
      (header, received([HTTPHeader("x-key", "Token " + Self.secretKey)])),
      (query, received([], query: "a=1&token=key%2D0123456789")),
    ]
    for (scheme, message) in good {
      #expect(failure(scheme.verify(message, secrets: Self.secrets, nowMilliseconds: 0)) == nil)
      let wrong = Secrets(["api_key": "key-0123456780", "secret_key": "x"])
      #expect(failure(scheme.verify(message, secrets: wrong, nowMilliseconds: 0)) == .mismatch)
      #expect(
        failure(scheme.verify(message, secrets: Secrets(), nowMilliseconds: 0))
          == .missingSecret(name: scheme.requiredSecrets[0]))
      guard case .missing = failure(scheme.verify(received([]), secrets: Self.secrets, nowMilliseconds: 0)) else {
        Issue.record("\(scheme.name) accepts nothing")
        continue
      }
    }
    #expect(
      failure(
        bearer.verify(received([HTTPHeader("Authorization", "Basic x")]), secrets: Self.secrets, nowMilliseconds: 0))
        == .malformed("Authorization"))
  }

  @Test func `A missing or unusable secret is named, not guessed`() throws {
    let scheme = try AuthenticationScheme(name: "bearer")
    #expect(throws: SigningFailure.missingSecret(name: "api_key")) {
      try scheme.sign(request, secrets: Secrets(["api_key": ""]), nowMilliseconds: 0)
    }
    #expect(throws: SigningFailure.unusableSecret(name: "api_key")) {
      try scheme.sign(request, secrets: Secrets(["api_key": "abc\r\nX-Evil: 1"]), nowMilliseconds: 0)
    }
  }

  @Test func `Unknown schemes and parameters are refused by name`() {
    #expect(throws: AuthenticationSchemeFailure.unknownScheme("basic")) { try AuthenticationScheme(name: "basic") }
    #expect(throws: AuthenticationSchemeFailure.unknownParameter(scheme: "bearer", parameter: "nmae")) {
      try AuthenticationScheme(name: "bearer", parameters: ["nmae": "x"])
    }
    #expect(throws: AuthenticationSchemeFailure.missingParameter(scheme: "hmac-v4", parameter: "service")) {
      try AuthenticationScheme(name: "hmac-v4", parameters: ["region": "x"])
    }
    #expect(
      throws: AuthenticationSchemeFailure.badValue(scheme: "jwt-hs256", parameter: "expires_seconds", value: "-1")
    ) {
      try AuthenticationScheme(name: "jwt-hs256", parameters: ["expires_seconds": "-1"])
    }
    #expect(throws: AuthenticationSchemeFailure.badValue(scheme: "header", parameter: "name", value: "X Y")) {
      try AuthenticationScheme(name: "header", parameters: ["name": "X Y"])
    }
  }

  @Test func `A manifest's secrets take the scheme's order`() throws {
    let facts = try AuthenticationFacts(
      ["scheme": "jwt-hs256", "parameters": ["expires_seconds": 60], "secrets": [["name": "ak"], ["name": "sk"]]],
      at: "")
    #expect(
      try AuthenticationScheme(facts)
        == .jwt(JWTParameters(issuerSecret: "ak", keySecret: "sk", expiresSeconds: 60)))
  }

  @Test func `A preview needs no secret and shows none`() throws {
    for name in AuthenticationScheme.names {
      let parameters = name == "hmac-v4" ? ["service": "s", "region": "r"] : [:]
      let scheme = try AuthenticationScheme(name: name, parameters: parameters)
      let shown = scheme.preview(request, nowMilliseconds: vectorMilliseconds)
      #expect(
        shown.headers.map(\.name)
          == (try scheme.sign(request, secrets: Self.secrets, nowMilliseconds: vectorMilliseconds)).headers.map(\.name))
      #expect("\(shown)".contains("***") || name == "none")
    }
    let signed = try AuthenticationScheme(name: "hmac-v4", parameters: ["service": "s", "region": "r"])
      .preview(request, nowMilliseconds: vectorMilliseconds).headers.first("authorization")
    #expect(
      signed == "AWS4-HMAC-SHA256 Credential=***/20260102/r/s/aws4_request, "
        + "SignedHeaders=host;x-amz-content-sha256;x-amz-date, Signature=***")
  }

  @Test func `Secrets never show themselves`() {
    let secrets = Self.secrets
    var dumped = ""
    dump(secrets, to: &dumped)
    for text in ["\(secrets)", String(reflecting: secrets), dumped, "\(Signer(scheme: .none, secrets: secrets))"] {
      #expect(!text.contains("example0123") && !text.contains("key-0123456789"))
    }
    #expect("\(secrets)" == "Secrets(access_key: ***, api_key: ***, secret_key: ***)")
  }

  @Test func `Texts lose every form of a secret`() {
    let value = "s3cr/et+va lue=\"猫\""
    let secrets = Secrets(["a": value, "short": "abc"])
    let encoded = Base64.encode(Array(value.utf8))
    #expect(secrets.redact("x \(value) y abc") == "x *** y abc")
    #expect(secrets.redact("q=\(PercentEncoding.encode(value))&b") == "q=***&b")
    #expect(secrets.redact("q=\(PercentEncoding.encode(value).replacingOccurrences(of: "%20", with: "+"))") == "q=***")
    #expect(secrets.redact("[\(encoded)]") == "[***]")
    #expect(secrets.redact(Hexadecimal.encode(Array(value.utf8))) == "***")
    for lead in ["", "u", "us", "use", "user:"] {
      for tail in ["", "!", "!!"] {
        for alphabet in [Base64.Alphabet.standard, .url] {
          let basic = Base64.encode(Array("\(lead)\(value)\(tail)".utf8), alphabet)
          let masked = secrets.redact(basic)
          #expect(masked.contains("***") && masked.utf8.count <= 14, "\(lead)|\(tail) \(masked)")
        }
      }
    }
    #expect(secrets.redact(#"{"k":"s3cr\/et+va lue=\"猫\""}"#) == #"{"k":"***"}"#)
    #expect(secrets.redact("nothing here") == "nothing here")
  }

  @Test func `Vector W1: webhooks are signed and verified`() throws {
    let signature = try #require(WebhookSignature(secret: "whsec_dGVzdHNlY3JldHRlc3RzZWNyZXR0ZXN0c2VjcmV0MTI="))
    let body = Array(
      #"{"id":"1234567890","status":"succeeded","message":"","create_time":1781080778802,"update_time":1781080794151}"#
        .utf8)
    let now: Int64 = 1_781_080_794
    let expected = "v1,UsKlJP00XoQyOn410NM9xv34sP+Gl0jnOO9Lcpr7NJ4="
    #expect(signature.sign(id: "9876543210", timestampSeconds: now, body: body) == expected)
    var headers = signature.headers(id: "9876543210", nowSeconds: now, body: body)
    #expect(headers.first("webhook-signature") == expected)
    func verdict(_ body: [UInt8], _ now: Int64) -> VerificationFailure? {
      failure(signature.verify(headers: headers, body: body, nowSeconds: now))
    }
    #expect(verdict(body, now + 300) == nil)
    #expect(verdict(body, now + 301) == .skew(seconds: 301))
    #expect(verdict(body, now - 301) == .skew(seconds: -301))
    #expect(verdict(body + [32], now) == .mismatch)
    headers[2].value = "v1,AAAA v1a,x \(expected)"
    #expect(verdict(body, now) == nil)
    headers[2].value = "v1,AAAA"
    #expect(verdict(body, now) == .mismatch)
    headers[1].value = "soon"
    #expect(verdict(body, now) == .malformed("webhook-timestamp"))
    headers.removeFirst()
    #expect(verdict(body, now) == .missing("webhook-id"))
    #expect(WebhookSignature(secret: "whsec_***") == nil)
  }
}
