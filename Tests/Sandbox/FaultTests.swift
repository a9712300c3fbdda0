// SPDX-License-Identifier: Apache-2.0
import EventLoop
import OrderedJSON
import Sandbox
import Testing
import VideoDocuments

@Suite(.timeLimit(.minutes(10))) struct FaultTests {
  @Test @LoopActor func refusalsAnswerTheCreateAndMakeNoTask() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      for (word, status, kind) in [
        ("refuse", 400, "refused_prompt"), ("refuse-input", 400, "refused_input"), ("429", 429, "rate_limited"),
        ("500", 500, "upstream"),
      ] {
        let (reply, json) = try await client.send(
          "POST", "/clips", ["model": "toy", "prompt": .string("a cat sandbox:\(word).")])
        #expect(reply.status == status)
        #expect(json["toy_error"]?["kind"]?.string == kind)
      }
      let (_, list) = try await client.send("GET", "/clips")
      #expect(list["page"]?["total"]?.int == 0)
    }
  }

  @Test @LoopActor func acceptedTasksFailAsAsked() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let failed = try await client.wait(try await client.create(["model": "toy", "prompt": "sandbox:fail"]))
      #expect(failed.phase == .failed)
      #expect(failed.failure?.kind == .upstream)
      let refused = try await client.wait(
        try await client.create(["model": "toy", "prompt": "x", "options": ["sandbox": "refuse-output"]]))
      #expect(refused.failure?.kind == .refusedOutput)
      #expect(refused.request.options["sandbox"] == nil)
    }
  }

  @Test @LoopActor func aDroppedCreateHasATaskAndNoAnswer() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let (reply, _) = try await client.send("POST", "/clips", ["model": "toy", "prompt": "sandbox:drop"])
      #expect(reply.status == 0)
      #expect(reply.body.isEmpty)
      let (_, list) = try await client.send("GET", "/clips")
      #expect(list["page"]?["total"]?.int == 1)
    }
  }

  @Test @LoopActor func aClipCanBeMissingOrCutShort() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let none = try await client.wait(try await client.create(["model": "toy", "prompt": "sandbox:no-link"]))
      #expect(none.phase == .succeeded && none.outputs.isEmpty)
      let short = try await client.wait(try await client.create(["model": "toy", "prompt": "sandbox:short"]))
      let path = try target(of: short.outputs[0].url)
      let clip = await send("GET", path, port: address.port)
      #expect(clip.status == 200 && !clip.isComplete && !clip.body.isEmpty)
      let rest = await send("GET", path, port: address.port, headers: [("Range", "bytes=\(clip.body.count)-")])
      #expect(rest.status == 206 && rest.body.isEmpty && !rest.isComplete)
    }
  }

  @Test @LoopActor func aStuckTaskRunsOnAndASlowOneTakesTenTimesAsLong() async throws {
    try await withToy(delayMilliseconds: 1_000) { address in
      let client = try ToyClient(address)
      let stuck = try await client.create(["model": "toy", "prompt": "sandbox:stuck"])
      let slow = try await client.create(["model": "toy", "prompt": "sandbox:slow"])
      let begun = ContinuousClock.now
      let usual = try await client.create(["model": "toy", "prompt": "a cat"])
      #expect(try await client.wait(usual).phase == .succeeded)
      // A usual task is over, and a slow one is far from it, unless this machine stood still meanwhile.
      let (_, other) = try await client.send("GET", "/clips/\(stuck)")
      #expect(other["task"]?["phase"]?.string == "running")
      let (_, json) = try await client.send("GET", "/clips/\(slow)")
      if ContinuousClock.now - begun < .seconds(8) { #expect(json["task"]?["phase"]?.string == "running") }
      #expect(try await client.wait(slow).phase == .succeeded)
    }
  }

  @Test @LoopActor func aWordThatIsNoFaultIsAnErrorThatNamesThemAll() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let (reply, json) = try await client.send("POST", "/clips", ["model": "toy", "prompt": "sandbox:fial"])
      #expect(reply.status == 400)
      #expect(json["toy_error"]?["message"]?.string?.contains("no fault \"fial\"; it has fail, refuse") == true)
    }
  }

  @Test func theTableOfFaultsNamesEveryWordOnce() {
    let words = Sandbox.faults.map { $0.word }
    #expect(Set(words).count == words.count)
    #expect(words.contains("sandbox:refuse-output") && words.contains("sandbox:429"))
    #expect(Sandbox.faults.allSatisfy { !$0.meaning.isEmpty })
  }
}
