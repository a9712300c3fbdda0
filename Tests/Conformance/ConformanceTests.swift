// SPDX-License-Identifier: Apache-2.0

import Foundation
import Loader
import OrderedJSON
import PluginHost
import Testing
import VideoDocuments

/// What every plugin must do, whoever wrote it: run over each plugin beside the tests, in its jailed worker, and over
/// the folders in `FILMGATE_CONFORMANCE_PLUGINS` besides.
@Suite struct ConformanceTests {
  private static let registry: PluginRegistry = {
    let executable = PluginHostSettings.ownExecutable() ?? ""
    let folder = URL(fileURLWithPath: executable).deletingLastPathComponent().path
    let more = (ProcessInfo.processInfo.environment["FILMGATE_CONFORMANCE_PLUGINS"] ?? "").split(separator: ":")
    var settings = PluginHostSettings(pluginFolders: [folder] + more.map(String.init))
    settings.cacheFile = nil
    settings.workerExecutable = "\(folder)/filmgate-worker"
    return PluginRegistry.discover(settings)
  }()

  static let plugins = registry.catalog.ready.map { $0.manifest.id }

  private func manifest(_ plugin: String) throws -> Manifest { try #require(Self.registry.manifest(of: plugin)) }

  private func call(
    _ operation: String, _ plugin: String, _ arguments: [String: PluginArgument]
  ) async throws -> PluginReply {
    try await Self.registry.call(operation, in: plugin, arguments)
  }

  /// The reply is a document of the operation, or a status with a Failure document.
  private func expectDocument<Document: JSONDocument>(_ reply: PluginReply, as type: Document.Type) throws {
    let json = try JSON(parsing: reply.output)
    if reply.status == .ok { _ = try Document(json) } else { _ = try Failure(json) }
  }

  @Test func thePluginsOfThisPackageAreThere() {
    #expect(Set(Self.plugins).isSuperset(of: ["seedance", "kling", "jimeng", "volc"]))
  }

  @Test(arguments: plugins) func everyOperationThatIsDeclaredIsBound(_ plugin: String) throws {
    let found = try #require(Self.registry.catalog[plugin])
    #expect(found.disabledOperations.compactMap { $0 } == [])
    let names = Set(try manifest(plugin).operations.map { $0.name })
    #expect(names.isSuperset(of: ["create", "poll", "resume"]))
  }

  @Test(arguments: plugins) func createAnswersAlikeWithAStepAndACompleteLedger(_ plugin: String) async throws {
    let manifest = try manifest(plugin)
    for profile in manifest.profiles {
      for model in manifest.models where model.profiles.isEmpty || model.profiles.contains(profile.id) {
        var request = VideoRequest(model: model.id, prompt: "a paper boat in the rain")
        request.durationSeconds = 5
        request.seed = 7
        request.options = ["an_option_that_nobody_knows": 1]
        request.externalID = "fg_conformance"
        let connection = Connection(profile: profile.id, baseURL: "https://example.com")
        let arguments: [String: PluginArgument] = [
          "request": .text(request.json.text), "connection": .text(connection.json.text), "now_ms": .integer(1),
        ]
        let reply = try await call("create", plugin, arguments)
        try expectDocument(reply, as: Step.self)
        #expect(try await call("create", plugin, arguments) == reply)
        guard reply.status == .ok else { continue }
        let step = try Step(JSON(parsing: reply.output))
        guard case .http(let http) = step.action else { continue }
        #expect(http.retry == .never, "\(model.id): a purchase is never repeated")
        let accounted = Set(step.ledger.map { $0.field })
        #expect(accounted.isSuperset(of: request.givenFields.map { $0.name }), "\(model.id) \(profile.id)")
      }
    }
  }

  @Test(arguments: plugins) func noAnswerOfAVendorMakesAPluginFall(_ plugin: String) async throws {
    let bodies = [
      "", "null", "[]", "{}", "<html>502</html>", "{\"data\":null}", "{\"data\":[]}", "{\"code\":0}", "{\"code\":1e99}",
      "{\"id\":18446744073709551616,\"status\":7}", "{\"data\":{\"task_id\":\"\",\"task_status\":\"\u{0}\"}}",
      "{\"error\":{\"code\":{},\"message\":[]}}", "\u{FEFF}{}", String(repeating: "[", count: 2_000),
      "{\"status\":\"succeeded\"}", "{\"usage\":{\"total_tokens\":-1},\"status\":\"succeeded\",\"id\":\"x\"}",
    ]
    for body in bodies {
      for status in [200, 204, 302, 400, 401, 404, 429, 500] {
        for operation in ["create", "poll", "cancel"] {
          let head = ResponseHead(operation: operation, status: status)
          let reply = try await call(
            "resume", plugin,
            [
              "state": .text("null"), "head": .text(head.json.text), "body": .bytes(Array(body.utf8)),
              "now_ms": .integer(1),
            ])
          try expectDocument(reply, as: Step.self)
        }
      }
    }
  }

  @Test(arguments: plugins) func aPluginLooksAtATaskWhoseStateItHasLost(_ plugin: String) async throws {
    let model = try #require(try manifest(plugin).models.first).id
    var task = VideoTask(id: "fg_1", request: VideoRequest(model: model), phase: .queued, createdAtMilliseconds: 0)
    task.upstreamID = "a/b ?c"
    for state in ["null", "{}", "[1]", "\"x\""] {
      let reply = try await call(
        "poll", plugin,
        [
          "task": .text(task.json.text), "state": .text(state),
          "connection": .text(Connection(profile: "official", baseURL: "https://e").json.text), "now_ms": .integer(1),
        ])
      try expectDocument(reply, as: Step.self)
    }
  }

  @Test(arguments: plugins) func encodeAnswersForEveryFailureOnEveryRoute(_ plugin: String) async throws {
    guard let dialect = try manifest(plugin).dialect else { return }
    for route in dialect.routes {
      for kind in FailureKind.allCases {
        let outcome = Outcome(
          .failure(Failure(kind, "Something went wrong.")), requestID: "r1", nowMilliseconds: 1_767_323_045_000)
        let reply = try await call("encode", plugin, ["route": .text(route.name), "outcome": .text(outcome.json.text)])
        #expect(reply.status == .ok, "\(route.name) \(kind)")
        let answer = try HTTPReply(JSON(parsing: reply.output))
        #expect((200..<600).contains(answer.status))
      }
    }
  }

  @Test(arguments: plugins) func decodeRefusesGarbageWithAFailure(_ plugin: String) async throws {
    guard let dialect = try manifest(plugin).dialect else { return }
    for route in dialect.routes {
      let head = RequestHead(method: route.method, path: route.path)
      for body in ["", "{", "[]", "{\"prompt\":{}}", "{\"model\":7,\"duration\":\"x\"}", "{\"content\":[[]]}"] {
        let reply = try await call(
          "decode", plugin,
          ["route": .text(route.name), "head": .text(head.json.text), "body": .bytes(Array(body.utf8))])
        try expectDocument(reply, as: Intent.self)
      }
    }
  }
}
