// SPDX-License-Identifier: Apache-2.0

import JimengProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

@Suite("Jimeng: create")
struct JimengCreateTests {
  @Test("Every fixture makes exactly its request, and its ledger names every field that was given")
  func bodies() throws {
    for fixture in try Jimeng.fixtures("create.json") {
      let name = fixture["name"]?.string ?? ""
      let request = try VideoRequest(try #require(fixture["request"]))
      var connection = Jimeng.official
      if let given = fixture["connection"] { connection = try Connection(given) }
      let step = try Jimeng.create(request, connection)
      let http = try Kling.http(step)
      #expect(http.method == "POST")
      #expect(http.retry == .never)
      #expect(http.path == fixture["path"]?.string, "\(name)")
      let query = JSON.array(http.query.map { $0.json })
      #expect(query == fixture["query"], "\(name)")
      let body = try Kling.body(step)
      if let expected = fixture["body"] {
        #expect(body.isIdentical(to: expected), "\(name): \(body.text)")
      } else {
        Issue.record("\(name) \(http.path ?? "") \(query.text): \(body.text) \(step.ledger.map { $0.json.text })")
      }
      #expect(step.state?["req_key"] == body["req_key"], "\(name)")
      let named = Set(step.ledger.map { $0.field })
      for field in request.givenFields { #expect(named.contains(field.name), "\(name): \(field.name)") }
      #expect(named.count == step.ledger.count, "\(name): a field stands twice in the ledger")
      let unsupported = step.ledger.filter { $0.outcome == .unsupported }.map { $0.field }
      #expect(unsupported == (fixture["unsupported"]?.array ?? []).compactMap { $0.string }, "\(name)")
    }
  }

  @Test("A file and a link in one request are refused")
  func mixedForms() {
    var request = VideoRequest(model: "jimeng-v3")
    request.inputs = [
      MediaInput(kind: .image, role: "first_frame", url: "https://example.com/a.png"),
      MediaInput(kind: .image, role: "last_frame", asset: "a1"),
    ]
    let failure = Kling.failure { _ = try Jimeng.create(request) }
    #expect(failure?.kind == .invalid)
    #expect(failure?.field == "inputs")
    let unknown = Kling.failure { _ = try Jimeng.create(VideoRequest(model: "jimeng-v9")) }
    #expect(unknown?.kind == .unsupported)
  }

  @Test("A poll says the key again, and the action that goes with it")
  func polls() throws {
    var request = VideoRequest(model: "jimeng-v3-pro", prompt: "p")
    request.options["aigc_meta"] = ["content_propagator": "x"]
    let relay = Connection(profile: "relay", baseURL: "https://relay.example")
    for (connection, path) in [(Jimeng.official, "/"), (relay, "/jimeng/")] {
      let state = try #require(Jimeng.create(request, connection).state)
      var task = Jimeng.task(.queued)
      task.upstreamID = "7392616336519610409"
      let step = try Jimeng.provider.poll(
        TaskCall(task: task, state: state, connection: connection, nowMilliseconds: Jimeng.now))
      let http = try Kling.http(step)
      #expect(http.path == path)
      #expect(http.retry == .safe)
      #expect(http.query == [NameValuePair("Action", "CVSync2AsyncGetResult"), NameValuePair("Version", "2022-08-31")])
      let mark = "{\"aigc_meta\":{\"content_propagator\":\"x\"}}"
      #expect(
        try Kling.body(step) == [
          "req_key": "jimeng_ti2v_v30_pro", "task_id": "7392616336519610409", "req_json": .string(mark),
        ])
      #expect(step.state == state)
      let failure = Kling.failure {
        _ = try Jimeng.provider.cancel(
          TaskCall(task: task, state: state, connection: connection, nowMilliseconds: Jimeng.now))
      }
      #expect(failure?.kind == .unsupported)
    }
    var human = Jimeng.task(.queued)
    human.upstreamID = "1"
    let step = try Jimeng.provider.poll(
      TaskCall(
        task: human, state: ["req_key": "jimeng_realman_avatar_picture_omni_v15", "path": "/"],
        connection: Jimeng.official, nowMilliseconds: 0))
    #expect(try Kling.http(step).query.first("Action") == "CVGetResult")
  }

  @Test("Every key of the vendor's list of clips is another name of a model, and create comes back to it")
  func keys() throws {
    let manifest = try Jimeng.manifest()
    let aliases = manifest.models.flatMap { model in model.aliases.map { (model, $0) } }
    #expect(
      Set(aliases.map { $0.1.name }) == [
        "jimeng_ti2v_v30_pro", "jimeng_t2v_v30", "jimeng_t2v_v30_1080p", "jimeng_i2v_first_v30",
        "jimeng_i2v_first_v30_1080", "jimeng_i2v_first_tail_v30", "jimeng_i2v_first_tail_v30_1080",
        "jimeng_i2v_recamera_v30", "jimeng_vgfm_t2v_l20", "jimeng_vgfm_i2v_l20", "jimeng_dream_actor_m1_gen_video_cv",
        "jimeng_motion_imitation_v2", "jimeng_realman_avatar_picture_omni_v15",
      ])
    for (model, alias) in aliases {
      var request = VideoRequest(model: model.id, prompt: "p")
      for (name, value) in alias.sets { try request.setValue(value, of: name) }
      if alias.name.contains("i2v") { request.inputs.append(MediaInput(kind: .image, role: "first_frame", url: "u")) }
      if alias.name.contains("tail") { request.inputs.append(MediaInput(kind: .image, role: "last_frame", url: "u")) }
      if alias.name.contains("ti2v") { request.inputs = [] }
      #expect(try Jimeng.create(request).state?["req_key"]?.string == alias.name)
    }
  }

  @Test("A clip that imitates a video costs the seconds of that video; where no price is known, the quote says so")
  func prices() throws {
    let manifest = try Jimeng.manifest()
    let actor = try #require(manifest.models.first { $0.id == "jimeng-dream-actor-m1" })
    var request = VideoRequest(model: actor.id)
    #expect(try Jimeng.provider.quote(request, prices: actor.price).expected == nil)
    var video = MediaInput(kind: .video, role: "reference", url: "https://example.com/v.mp4")
    video.durationSeconds = 12.2
    request.inputs = [video]
    let quote = try Jimeng.provider.quote(request, prices: actor.price)
    #expect(quote.expected?.decimal == "6.5")
    #expect(quote.expected?.currency == "CNY")
    #expect(try Jimeng.provider.quote(VideoRequest(model: "jimeng-v3"), prices: nil).expected == nil)
  }
}
