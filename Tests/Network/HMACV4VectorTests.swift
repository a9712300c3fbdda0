// SPDX-License-Identifier: Apache-2.0
import Network
import Testing

/// Every value here was published by a vendor, or computed by independent code and compared with official signers.
@Suite struct HMACV4VectorTests {
  static let accessKey = "AKLTEXAMPLEACCESSKEYID0001"
  static let secretKey = "RXhhbXBsZVNlY3JldEtleUZvclRlc3RPbmx5MDAwMQ=="
  static let scheme = try? AuthenticationScheme(
    name: "hmac-v4",
    parameters: [
      "service": "cv", "region": "cn-north-1", "label": "HMAC-SHA256", "key_prefix": "", "terminator": "request",
      "date_header": "X-Date", "content_hash_header": "X-Content-Sha256", "token_header": "X-Security-Token",
      "header_values": "exact",
    ])
  static let secrets = Secrets(["access_key": accessKey, "secret_key": secretKey])
  static let submitBody = Array(
    #"{"req_key":"jimeng_ti2v_v30_pro","prompt":"千军万马 --go","seed":-1,"frames":121,"aspect_ratio":"16:9"}"#.utf8)
  static let queryBody = Array(#"{"req_key":"jimeng_ti2v_v30_pro","task_id":"7392616336519610409"}"#.utf8)

  struct Vector: Sendable, CustomTestStringConvertible {
    var name: String
    var request: SignableRequest
    var secrets = HMACV4VectorTests.secrets
    var signedHeaders = "content-type;host;x-content-sha256;x-date"
    var signature: String
    var canonicalHash: String?
    var testDescription: String { name }
  }

  static func request(
    _ method: String = "POST", host: String = "visual.volcengineapi.com", query: String, body: [UInt8],
    headers: [HTTPHeader] = [HTTPHeader("Content-Type", "application/json")]
  ) -> SignableRequest {
    SignableRequest(
      method: method, path: "/", query: query, headers: headers, host: host, bodyDigest: SHA256Digest(of: body))
  }

  static let submitQuery = "Action=CVSync2AsyncSubmitTask&Version=2022-08-31"
  static let resultQuery = "Action=CVSync2AsyncGetResult&Version=2022-08-31"
  static let vectors = [
    Vector(
      name: "A", request: request(query: submitQuery, body: submitBody),
      signature: "d6eadb338c0643d80eca33a25f1442d45eebe793c46783da33d630356a00ef5d",
      canonicalHash: "fbf763f2aff5615d57d259d7aa34205892326b543dc99e5f4561b1cc6afc127e"),
    Vector(
      name: "A-sts", request: request(query: submitQuery, body: submitBody),
      secrets: Secrets(["access_key": accessKey, "secret_key": secretKey, "session_token": "STSEXAMPLETOKEN"]),
      signedHeaders: "content-type;host;x-content-sha256;x-date;x-security-token",
      signature: "2a68ffb3d3a84c0f94b90a2f11f5b9eb38a2019648a09791375f661e94b07abc"),
    Vector(
      name: "B", request: request(query: resultQuery, body: queryBody),
      signature: "50c0c27c53f9e7778259588f90cf6c6c4077da984352b7e76d4e735685330368",
      canonicalHash: "63e193eb786b233548531c8d366e3c784dbe095bf2ffcef8cd1a944468e01340"),
    Vector(
      name: "B-port", request: request(host: "127.0.0.1:18080", query: resultQuery, body: queryBody),
      signature: "7cd66a87171496a5a71f9ee18c41afad441efff4e5ab049ce43372c6ad2032bb"),
    Vector(
      name: "B-xsdk",
      request: request(
        query: resultQuery, body: queryBody,
        headers: [
          HTTPHeader("X-Sdk-Request", "attempt=1; max=4"), HTTPHeader("Content-Type", "application/json"),
          HTTPHeader("X-Sdk-Invocation-Id", "00000000-0000-4000-8000-000000000000"),
          HTTPHeader("User-Agent", "not signed"),
        ]),
      signedHeaders: "content-type;host;x-content-sha256;x-date;x-sdk-invocation-id;x-sdk-request",
      signature: "281802c42b997039327fa6804090fbd7c76d72032cff9b7fea003363bccbf292"),
    Vector(
      name: "C",
      request: request(
        "GET",
        query: QueryItem.serialize([
          QueryItem("Action", "X"), QueryItem("Version", "2022-08-31"), QueryItem("Empty", ""),
          QueryItem("name", "a b+c/d=猫~*.-_'()"),
        ]), body: [], headers: []),
      signedHeaders: "host;x-content-sha256;x-date",
      signature: "dbf622d9e16894aebf186bfcc9e1cc50d034dcd829177b4fc5e52093fced721e",
      canonicalHash: "d807460b55d313803c17edb7605e63d44be38e33fe3f75a5a6ec879ffc634d4f"),
  ]

  @Test(arguments: vectors) func `A vector is signed byte for byte, and the signed request verifies`(_ vector: Vector)
    throws
  {
    let scheme = try #require(Self.scheme)
    let added = try scheme.sign(vector.request, secrets: vector.secrets, nowMilliseconds: vectorMilliseconds)
    #expect(
      added.headers.first("Authorization")
        == "HMAC-SHA256 Credential=AKLTEXAMPLEACCESSKEYID0001/20260102/cn-north-1/cv/request, "
        + "SignedHeaders=\(vector.signedHeaders), Signature=\(vector.signature)")
    #expect(added.headers.first("x-date") == "20260102T030405Z")
    var received = vector.request
    received.headers += added.headers
    #expect(scheme.presentedCredential(received) == .accessKey(Self.accessKey))
    let verdict = scheme.verify(received, secrets: vector.secrets, nowMilliseconds: vectorMilliseconds + 899_000)
    #expect(throws: Never.self) { try verdict.get() }
    if let hash = vector.canonicalHash {
      let canonical = try #require(
        Self.steps.canonicalRequest(
          received, signedHeaders: vector.signedHeaders.split(separator: ";").map(String.init)))
      #expect(SHA256Digest(of: canonical).hexadecimal == hash)
    }
  }

