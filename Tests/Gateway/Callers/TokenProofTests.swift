// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network
import Store
import Testing
import VideoDocuments

import struct HTTPServer.RequestHead

@testable import Gateway

/// Keys as bearers, and tokens that clients sign with them.
@Suite("Bearers") @LoopActor struct TokenProofTests {
  // MARK: The key itself

  @Test("a key is accepted in any spelling of the scheme")
  func key() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    for scheme in ["Bearer", "bearer", "BEARER"] {
      #expect(await world.verdict(authorization: "\(scheme) \(key.credentials.bearer)").keyID == key.record.id)
    }
    #expect(try await world.make().credentials.bearer != key.credentials.bearer)
  }

  @Test("a bearer is one opaque word of letters and digits")
  func shape() async throws {
    let key = try await CallerWorld().make()
    let text = key.credentials.bearer
    #expect(text == "fg-\(key.record.id)-\(key.credentials.secret)")
    #expect(key.credentials.secret.count == 52)
    #expect(text.utf8.allSatisfy { (0x30...0x39).contains($0) || (0x61...0x7A).contains($0) || $0 == 0x2D })
    #expect(CallerCredentials(bearer: text) == key.credentials)
  }

  @Test("one flipped bit anywhere makes a key invalid")
  func flippedKey() async throws {
    let world = try await CallerWorld()
    let bytes = Array(try await world.make().credentials.bearer.utf8)
    for place in bytes.indices {
      var changed = bytes
      changed[place] ^= 1
      let verdict = await world.verdict(authorization: "Bearer \(String(decoding: changed, as: UTF8.self))")
      #expect(verdict.keyID == nil, "at \(place)")
    }
  }

  @Test("no answer tells whether there is a key of that id")
  func unknownIDs() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let known = await world.verdict(authorization: "Bearer fg-\(key.record.id)-0000")
    let unknown = await world.verdict(authorization: "Bearer fg-0123456789abcdef-0000")
    #expect(known.message != nil)
    #expect("\(known)" == "\(unknown)")
    let tokens = [key.record.id, "0123456789abcdef"].map { JSONWebToken.make(issuer: $0, key: "no", nowSeconds: now) }
    let answers = [
      await world.verdict(authorization: "Bearer \(tokens[0])"),
      await world.verdict(authorization: "Bearer \(tokens[1])"),
    ]
    #expect(answers[0].message == "The token was not signed by the key that it names.")
    #expect("\(answers[0])" == "\(answers[1])")
    // The right secret of a key that there is not: as if it were wrong.
    let stranger = CallerKeyRecord(id: "0123456789abcdef", name: "", createdAtSeconds: 0)
    let bearer = world.keys.credentials(of: stranger).bearer
    #expect("\(await world.verdict(authorization: "Bearer \(bearer)"))" == "\(unknown)")
  }

  @Test(
    "what is no proof is told apart",
    arguments: [
      ("", "of a scheme that is not accepted"), ("Basic YTpi", "of a scheme that is not accepted"),
      ("Bearer", "of a scheme that is not accepted"), ("Bearer x", "neither a key of this gateway"),
      ("Bearer sk-0123456789", "neither a key of this gateway"), ("Bearer fg-a", "neither a key of this gateway"),
      ("Bearer fg-a-b-c", "neither a key of this gateway"), ("Bearer fg--b", "neither a key of this gateway"),
      ("Bearer  fg-a-b", "neither a key of this gateway"), ("Bearer a.b.c", "signed token cannot be read"),
      ("Bearer ..", "signed token cannot be read"), ("HMAC-SHA256 x", "no HMAC-SHA256 signature that can be read"),
      ("hmac-sha256 x", "of a scheme that is not accepted"),
    ])
  func noProof(_ value: String, _ part: String) async throws {
    let verdict = try await CallerWorld().verdict(authorization: value)
    #expect(verdict.message?.contains(part) == true, "\(verdict)")
    guard case .failure(let failure) = verdict else { return }
    #expect(failure.kind == .authentication)
    #expect(failure.advice?.isEmpty == false)
  }

  @Test("one Authorization header is needed, and no other header serves")
  func countOfHeaders() async throws {
    let world = try await CallerWorld()
    let bearer = try await world.make().credentials.bearer
    #expect(await world.verdict().message == "The Authorization header is missing.")
    let twice = await world.verdict(authorization: "Bearer \(bearer)", "Bearer \(bearer)")
    #expect(twice.message == "There are several Authorization headers.")
    let elsewhere = RequestHead(
      method: "GET", target: "/?key=\(bearer)", path: "/", query: "key=\(bearer)",
      headers: ["X-Api-Key": bearer, "Api-Key": bearer, "Cookie": "key=\(bearer)"])
    #expect(await world.verdict(elsewhere).message == "The Authorization header is missing.")
  }

  // MARK: Signed tokens

  private let now = SetClock.startSeconds

  private func token(
    header: String = #"{"alg":"HS256","typ":"JWT"}"#, payload: String, key: String, sign: Bool = true
  ) -> String {
    let signed = [header, payload].map { Base64.encode(Array($0.utf8), .url) }.joined(separator: ".")
    let code = sign ? Base64.encode(HMACSHA256.code(key: Array(key.utf8), message: signed), .url) : ""
    return "\(signed).\(code)"
  }

  @Test("a token is valid from `nbf`, less half a minute for the clocks, until `exp`")
  func tokenTimes() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    func verdict(_ notBefore: Int64, _ expires: Int64) async -> Result<Caller, Failure> {
      let payload = #"{"iss":"\#(key.record.id)","exp":\#(expires),"nbf":\#(notBefore)}"#
      return await world.verdict(authorization: "Bearer \(token(payload: payload, key: key.credentials.secret))")
    }
    #expect(await verdict(now - 5, now + 1800).keyID == key.record.id)
    #expect(await verdict(now + 30, now + 1).keyID == key.record.id)
    #expect(
      await verdict(now + 31, now + 1800).message
        == "The token is not valid before 2026-01-02T03:04:36Z; here it is 2026-01-02T03:04:05Z.")
    #expect(
      await verdict(now - 5, now).message
        == "The token expired at 2026-01-02T03:04:05Z; here it is 2026-01-02T03:04:05Z.")
    // Numbers at the edge of what can be reckoned with end in an answer too.
    for edge in [Int64.min, .max] {
      #expect(await verdict(edge, now + 9).keyID == (edge == .min ? key.record.id : nil))
      #expect(await verdict(now, edge).keyID == (edge == .max ? key.record.id : nil))
    }
  }

  @Test("only HS256 with the key's secret counts")
  func forgedTokens() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let other = try await world.make()
    let secret = key.credentials.secret
    let payload = #"{"iss":"\#(key.record.id)","exp":\#(now + 60),"nbf":\#(now)}"#
    func message(_ token: String) async -> String? { await world.verdict(authorization: "Bearer \(token)").message }
    #expect(await message(token(payload: payload, key: secret)) == nil)
    for algorithm in ["none", "None", "HS512", "RS256", "hs256", ""] {
      let header = #"{"alg":"\#(algorithm)","typ":"JWT"}"#
      #expect(
        await message(token(header: header, payload: payload, key: secret)) == "The token's algorithm is not HS256.")
      #expect(
        await message(token(header: header, payload: payload, key: "", sign: false))
          == "The token's algorithm is not HS256.")
    }
    let critical = #"{"alg":"HS256","crit":["exp"]}"#
    #expect(await message(token(header: critical, payload: payload, key: secret))?.contains("crit") == true)
    let wrong = "The token was not signed by the key that it names."
    #expect(await message(token(payload: payload, key: other.credentials.secret)) == wrong)
    #expect(await message(token(payload: payload, key: key.credentials.bearer)) == wrong)
    #expect(await message(token(payload: payload, key: "", sign: false)) == wrong)
    for (claims, part) in [
      (#"{"iss":"\#(key.record.id)"}"#, "`exp`"), (#"{"iss":"\#(key.record.id)","exp":"soon"}"#, "`exp`"),
      (#"{"iss":"\#(key.record.id)","exp":\#(now + 60),"nbf":"x"}"#, "`nbf`"),
      (#"{"exp":\#(now + 60)}"#, "cannot be read"),
      ("[]", "cannot be read"), ("", "cannot be read"),
    ] {
      #expect(await message(token(payload: claims, key: secret))?.contains(part) == true, "\(claims)")
    }
  }

  @Test("one flipped bit anywhere makes a token invalid")
  func flippedToken() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    let made = JSONWebToken.make(issuer: key.record.id, key: key.credentials.secret, nowSeconds: now)
    #expect(await world.verdict(authorization: "Bearer \(made)").keyID == key.record.id)
    let bytes = Array(made.utf8)
    for place in bytes.indices {
      var changed = bytes
      // Bits that base64 does not use at the end of the last group are refused as well.
      changed[place] ^= 1
      let verdict = await world.verdict(authorization: "Bearer \(String(decoding: changed, as: UTF8.self))")
      #expect(verdict.keyID == nil, "at \(place)")
    }
  }
}
