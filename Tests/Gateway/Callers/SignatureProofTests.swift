// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network
import Store
import Testing
import VideoDocuments

import struct HTTPServer.RequestHead

@testable import Gateway

/// Requests that clients sign with a key.
@Suite("Signatures over requests") @LoopActor struct SignatureProofTests {
  private static let body = Array(#"{"prompt":"千军万马","frames":121}"#.utf8)
  private static let path = "/acme/v1/%E7%94%BB/tasks"
  private static let query = "Action=Submit&Version=2022-08-31&tag=b&tag=a&empty="

  /// A signed request as it arrives, after `change`.
  private func request(
    _ credentials: CallerCredentials, region: String = "cn-north-1", service: String = "cv", body: [UInt8] = body,
    signedAt seconds: Int64 = SetClock.startSeconds, change: (inout RequestHead) -> Void = { _ in }
  ) throws -> RequestHead {
    var parameters = CallerProof.signing
    parameters.region = region
    parameters.service = service
    let plain = [
      HTTPHeader("Host", "gate.example.com:8443"), HTTPHeader("Content-Type", "application/json"),
      HTTPHeader("X-Sdk-Request", "attempt=1; max=4"), HTTPHeader("User-Agent", "any"),
    ]
    let message = SignableRequest(
      method: "POST", path: Self.path, query: Self.query, headers: plain, bodyDigest: SHA256Digest(of: body))
    let added = try HMACV4(parameters).sign(
      message, accessKey: credentials.keyID, secretKey: credentials.secret, token: nil, nowSeconds: seconds)
    var head = RequestHead(
      method: "POST", target: "\(Self.path)?\(Self.query)", path: Self.path, query: Self.query,
      headers: HTTPHeaders((plain + added).map { HTTPField(name: $0.name, value: $0.value) }))
    change(&head)
    return head
  }

  private func replacing(_ name: String, _ part: String, by other: String) -> (inout RequestHead) -> Void {
    { head in
      let value = head.headers[name] ?? ""
      head.headers.set(name, value.split(separator: part, omittingEmptySubsequences: false).joined(separator: other))
    }
  }

  @Test("a signed request is accepted, whatever region and service it names")
  func accepted() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    for (region, service) in [("cn-north-1", "cv"), ("cn-beijing", "ark"), ("", "")] {
      let head = try request(key.credentials, region: region, service: service)
      #expect(await world.verdict(head, body: Self.body).keyID == key.record.id)
    }
    let empty = try request(key.credentials, body: [])
    #expect(await world.verdict(empty).keyID == key.record.id)
  }

