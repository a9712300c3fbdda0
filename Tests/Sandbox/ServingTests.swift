// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Network
import OrderedJSON
import Sandbox
import Testing
import VideoDocuments

@Suite(.timeLimit(.minutes(10))) struct ServingTests {
  @Test @LoopActor func mountsAreServedWithAndWithoutTheProfilesPrefix() async throws {
    try await withToy { address in
      var client = try ToyClient(address, "official", scheme: 1)
      for path in ["!/api/v9/vendor/clips", "!/vendor/clips", "!/api/v9/toy/clips", "!/toy/clips", "!/toy/clips/"] {
        #expect(try await client.send("GET", path).reply.status == 200, "\(path)")
      }
      #expect(try await client.send("GET", "!/clips").reply.status == 404)
      client.mount = "/toy"
      #expect(try await client.send("GET", "/clips").reply.status == 200)
    }
  }

  @Test @LoopActor func aLiteralSegmentBeatsAPlaceholderAndAPluginMayReplyByItself() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let (reply, json) = try await client.send("GET", "/clips/hello")
      #expect(reply.status == 203)
      #expect(reply.header("x-toy") == "yes")
      #expect(json["hello"]?.bool == true)
    }
  }

  @Test @LoopActor func wrongMethodsPathsAndQueriesAreToldApart() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let (method, _) = try await client.send("PUT", "/clips")
      #expect(method.status == 405)
      #expect(method.header("allow") == "POST, GET")
      #expect(try await client.send("POST", "/?Action=Mend").reply.status == 404)
      let (broken, json) = try await client.send("POST", "/?Action=Break")
      #expect(broken.status == 500)
      #expect(json["error"]?["message"]?.string?.contains("The toy is broken.") == true)
      #expect(await send("GET", "/nobody/open/x", port: address.port).status == 404)
      #expect(await send("GET", "/toy/open/%zz", port: address.port).status == 400)
      #expect(await send("GET", "/toy/open/vendor/clips?a=%zz", port: address.port).status == 400)
    }
  }

  @Test @LoopActor func aClipIsServedAsPresignedLinksAre() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let task = try await client.wait(try await client.create(["model": "toy", "prompt": "a cat"]))
      let path = try target(of: task.outputs[0].url)
      let whole = await send("GET", path, port: address.port)
      #expect(whole.status == 200 && whole.isComplete)
      let part = await send("GET", path, port: address.port, headers: [("Range", "bytes=4-7")])
      #expect(part.status == 206)
      #expect(part.text == "ftyp")
      #expect(part.header("content-range") == "bytes 4-7/\(whole.body.count)")
      let beyond = await send("GET", path, port: address.port, headers: [("Range", "bytes=\(whole.body.count)-")])
      #expect(beyond.status == 416)
      #expect(await send("HEAD", path, port: address.port).status == 403)
      #expect(await send("GET", path, port: address.port, headers: [("Authorization", "Bearer x")]).status == 400)
      #expect(await send("GET", "/media/\(UUID().uuidString).mp4", port: address.port).status == 404)
      _ = try await client.send("DELETE", "/clips/\(task.id)")
      #expect(await send("GET", path, port: address.port).status == 404)
    }
  }

  @Test @LoopActor func theFrontPageListsWhatIsServedAndNoSecret() async throws {
    try await withToy { address in
      let reply = await send("GET", "/", port: address.port)
      let json = try JSON(parsing: reply.body)
      #expect(json["endpoints"]?.array?.count == 5)
      #expect(json["endpoints"]?[0]?["authentication"]?.array == ["jwt-hs256", "bearer"])
      #expect(json["faults"]?["sandbox:fail"]?.string != nil)
      for endpoint in address.endpoints {
        for name in endpoint.secrets.names { #expect(!reply.text.contains(endpoint.secrets[name] ?? "?")) }
      }
    }
  }

  @Test @LoopActor func stoppingEndsWhatIsBeingRendered() async throws {
    let parent = "\(NSTemporaryDirectory())/filmgate-sandbox-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: parent) }
    let began = ContinuousClock.now
    try await withToy(delayMilliseconds: 0) {
      $0.directory = parent
    } test: { address in
      let client = try ToyClient(address)
      for number in 0..<200 {
        _ = try await client.create([
          "model": "toy", "prompt": .string("a cat \(number)"), "duration_seconds": 10,
        ])
      }
      try await Task.sleep(nanoseconds: 200_000_000)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: parent).isEmpty)
    // What was waiting would take minutes.
    #expect(ContinuousClock.now - began < .seconds(300))
  }

  @Test @LoopActor func stoppingDeletesEveryFile() async throws {
    let parent = "\(NSTemporaryDirectory())/filmgate-sandbox-test-\(UUID().uuidString)"
    try FileManager.default.createDirectory(atPath: parent, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(atPath: parent) }
    try await withToy {
      $0.directory = parent
    } test: { address in
      let client = try ToyClient(address)
      _ = try await client.wait(try await client.create(["model": "toy", "prompt": "a cat"]))
      #expect(try FileManager.default.contentsOfDirectory(atPath: parent).count == 1)
    }
    #expect(try FileManager.default.contentsOfDirectory(atPath: parent).isEmpty)
  }
}
