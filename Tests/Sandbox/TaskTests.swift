// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Network
import OrderedJSON
import Sandbox
import Testing
import VideoDocuments

@Suite(.timeLimit(.minutes(10))) struct TaskTests {
  @Test @LoopActor func aTaskIsQueuedThenRunsThenHasAClipOfTheRightShape() async throws {
    try await withToy(delayMilliseconds: 4_000) { address in
      let client = try ToyClient(address)
      let (_, created) = try await client.send("POST", "/clips", ["model": "toy", "prompt": "a cat", "audio": true])
      let first = try VideoTask(try #require(created["created"]))
      #expect(first.phase == .queued)
      #expect(first.model == "toy-1")
      #expect(first.id.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber) })
      var running = first
      while running.phase == .queued {
        try await Task.sleep(nanoseconds: 50_000_000)
        let (_, looked) = try await client.send("GET", "/clips/\(first.id)")
        running = try VideoTask(try #require(looked["task"]))
      }
      #expect(running.phase == .running)
      #expect((0...99).contains(running.progressPercent ?? -1))
      let task = try await client.wait(first.id)
      #expect(task.phase == .succeeded)
      #expect(task.progressPercent == 100)
      #expect(task.usage["total_tokens"]?.int == 208 * 120 * 24 / 1_024)
      let clip = await send("GET", try target(of: task.outputs[0].url), port: address.port)
      #expect(clip.status == 200)
      #expect(clip.header("content-type") == "video/mp4")
      let probe = try Probe(clip.body)
      #expect(probe.width == 208 && probe.height == 120)
      #expect(probe.frameRate == "12/1")
      #expect(abs(probe.seconds - 2) < 0.2)
      #expect(probe.hasAudio)
    }
  }

  @Test @LoopActor func aValueBeyondTheModelsLimitsIsRefusedInTheRoutesOwnShape() async throws {
    try await withToy { address in
      let client = try ToyClient(address)
      let (reply, json) = try await client.send(
        "POST", "/clips", ["model": "toy-1", "prompt": "x", "duration_seconds": 11])
      #expect(reply.status == 400)
      #expect(json["toy_error"]?["field"]?.string == "duration_seconds")
      #expect(json["route"]?.string == "create")
      let (_, unknown) = try await client.send("POST", "/clips", ["model": "tay-1", "prompt": "x"])
      #expect(unknown["toy_error"]?["message"]?.string?.contains("did you mean") == true)
    }
  }

  @Test @LoopActor func tasksAreFoundByTheCallersOwnIDAndListedNewestFirst() async throws {
    try await withToy(delayMilliseconds: 60_000) { address in
      let client = try ToyClient(address)
      let one = try await client.create([
        "model": "toy", "prompt": "1", "options": ["external_task_id": "mine-1"],
      ])
      let two = try await client.create(["model": "toy", "prompt": "2", "external_id": "mine-2"])
      let three = try await client.create(["model": "toy", "prompt": "3"])
      for (name, id) in [("mine-1", one), ("mine-2", two), (three, three)] {
        let (_, json) = try await client.send("GET", "/clips/\(name)")
        #expect(json["task"]?["id"]?.string == id)
      }
      let (_, page) = try await client.send("GET", "/clips?page=2&size=2")
      #expect(page["page"]?["total"]?.int == 3)
      #expect(page["page"]?["items"]?.array?.map { $0["id"]?.string } == [one])
      let (_, none) = try await client.send("GET", "/clips?phase=succeeded")
      #expect(none["page"]?["total"]?.int == 0)
      let other = try ToyClient(address, "header")
      let (reply, json) = try await other.send("GET", "/clips/\(one)")
      #expect(reply.status == 404)
      #expect(json["toy_error"]?["kind"]?.string == "not_found")
    }
  }

  @Test @LoopActor func whatWaitsCanBeCancelledWhatRunsCannotAndWhatIsOverCanBeRemoved() async throws {
    // It waits for longer than any machine takes to ask.
    try await withToy(delayMilliseconds: 600_000) { address in
      let client = try ToyClient(address)
      let first = try await client.create(["model": "toy", "prompt": "1"])
      let (_, cancelled) = try await client.send("POST", "/clips/\(first)/cancel")
      #expect(cancelled["cancelled"]?["phase"]?.string == "cancelled")
      let (_, removed) = try await client.send("DELETE", "/clips/\(first)")
      #expect(removed["removed"]?["id"]?.string == first)
      let (gone, _) = try await client.send("GET", "/clips/\(first)")
      #expect(gone.status == 404)
    }
    try await withToy(delayMilliseconds: 200) { address in
      let client = try ToyClient(address)
      let second = try await client.create(["model": "toy", "prompt": "sandbox:stuck"])
      for _ in 0..<3_000 {
        let (_, shown) = try await client.send("GET", "/clips/\(second)")
        if shown["task"]?["phase"]?.string == "running" { break }
        try await Task.sleep(nanoseconds: 100_000_000)
      }
      let (refused, _) = try await client.send("POST", "/clips/\(second)/cancel")
      #expect(refused.status == 400)
    }
  }

  @Test @LoopActor func theOldestFinishedTaskMakesRoomAndUnfinishedOnesAreKept() async throws {
    try await withToy(delayMilliseconds: 36_000_000) {
      $0.maximumTasks = 2
    } test: { address in
      let client = try ToyClient(address)
      let first = try await client.create(["model": "toy", "prompt": "1"])
      _ = try await client.create(["model": "toy", "prompt": "2"])
      let (full, _) = try await client.send("POST", "/clips", ["model": "toy", "prompt": "3"])
      #expect(full.status == 429)
      _ = try await client.send("POST", "/clips/\(first)/cancel")
      _ = try await client.create(["model": "toy", "prompt": "3"])
      let (gone, _) = try await client.send("GET", "/clips/\(first)")
      #expect(gone.status == 404)
    }
  }
}