  @Test("nothing is asked of the body before the signature over the head is right")
  func order() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    func step(_ change: (inout RequestHead) -> Void) async throws -> AuthenticationStep {
      var head = try request(key.credentials, change: change)
      head.framing = .length(UInt64(Self.body.count))
      return await world.keys.check(HTTPRequest(head: head, body: HTTPBody(Self.body)))
    }
    guard case .needsBodyDigest(_, let finish) = try await step({ _ in }) else {
      Issue.record("the body was not asked for")
      return
    }
    #expect(await finish(SHA256Digest(of: Self.body)).keyID == key.record.id)
    #expect(await finish(SHA256Digest(of: Self.body + [0x20])).message?.contains("SHA-256") == true)
    guard case .refused = try await step({ $0.method = "PUT" }) else {
      Issue.record("a wrong signature was not refused at once")
      return
    }
  }

  @Test("a body that comes although none was signed, and one that is missing, are refused")
  func otherBody() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let wrong = "The body is not the one whose SHA-256 the header X-Content-Sha256 states."
    #expect(await world.verdict(try request(key.credentials, body: []), body: Self.body).message == wrong)
    #expect(await world.verdict(try request(key.credentials)).message == wrong)
  }

  /// Signs as some clients do: without the digest of the body among the headers, though the signature covers it.
  private func lateRequest(
    _ credentials: CallerCredentials, secret: String? = nil, body: [UInt8] = body,
    change: (inout RequestHead) -> Void = { _ in }
  ) throws -> RequestHead {
    var parameters = CallerProof.signing
    (parameters.region, parameters.service, parameters.contentHashHeader) = ("cn-north-1", "cv", "")
    let plain = [HTTPHeader("Host", "gate.example.com:8443"), HTTPHeader("Content-Type", "application/json")]
    let message = SignableRequest(
      method: "POST", path: Self.path, query: Self.query, headers: plain, bodyDigest: SHA256Digest(of: body))
    let added = try HMACV4(parameters).sign(
      message, accessKey: credentials.keyID, secretKey: secret ?? credentials.secret, token: nil,
      nowSeconds: SetClock.startSeconds)
    var head = RequestHead(
      method: "POST", target: "\(Self.path)?\(Self.query)", path: Self.path, query: Self.query,
      headers: HTTPHeaders((plain + added).map { HTTPField(name: $0.name, value: $0.value) }))
    change(&head)
    return head
  }

  @Test("a signature that states no digest of the body is judged by the body itself")
  func late() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let head = try lateRequest(key.credentials)
    #expect(head.headers["X-Content-Sha256"] == nil)
    #expect(await world.verdict(head, body: Self.body).keyID == key.record.id)
    #expect(await world.verdict(try lateRequest(key.credentials, body: [])).keyID == key.record.id)
    let unfit = "The signature does not fit the request."
    #expect(await world.verdict(head, body: Self.body + [0x20]).message == unfit)
    #expect(await world.verdict(head).message == unfit)
    #expect(await world.verdict(try lateRequest(key.credentials, secret: "other"), body: Self.body).message == unfit)
    let stated = try lateRequest(key.credentials) {
      $0.headers.set("X-Content-Sha256", SHA256Digest(of: Self.body + [0x20]).hexadecimal)
    }
    #expect(await world.verdict(stated, body: Self.body).keyID == key.record.id)
    #expect(await world.verdict(stated, body: Self.body + [0x20]).message == unfit)
  }

  @Test("no body is taken in for a late signature of no key, a revoked one or another time")
  func lateHead() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    func isRefusedAtOnce(_ credentials: CallerCredentials, _ change: (inout RequestHead) -> Void = { _ in })
      async throws -> Bool
    {
      var head = try lateRequest(credentials, change: change)
      head.framing = .length(UInt64(Self.body.count))
      let step = await world.keys.check(HTTPRequest(head: head, body: HTTPBody(Self.body)))
      if case .refused = step { return true }
      return false
    }
    #expect(try await !isRefusedAtOnce(key.credentials))
    #expect(try await isRefusedAtOnce(CallerCredentials(keyID: "0000000000000000", secret: key.credentials.secret)))
    #expect(try await isRefusedAtOnce(key.credentials) { $0.headers.set("X-Date", "20200102T030405Z") })
    #expect(try await isRefusedAtOnce(key.credentials) { $0.headers.add("X-Security-Token", "t") })
    _ = try await world.keys.revoke(key.record.id)
    #expect(try await isRefusedAtOnce(key.credentials))
  }

  @Test("what a body holds counts for its key, but not on the word of those who only claim to have it")
  func holder() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    func holder(_ head: RequestHead) async -> String? {
      var head = head
      head.framing = .length(UInt64(Self.body.count))
      let step = await world.keys.check(HTTPRequest(head: head, body: HTTPBody(Self.body)))
      guard case .needsBodyDigest(let holder, _) = step else { return nil }
      return holder
    }
    #expect(await holder(try request(key.credentials)) == key.record.id)
    let unproven = await holder(try lateRequest(key.credentials))
    #expect(unproven != nil && unproven != key.record.id)
  }

  @Test("a key that is revoked while the body comes does not serve any more")
  func revokedMeanwhile() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    var head = try request(key.credentials)
    head.framing = .chunked
    guard case .needsBodyDigest(_, let finish) = await world.keys.check(HTTPRequest(head: head, body: HTTPBody([])))
    else {
      Issue.record("the body was not asked for")
      return
    }
    _ = try await world.keys.revoke(key.record.id)
    #expect(await finish(SHA256Digest(of: Self.body)).message == "The key was revoked.")
  }

  @Test("whatever was signed cannot be changed")
  func changed() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let changes: [(String, (inout RequestHead) -> Void)] = [
      ("method", { $0.method = "PUT" }), ("path", { $0.path = "/acme/v1/tasks" }),
      ("query", { $0.query = Self.query + "&x=1" }), ("no query", { $0.query = nil }),
      ("order of values", { $0.query = "Action=Submit&Version=2022-08-31&tag=a&tag=c&empty=" }),
      ("host", { $0.headers.set("Host", "other.example.com") }),
      ("type", { $0.headers.set("Content-Type", "text/plain") }),
      ("sdk header", { $0.headers.set("X-Sdk-Request", "attempt=2; max=4") }),
      ("second value", { $0.headers.add("X-Sdk-Request", "attempt=1; max=4") }),
      ("date", { $0.headers.set("X-Date", "20260102T030406Z") }),
      ("region", replacing("Authorization", "cn-north-1", by: "cn-south-1")),
      ("service", replacing("Authorization", "/cv/", by: "/ark/")),
      ("digest", { $0.headers.set("X-Content-Sha256", SHA256Digest.ofNothing.hexadecimal) }),
    ]
    for (name, change) in changes {
      let verdict = await world.verdict(try request(key.credentials, change: change), body: Self.body)
      #expect(verdict.message == "The signature does not fit the request.", "\(name)")
    }
    // Not signed, so anybody may change it; and a query means the same in any order and spelling.
    let harmless: [(inout RequestHead) -> Void] = [
      { $0.headers.set("User-Agent", "another") }, { $0.headers.add("Via", "1.1 proxy") },
      { $0.query = "empty&Version=2022%2D08%2D31&Action=Submit&tag=a&tag=b" },
    ]
    for change in harmless {
      #expect(await world.verdict(try request(key.credentials, change: change), body: Self.body).keyID == key.record.id)
    }
  }

  @Test("one flipped bit in access key, date or signature makes it invalid")
  func flipped() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let original = try #require(try request(key.credentials).headers["Authorization"])
    let bytes = Array(original.utf8)
    for place in bytes.indices where place > "HMAC-SHA256 ".utf8.count {
      var altered = bytes
      altered[place] ^= 1
      let text = String(decoding: altered, as: UTF8.self)
      let head = try request(key.credentials) { $0.headers.set("Authorization", text) }
      #expect(await world.verdict(head, body: Self.body).keyID == nil, "\(text)")
    }
  }

  @Test("what is missing or unsigned is named")
  func missing() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    func message(_ change: (inout RequestHead) -> Void) async throws -> String? {
      await world.verdict(try request(key.credentials, change: change), body: Self.body).message
    }
    for name in ["host", "x-date"] {
      let text = try await message { head in
        var value = head.headers["Authorization"] ?? ""
        for form in ["\(name);", ";\(name)"] { value = value.split(separator: form).joined() }
        head.headers.set("Authorization", value)
      }
      #expect(text == "The header \(name) is not among the signed ones.")
    }
    #expect(
      try await message { $0.headers.remove("X-Date") } == "The signature needs the header X-Date, which is missing.")
    #expect(
      try await message { $0.headers.remove("X-Content-Sha256") }
        == "The signature needs the header x-content-sha256, which is missing.")
    #expect(
      try await message { $0.headers.remove("X-Sdk-Request") }
        == "The signature needs the header x-sdk-request, which is missing.")
    #expect(
      try await message { $0.headers.set("X-Content-Sha256", "UNSIGNED-PAYLOAD") }?.contains("hexadecimal") == true)
    #expect(try await message { $0.headers.add("X-Date", "20260102T030405Z") }?.contains("several") == true)
    #expect(try await message { $0.headers.set("X-Date", "yesterday") }?.contains("cannot be read") == true)
    #expect(try await message { $0.query = "a=%ZZ" } == "The query has a broken percent escape.")
    #expect(try await message { $0.headers.add("X-Security-Token", "t") }?.contains("x-security-token") == true)
    #expect(
      try await message(replacing("Authorization", "/20260102/", by: "/20260103/"))
        == "The date in the signature's Credential is not the right one.")
    #expect(
      try await message(replacing("Authorization", "/request,", by: "/aws4_request,"))
        == "The terminator in the signature's Credential is not the right one.")
  }

  @Test("a clock that is too far off is named with both times")
  func skew() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    func message(_ seconds: Int64) async throws -> String? {
      let head = try request(key.credentials, signedAt: SetClock.startSeconds + seconds)
      return await world.verdict(head, body: Self.body).message
    }
    #expect(try await message(900) == nil)
    #expect(try await message(-900) == nil)
    #expect(
      try await message(901)
        == "The request is of 2026-01-02T03:19:06Z and here it is 2026-01-02T03:04:05Z: more than 15 minutes apart.")
    #expect(try await message(-901)?.contains("is of 2026-01-02T02:49:04Z and here it is 2026-01-02T03:04:05Z") == true)
  }

  @Test("no answer tells whether there is a key of that id")
  func unknownIDs() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    var answers: [String] = []
    for id in [key.record.id, "0123456789abcdef"] {
      let head = try request(CallerCredentials(keyID: id, secret: "wrong"))
      answers.append("\(await world.verdict(head, body: Self.body))")
    }
    #expect(answers[0].contains("does not fit the request"))
    #expect(answers[0] == answers[1])
  }
}
