// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Foundation
import Network
import OrderedJSON
import Sandbox
import Testing
import VideoDocuments

@Suite(.timeLimit(.minutes(10))) struct InlineMediaTests {
  @Test @LoopActor func aPictureInTheBodyIsBehindTheClip() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let picture = Base64.encode(try Pictures.png(width: 64, height: 36))
      let id = try await client.create([
        "model": "toy", "prompt": "x",
        "inputs": [["kind": "image", "url": .string("data:image/png;base64,\(picture)")]],
      ])
      let task = try await client.wait(id)
      #expect(task.request.inputs[0].mediaType == "image/png")
      #expect(task.request.inputs[0].widthPixels == 64)
      let clip = await send("GET", try target(of: task.outputs[0].url), port: address.port)
      let color = try Pictures.upperColor(ofClip: clip.body)
      try #require(color.count == 3)
      #expect(color[0] > 150 && color[1] < 90 && color[2] < 90, "\(color)")
    }
  }

  @Test @LoopActor func aLargePictureInBareBase64GoesThroughAFile() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let picture = try Pictures.png(width: 150, height: 150, noise: true)
      #expect(picture.count > 40_000)
      let task = try await client.wait(
        try await client.create([
          "model": "toy", "prompt": "x", "inputs": [["kind": "image", "url": .string(Base64.encode(picture))]],
        ]))
      #expect(task.request.inputs[0].byteCount == Int64(picture.count))
      #expect(task.request.inputs[0].heightPixels == 150)
      #expect(task.phase == .succeeded)
    }
  }

  @Test @LoopActor func whatFfmpegCannotReadIsLeftOutOfTheClip() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      // A header that says 64x64 and nothing after it.
      let stump = Base64.encode(Array(try Pictures.png(width: 64, height: 64).prefix(40)))
      let task = try await client.wait(
        try await client.create([
          "model": "toy", "prompt": "x",
          "inputs": [["kind": "image", "url": .string("data:image/png;base64,\(stump)")]],
        ]))
      #expect(task.phase == .succeeded)
    }
  }

  @Test @LoopActor func theModelsLimitsHoldForInlinePictures() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let small = Base64.encode(try Pictures.png(width: 8, height: 8))
      let large = Base64.encode(try Pictures.png(width: 400, height: 400, noise: true))
      for (link, part) in [
        ("data:image/png;base64,\(small)", "8x8"), (large, "at most"), ("data:image/png;base64,", "empty"),
        ("filmgate-asset:m7", "only Filmgate itself makes"), ("AAA", "neither a link nor base64"),
      ] {
        let (reply, json) = try await client.send(
          "POST", "/clips",
          ["model": "toy", "prompt": "x", "inputs": [["kind": "image", "url": .string(link)]]])
        #expect(reply.status == 400)
        #expect(json["toy_error"]?["field"]?.string == "inputs[0]")
        #expect(json["toy_error"]?["message"]?.string?.contains(part) == true, "\(reply.text.prefix(300))")
      }
    }
  }

  @Test @LoopActor func aBodyBeyondTheLimitIsRefusedInTheRoutesOwnShape() async throws {
    try await withToy {
      $0.maximumBodyBytes = 5_000
      $0.maximumDocumentBytes = 1_000
    } test: { address in
      let client = try ToyClient(address)
      for count in [2_000, 6_000] {
        let prompt = String(repeating: "cat ", count: count / 4)
        let (reply, json) = try await client.send("POST", "/clips", ["model": "toy", "prompt": .string(prompt)])
        #expect(reply.status == 400)
        #expect(json["toy_error"]?["kind"]?.string == "limit")
      }
    }
  }
}