  static var steps: HMACV4 {
    guard case .hmacV4(let parameters) = scheme else { return HMACV4(HMACV4Parameters(service: "", region: "")) }
    return HMACV4(parameters)
  }

  @Test func `Vector A: canonical request, string to sign and key chain`() throws {
    var request = Self.vectors[0].request
    #expect(Self.submitBody.count == 107)
    request.headers += [
      HTTPHeader("X-Date", "20260102T030405Z"),
      HTTPHeader("X-Content-Sha256", "09e2cd39de989838f3119b7e52d0cad47c3afd0d1aad3a881d67d9fe2227b4ac"),
    ]
    let canonical = try #require(
      Self.steps.canonicalRequest(request, signedHeaders: ["content-type", "host", "x-content-sha256", "x-date"]))
    #expect(
      canonical == """
        POST
        /
        Action=CVSync2AsyncSubmitTask&Version=2022-08-31
        content-type:application/json
        host:visual.volcengineapi.com
        x-content-sha256:09e2cd39de989838f3119b7e52d0cad47c3afd0d1aad3a881d67d9fe2227b4ac
        x-date:20260102T030405Z

        content-type;host;x-content-sha256;x-date
        09e2cd39de989838f3119b7e52d0cad47c3afd0d1aad3a881d67d9fe2227b4ac
        """)
    #expect(
      Self.steps.stringToSign(canonicalRequest: canonical, date: "20260102T030405Z") == """
        HMAC-SHA256
        20260102T030405Z
        20260102/cn-north-1/cv/request
        fbf763f2aff5615d57d259d7aa34205892326b543dc99e5f4561b1cc6afc127e
        """)
    let keys = Self.steps.keyChain(secretKey: Self.secretKey, date: "20260102")
    #expect(Hexadecimal.encode(keys.date) == "fe247eab16f9b15118b52bd7da817c3b886ec0b24782ada5dbc2dc40cbd4a6f9")
    #expect(Hexadecimal.encode(keys.region) == "b1a166d7f014fc7947122b36cceec6d873c9b04030d6abc8f5aacbcc8e23b4aa")
    #expect(Hexadecimal.encode(keys.service) == "da8df4ee350e17cb873bc2f571f2564598c9865687b9b0b51cda5875f5da3f0a")
    #expect(Hexadecimal.encode(keys.signing) == "bc2693dddd12aace3475cb6e4ff8a50319516555d8548da1c0cddc616f5d1f3f")
  }

  @Test func `Vector C: the canonical query`() throws {
    let canonical = try #require(Self.steps.canonicalRequest(Self.vectors[5].request, signedHeaders: ["host"]))
    #expect(
      canonical.split(separator: "\n")[2]
        == "Action=X&Empty=&Version=2022-08-31&name=a%20b%2Bc%2Fd%3D%E7%8C%AB~%2A.-_%27%28%29")
  }

  @Test func `Host keeps its port unless that is 80 or 443`() throws {
    for (host, written) in [
      ("example.com:443", "example.com"), ("example.com:80", "example.com"), ("a:8443", "a:8443"),
    ] {
      let request = SignableRequest(method: "GET", path: "/", query: nil, headers: [], host: host)
      let canonical = try #require(Self.steps.canonicalRequest(request, signedHeaders: ["host"]))
      #expect(canonical.contains("\nhost:\(written)\n"))
    }
  }

  /// `get-vanilla`, `get-vanilla-query-order-key-case` and `get-header-value-trim` of the AWS Signature Version 4 test
  /// suite.
  @Test func `The vectors that Amazon published`() throws {
    let scheme = try AuthenticationScheme(
      name: "hmac-v4",
      parameters: [
        "service": "service", "region": "us-east-1", "content_hash_header": "", "signed_headers": "host my-*",
      ])
    let secrets = Secrets([
      "access_key": "AKIDEXAMPLE", "secret_key": "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
    ])
    let now: Int64 = 1_440_938_160_000
    func authorization(_ query: String?, _ headers: [HTTPHeader] = []) throws -> String? {
      let request = SignableRequest(
        method: "GET", path: "/", query: query, headers: headers, host: "example.amazonaws.com")
      return try scheme.sign(request, secrets: secrets, nowMilliseconds: now).headers.first("authorization")
    }
    let start = "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, "
    #expect(
      try authorization(nil)
        == start + "SignedHeaders=host;x-amz-date, "
        + "Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
    #expect(
      try authorization("Param2=value2&Param1=value1")
        == start + "SignedHeaders=host;x-amz-date, "
        + "Signature=b97d918cfa904a5beff61c982a1b6f458b799221646efd99d3219ec94cdf2500")
    #expect(
      try authorization(nil, [HTTPHeader("My-Header1", "value1"), HTTPHeader("My-Header2", "\"a   b   c\"")])
        == start + "SignedHeaders=host;my-header1;my-header2;x-amz-date, "
        + "Signature=acc3ed3afb60bb290fc8d2dd0098b9911fcaa05412b367055dee359757a9c736")
  }
}
