// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import Foundation
import Network
import OrderedJSON
import PluginHost
import Sandbox
import Testing
import VideoDocuments

/// One clip to buy through one plugin and profile.
struct Purchase: Sendable, CustomStringConvertible {
  var plugin: String
  var profile: String
  var model: String
  var set: JSONObject
  var width: Int
  var height: Int
  var seconds: Double
  var hasAudio = false
  /// What the operator set for the account.
  var options: JSONObject = [:]
  /// Pictures given as files, by role.
  var pictures: [String] = []
  var description: String { "\(plugin) \(profile) \(model)" }

  var request: VideoRequest {
    get throws {
      var object = set
      object["model"] = .string(model)
      if object["prompt"] == nil { object["prompt"] = "a cat walks over a bridge" }
      var request = try VideoRequest(.object(object))
      for (index, role) in pictures.enumerated() {
        var input = MediaInput(kind: .image, role: role, asset: "a\(index)")
        (input.mediaType, input.widthPixels, input.heightPixels) = ("image/png", 640, 640)
        input.byteCount = 2_000
        request.inputs.append(input)
      }
      return request
    }
  }
}

/// The plugins of this build, driven end to end through their jailed workers.
@LoopActor func withPlugins(
  delayMilliseconds: Int64 = 100, _ test: @LoopActor (PluginRegistry, SandboxAddress) async throws -> Void
) async throws {
  let registry = BuiltProducts.registry()
  let manifests = registry.catalog.ready.map { $0.manifest }
  let sandbox = Sandbox()
  var options = SandboxOptions()
  options.delayMilliseconds = delayMilliseconds
  let address = try await sandbox.start(plugins: manifests, calling: RegistryPlugins(registry), options: options)
  #expect(address.skipped.isEmpty, "\(address.skipped)")
  do {
    try await test(registry, address)
  } catch {
    await sandbox.stop()
    await registry.stop()
    throw error
  }
  await sandbox.stop()
  await registry.stop()
}

