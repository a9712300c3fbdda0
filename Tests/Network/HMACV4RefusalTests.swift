// SPDX-License-Identifier: Apache-2.0
import Network
import Testing

@Suite struct HMACV4RefusalTests {
  typealias Vectors = HMACV4VectorTests

  /// Vector A as a server receives it, after `change`.
  func verdict(
    secrets: Secrets = Vectors.secrets, after seconds: Int64 = 0, change: (inout SignableRequest) -> Void
  ) throws -> VerificationFailure? {
    let scheme = try #require(Vectors.scheme)
    var request = Vectors.vectors[0].request
    let added = try scheme.sign(request, secrets: Vectors.secrets, nowMilliseconds: vectorMilliseconds)
    request.headers += added.headers
    change(&request)
    let now = vectorMilliseconds + seconds * 1000
    guard case .failure(let failure) = scheme.verify(request, secrets: secrets, nowMilliseconds: now) else {
      return nil
    }
    return failure
  }

  func replacing(_ name: String, _ change: @escaping (String) -> String) -> (inout SignableRequest) -> Void {
    { request in
      for index in request.headers.indices where request.headers[index].name.lowercased() == name {
        request.headers[index].value = change(request.headers[index].value)
      }
    }
  }

  @Test func `An untouched request is accepted`() throws {
    #expect(try verdict { _ in } == nil)
  }

  @Test func `A wrong secret or another access key is refused`() throws {
    let other = Secrets(["access_key": Vectors.accessKey, "secret_key": "another"])
    #expect(try verdict(secrets: other) { _ in } == .mismatch)
    let another = Secrets(["access_key": "AKother", "secret_key": Vectors.secretKey])
    #expect(try verdict(secrets: another) { _ in } == .unknownKey)
    #expect(try verdict(secrets: Secrets()) { _ in } == .missingSecret(name: "access_key"))
  }

  @Test func `A date more than fifteen minutes away is refused`() throws {
    #expect(try verdict(after: 900) { _ in } == nil)
    #expect(try verdict(after: -900) { _ in } == nil)
    #expect(try verdict(after: 901) { _ in } == .skew(seconds: 901))
    #expect(try verdict(after: -901) { _ in } == .skew(seconds: -901))
  }

  @Test func `Whatever was signed cannot be changed`() throws {
    #expect(try verdict { $0.method = "PUT" } == .mismatch)
    #expect(try verdict { $0.path = "/other" } == .mismatch)
    #expect(try verdict { $0.query = "Action=Other&Version=2022-08-31" } == .mismatch)
    #expect(try verdict { $0.query = "Action=%ZZ" } == .malformed("query"))
    #expect(try verdict { $0.host = "127.0.0.1:18080" } == .mismatch)
    #expect(try verdict { $0.bodyDigest = .ofNothing } == .bodyMismatch)
    #expect(try verdict(change: replacing("content-type") { _ in "text/plain" }) == .mismatch)
    #expect(try verdict(change: replacing("x-date") { _ in "20260102T030406Z" }) == .mismatch)
    #expect(
      try verdict(change: replacing("x-content-sha256") { _ in SHA256Digest.ofNothing.hexadecimal }) == .bodyMismatch)
  }

  @Test func `The order and spelling of the query do not matter`() throws {
    #expect(try verdict { $0.query = "Version=2022%2D08-31&Action=CVSync2AsyncSubmitTask" } == nil)
  }

  @Test(arguments: ["host", "x-date", "x-content-sha256"]) func `These must be signed`(_ name: String) throws {
    let failure = try verdict(
      change: replacing("authorization") {
        $0.split(separator: ";").filter { !$0.hasPrefix(name) }.joined(separator: ";")
          .split(separator: "SignedHeaders=\(name);").joined(separator: "SignedHeaders=")
      })
    // x-date is the last name, so that cutting it takes the signature too: then the header cannot be read at all.
    #expect(failure == (name == "x-date" ? .malformed("Authorization") : .notSigned(name)))
  }

  @Test func `A date that is not signed is refused`() throws {
    #expect(
      try verdict(
        change: replacing("authorization") { $0.split(separator: ";x-date").joined() }) == .notSigned("x-date"))
  }

  @Test func `A session token that is not signed is refused`() throws {
    #expect(try verdict { $0.headers.append(HTTPHeader("X-Security-Token", "x")) } == .notSigned("x-security-token"))
  }

  @Test func `Missing, doubled and unreadable headers are refused`() throws {
    #expect(try verdict { $0.headers.removeAll { $0.name == "Authorization" } } == .missing("Authorization"))
    #expect(try verdict { $0.headers.append(HTTPHeader("Authorization", "x")) } == .malformed("Authorization"))
    #expect(try verdict { $0.headers.removeAll { $0.name == "X-Date" } } == .missing("X-Date"))
    #expect(try verdict(change: replacing("x-date") { _ in "2026-01-02T03:04:05Z" }) == .malformed("X-Date"))
    #expect(try verdict(change: replacing("x-date") { _ in "20260231T030405Z" }) == .malformed("X-Date"))
    #expect(try verdict { $0.headers.removeAll { $0.name == "Content-Type" } } == .missing("content-type"))
    for bad in [
      "", "Bearer x", "HMAC-SHA256 ", "HMAC-SHA256 Credential=a/b, SignedHeaders=host, Signature=00",
      "HMAC-SHA256 Credential=a/b/c/d/e, Credential=a/b/c/d/e, SignedHeaders=host, Signature=00",
      "HMAC-SHA256 Credential=a/b/c/d/e, SignedHeaders=host;host, Signature=00",
    ] {
      #expect(try verdict(change: replacing("authorization") { _ in bad }) == .malformed("Authorization"), "\(bad)")
    }
  }

  @Test func `A signature for another region or service is refused`() throws {
    for (from, to, part) in [
      ("cn-north-1", "cn-north-2", "region"), ("/cv/", "/tv/", "service"), ("20260102/", "20260103/", "date"),
      ("/request,", "/other,", "terminator"),
    ] {
      let failure = try verdict(
        change: replacing("authorization") { value in
          value.split(separator: from, maxSplits: 1).joined(separator: to)
        })
      #expect(failure == .wrongScope(part))
    }
  }
}
