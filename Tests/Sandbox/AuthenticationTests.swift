// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Network
import OrderedJSON
import Sandbox
import Testing
import VideoDocuments

/// A profile of the toy and the place of one of its schemes.
struct Way: Sendable {
  let profile: String
  let scheme: Int
}

let ways = [
  Way(profile: "official", scheme: 0), Way(profile: "official", scheme: 1), Way(profile: "signed", scheme: 0),
  Way(profile: "header", scheme: 0), Way(profile: "query", scheme: 0),
]

@Suite(.timeLimit(.minutes(10))) struct AuthenticationTests {
  @Test(arguments: ways) @LoopActor func theRightSecretsAreAccepted(_ way: Way) async throws {
    try await withToy { address in
      let client = try ToyClient(address, way.profile, scheme: way.scheme)
      _ = try await client.create(["model": "toy", "prompt": "a cat; ünï"])
      let (reply, json) = try await client.send("GET", "/clips?size=5&page=1")
      #expect(reply.status == 200)
      #expect(json["page"]?["total"]?.int == 1)
    }
  }

  @Test(arguments: ways) @LoopActor func wrongSecretsAreRefusedInTheRoutesOwnShape(_ way: Way) async throws {
    try await withToy { address in
      let client = try ToyClient(address, way.profile, scheme: way.scheme)
      var values: [String: String] = [:]
      for name in client.endpoint.secrets.names { values[name] = "wrong-secret-\(name)" }
      let (reply, json) = try await client.send(
        "POST", "/clips", ["model": "toy", "prompt": "x"], secrets: Secrets(values))
      #expect(reply.status == 401)
      #expect(json["toy_error"]?["kind"]?.string == "auth")
      #expect(json["route"]?.string == "create")
      for name in client.endpoint.secrets.names {
        #expect(!reply.text.contains(client.endpoint.secrets[name] ?? "?"))
        #expect(!reply.text.contains("wrong-secret"))
      }
      let prefix = way.profile == "official" ? "/api/v9" : ""
      let bare = await send("GET", "/toy/\(way.profile)\(prefix)/vendor/clips", port: address.port)
      #expect(bare.status == 401)
    }
  }

  @Test @LoopActor func aSignatureIsForItsBodyAndItsTimeAlone() async throws {
    try await withToy { address in
      let client = try ToyClient(address, "signed")
      let (late, json) = try await client.send("GET", "/clips", ageSeconds: 3_600)
      #expect(late.status == 401)
      #expect(json["toy_error"]?["message"]?.string?.contains("in the past") == true)
      let (signed, _) = try await client.send("POST", "/clips", ["model": "toy", "prompt": "x"])
      #expect(signed.status == 200)
      let empty = SHA256Digest.ofNothing.hexadecimal
      let (other, _) = try await client.send(
        "POST", "/clips", ["model": "toy", "prompt": "x"], headers: [("X-Content-Sha256", empty)])
      #expect(other.status == 401)
    }
  }

  @Test @LoopActor func aProfileWithAnUnknownSchemeIsSkippedAndTheOthersAreServed() async throws {
    try await withToy { address in
      #expect(address.skipped.map { $0.profile } == ["odd"])
      #expect(address.endpoints.map { $0.profile } == ["official", "signed", "header", "query", "open"])
      let official = try #require(address.endpoint(pluginID: "toy", profile: "official"))
      #expect(official.secrets.names == ["access_key", "api_key", "secret_key"])
      #expect(official.baseURL == "http://127.0.0.1:\(address.port)/toy/official")
    }
  }
}