@Suite(.serialized, .timeLimit(.minutes(10))) struct RealPluginTests {
  /// Every route that the plugins of this build know, with a clip of the size that the vendor's tables give.
  static let purchases = [
    Purchase(
      plugin: "seedance", profile: "official", model: "doubao-seedance-2-0-260128",
      set: ["duration_seconds": 5, "aspect_ratio": "4:3", "resolution": "480p", "audio": true], width: 752, height: 560,
      seconds: 5, hasAudio: true),
    Purchase(
      plugin: "seedance", profile: "byteplus", model: "doubao-seedance-1-0-pro-250528",
      set: ["duration_seconds": 2, "aspect_ratio": "9:16", "resolution": "480p"], width: 480, height: 864, seconds: 2),
    Purchase(
      plugin: "seedance", profile: "relay", model: "doubao-seedance-2-0-260128",
      set: ["duration_seconds": 4, "aspect_ratio": "4:3", "resolution": "480p", "audio": true], width: 752, height: 560,
      seconds: 4, hasAudio: true),
    Purchase(
      plugin: "seedance", profile: "official", model: "doubao-seedance-2-0-260128",
      set: ["duration_seconds": 4, "resolution": "480p", "audio": false], width: 640, height: 640, seconds: 4,
      pictures: ["first_frame", "last_frame"]),
    Purchase(
      plugin: "seedance", profile: "relay", model: "doubao-seedance-2-0-260128",
      set: ["duration_seconds": 4, "aspect_ratio": "16:9", "resolution": "480p", "audio": false], width: 864,
      height: 496, seconds: 4, pictures: ["reference", "reference"]),
    Purchase(
      plugin: "volc", profile: "official", model: "volc-doubao-seedance-1-0-pro-250528",
      set: ["duration_seconds": 3, "aspect_ratio": "1:1", "resolution": "480p"], width: 640, height: 640, seconds: 3),
    Purchase(
      plugin: "volc", profile: "relay", model: "volc-doubao-seedance-2-0-260128",
      set: ["duration_seconds": 4, "aspect_ratio": "4:3", "resolution": "480p", "audio": true], width: 752, height: 560,
      seconds: 4, hasAudio: true),
    Purchase(
      plugin: "volc", profile: "official", model: "ep-20260101-abcde",
      set: ["duration_seconds": 4, "aspect_ratio": "16:9", "resolution": "480p", "audio": false], width: 852,
      height: 480, seconds: 4),
    Purchase(
      plugin: "kling", profile: "official", model: "kling-v3",
      set: ["duration_seconds": 3, "aspect_ratio": "9:16", "audio": true], width: 720, height: 1_280, seconds: 3,
      hasAudio: true),
    Purchase(
      plugin: "kling", profile: "official", model: "kling-v2-6", set: ["duration_seconds": 5], width: 960, height: 960,
      seconds: 5, pictures: ["first_frame"]),
    Purchase(
      plugin: "kling", profile: "official", model: "kling-v3", set: ["duration_seconds": 3], width: 960, height: 960,
      seconds: 3, pictures: ["first_frame", "last_frame"]),
    Purchase(
      plugin: "kling", profile: "official", model: "kling-v3-omni",
      set: ["duration_seconds": 3, "aspect_ratio": "16:9"], width: 1_920, height: 1_080, seconds: 3,
      pictures: ["reference", "reference"]),
    Purchase(
      plugin: "kling", profile: "relay", model: "kling-v3", set: ["duration_seconds": 3, "aspect_ratio": "1:1"],
      width: 960, height: 960, seconds: 3),
    Purchase(
      plugin: "kling", profile: "relay", model: "kling-v3",
      set: ["shots": [["prompt": "one"], ["prompt": "two"]], "duration_seconds": 4], width: 1_280, height: 720,
      seconds: 4),
    Purchase(
      plugin: "kling", profile: "relay", model: "kling-v3",
      set: ["shots": [["prompt": "one"], ["prompt": "two"]], "duration_seconds": 6, "audio": true], width: 1_280,
      height: 720, seconds: 6, hasAudio: true, options: ["routes": "unified"]),
    Purchase(
      plugin: "kling", profile: "relay", model: "kling-v3", set: ["duration_seconds": 3, "resolution": "1080p"],
      width: 1_440, height: 1_440, seconds: 3, options: ["routes": "unified"], pictures: ["first_frame", "last_frame"]),
    Purchase(
      plugin: "jimeng", profile: "official", model: "jimeng-v3",
      set: ["duration_seconds": 5, "aspect_ratio": "4:3", "resolution": "720p"], width: 1_120, height: 832,
      seconds: 5),
    Purchase(
      plugin: "jimeng", profile: "official", model: "jimeng-v3-pro", set: ["frames": 121, "aspect_ratio": "16:9"],
      width: 1_920, height: 1_088, seconds: 5),
    Purchase(
      plugin: "jimeng", profile: "official", model: "jimeng-v3", set: ["frames": 121, "resolution": "720p"],
      width: 960, height: 960, seconds: 5, pictures: ["first_frame", "last_frame"]),
    Purchase(
      plugin: "jimeng", profile: "relay", model: "jimeng-v2", set: ["duration_seconds": 5, "aspect_ratio": "16:9"],
      width: 1_248, height: 704, seconds: 5),
  ]

  @Test(arguments: purchases) @LoopActor
  func aClipIsBoughtThroughTheJailedPluginAndHasTheRightShape(_ purchase: Purchase) async throws {
    try await withPlugins { registry, address in
      var driver = try PluginDriver(registry, address, purchase.plugin, purchase.profile)
      driver.options = purchase.options
      let picture = purchase.pictures.isEmpty ? [] : try Pictures.png(width: 640, height: 640)
      var assets: [String: [UInt8]] = [:]
      for index in purchase.pictures.indices { assets["a\(index)"] = picture }
      let task: VideoTask
      do {
        task = try await driver.make(try purchase.request, assets: assets)
      } catch {
        Issue.record("\(error)\n\(driver.log.joined(separator: "\n"))")
        return
      }
      guard task.phase == .succeeded else {
        Issue.record("\(task.json)\n\(driver.log.joined(separator: "\n"))")
        return
      }
      let probe = try Probe(try await driver.download(task))
      #expect(probe.width == purchase.width && probe.height == purchase.height, "\(probe)")
      #expect(abs(probe.seconds - purchase.seconds) < 0.2, "\(probe)")
      #expect(probe.hasAudio == purchase.hasAudio)
    }
  }

  static let simple = [
    Purchase(
      plugin: "seedance", profile: "official", model: "doubao-seedance-1-0-pro-250528",
      set: ["duration_seconds": 2, "resolution": "480p"], width: 0, height: 0, seconds: 2),
    Purchase(
      plugin: "seedance", profile: "relay", model: "doubao-seedance-1-0-pro-250528",
      set: ["duration_seconds": 2, "resolution": "480p"], width: 0, height: 0, seconds: 2),
    Purchase(
      plugin: "volc", profile: "official", model: "volc-doubao-seedance-1-0-pro-250528",
      set: ["duration_seconds": 2, "resolution": "480p"], width: 0, height: 0, seconds: 2),
    Purchase(
      plugin: "kling", profile: "official", model: "kling-v3", set: ["duration_seconds": 3], width: 0, height: 0,
      seconds: 3),
    Purchase(
      plugin: "jimeng", profile: "official", model: "jimeng-v3", set: ["duration_seconds": 5], width: 0, height: 0,
      seconds: 5),
  ]

  @Test(arguments: simple) @LoopActor
  func theFaultsOfTheVendorArriveAsWhatTheyAre(_ purchase: Purchase) async throws {
    try await withPlugins { registry, address in
      var driver = try PluginDriver(registry, address, purchase.plugin, purchase.profile)
      let expected: [(word: String, kinds: Set<FailureKind>)] = [
        ("refuse", [.refusedPrompt, .refusedInput]), ("429", [.rateLimited]), ("500", [.upstream, .internal]),
        ("fail", [.upstream, .internal, .invalid]), ("refuse-output", [.refusedOutput]),
      ]
      for (word, kinds) in expected {
        var request = try purchase.request
        request.prompt = "a cat sandbox:\(word)"
        var failure: Failure?
        driver.log = []
        do {
          let task = try await driver.make(request)
          #expect(task.phase == .failed, "\(word): \(task.phase)")
          failure = task.failure
        } catch let thrown as Failure {
          failure = thrown
        }
        let kind = failure?.kind
        #expect(
          kind.map(kinds.contains) == true,
          "\(word): \(String(describing: failure))\n\(driver.log.joined(separator: "\n"))")
      }
    }
  }

  @Test(arguments: simple.filter { ["seedance", "volc"].contains($0.plugin) && $0.profile == "official" }) @LoopActor
  func whatWaitsIsCancelledAndWhatRunsIsNot(_ purchase: Purchase) async throws {
    // It waits for longer than any machine takes to ask.
    try await withPlugins(delayMilliseconds: 600_000) { registry, address in
      var driver = try PluginDriver(registry, address, purchase.plugin, purchase.profile)
      var request = try purchase.request
      request.prompt = "sandbox:stuck"
      var (waiting, waitingState) = try await driver.create(request)
      try await driver.cancel(&waiting, &waitingState)
      try await driver.look(&waiting, &waitingState)
      #expect(waiting.phase == .cancelled, "\(driver.log.joined(separator: "\n"))")
    }
    try await withPlugins(delayMilliseconds: 200) { registry, address in
      var driver = try PluginDriver(registry, address, purchase.plugin, purchase.profile)
      var request = try purchase.request
      request.prompt = "sandbox:stuck"
      var (running, runningState) = try await driver.create(request)
      for _ in 0..<3_000 where running.phase != .running {
        try await Task.sleep(nanoseconds: 100_000_000)
        try await driver.look(&running, &runningState)
      }
      driver.log = []
      do {
        try await driver.cancel(&running, &runningState)
        try await driver.look(&running, &runningState)
        #expect(running.phase == .running, "\(running.phase)\n\(driver.log.joined(separator: "\n"))")
      } catch let failure as Failure {
        #expect([.invalid, .unsupported].contains(failure.kind), "\(failure)\n\(driver.log.joined(separator: "\n"))")
      }
    }
  }

  @Test(arguments: simple) @LoopActor
  func aWrongKeyIsToldAsOne(_ purchase: Purchase) async throws {
    try await withPlugins { registry, address in
      var wrong = address
      for index in wrong.endpoints.indices {
        var values: [String: String] = [:]
        for name in wrong.endpoints[index].secrets.names { values[name] = "not-the-secret-of-\(name)" }
        wrong.endpoints[index].secrets = Secrets(values)
      }
      var driver = try PluginDriver(registry, wrong, purchase.plugin, purchase.profile)
      do {
        _ = try await driver.create(try purchase.request)
        Issue.record("a wrong key was accepted")
      } catch let failure as Failure {
        #expect(failure.kind == .authentication, "\(failure)\n\(driver.log.joined(separator: "\n"))")
      }
    }
  }
}
