// SPDX-License-Identifier: Apache-2.0

import Network
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct CallbackSignatureTests {
  private static func scheme(_ json: String) throws -> CallbackSignature {
    try CallbackSignature(try AuthenticationFacts(try JSON(parsing: json)))
  }

  private static func passes(
    _ signature: CallbackSignature, _ headers: [HTTPHeader], _ body: String, at now: Int64 = 0
  ) -> Bool {
    (try? signature.verify(
      headers: headers, body: Array(body.utf8), secret: "It's a Secret to Everybody", nowSeconds: now
    )
    .get()) != nil
  }

  /// The published example of GitHub's webhooks.
  @Test func `A code of the body with a prefix`() throws {
    let signature = try Self.scheme(
      #"{"scheme":"hmac-sha256","parameters":{"header":"X-Hub-Signature-256","prefix":"sha256="},"#
        + #""secrets":[{"name":"webhook_secret"}]}"#)
    let code = "sha256=757107ea0eb2509fc211221cce984b8a37570b6d7586c22c46f4379c8b043e17"
    #expect(signature.secretName == "webhook_secret" && signature.idHeader == nil)
    #expect(Self.passes(signature, [HTTPHeader("x-hub-signature-256", code)], "Hello, World!"))
    #expect(!Self.passes(signature, [HTTPHeader("x-hub-signature-256", code)], "Hello, World?"))
    #expect(!Self.passes(signature, [HTTPHeader("x-hub-signature-256", String(code.dropFirst(7)))], "Hello, World!"))
    #expect(!Self.passes(signature, [], "Hello, World!"))
  }

  @Test func `A code of timestamp and body`() throws {
    let signature = try Self.scheme(
      #"{"scheme":"hmac-sha256","parameters":{"header":"S","encoding":"base64","timestamp_header":"T","#
        + #""tolerance_seconds":10},"secrets":[{"name":"k"}]}"#)
    let code = Base64.encode(HMACSHA256.code(key: Array("It's a Secret to Everybody".utf8), message: "100.x"))
    let headers = [HTTPHeader("S", code), HTTPHeader("T", "100")]
    #expect(Self.passes(signature, headers, "x", at: 110))
    #expect(!Self.passes(signature, headers, "x", at: 111))
    #expect(!Self.passes(signature, [headers[0]], "x", at: 100))
    #expect(!Self.passes(signature, [headers[0], HTTPHeader("T", "1e2")], "x", at: 100))
  }

  @Test(arguments: [
    #"{"scheme":"rot13","secrets":[{"name":"k"}]}"#, #"{"scheme":"hmac-sha256","secrets":[]}"#,
    #"{"scheme":"standard-webhooks","parameters":{"encoding":"hex"},"secrets":[{"name":"k"}]}"#,
    #"{"scheme":"hmac-sha256","parameters":{"encoding":"utf-7"},"secrets":[{"name":"k"}]}"#,
  ])
  func `What a manifest gets wrong is refused`(_ json: String) throws {
    #expect(throws: AuthenticationSchemeFailure.self) { try Self.scheme(json) }
  }
}
