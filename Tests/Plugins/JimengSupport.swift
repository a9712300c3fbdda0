// SPDX-License-Identifier: Apache-2.0

import Foundation
import JimengProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

/// What the Jimeng tests share: fixtures, and the calls of the provider in short.
enum Jimeng {
  static let provider = JimengProvider()
  static let now: Int64 = 1_767_323_045_000
  static let official = Connection(profile: "official", baseURL: "https://visual.volcengineapi.com")

  static func manifest() throws -> Manifest { try Manifest(JSON(parsing: JimengProvider.manifest)) }

  /// A file of `Plugins/Jimeng/Fixtures`.
  static func fixtures(_ name: String) throws -> [JSON] {
    let file = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Plugins/Jimeng/Fixtures/\(name)")
    let json = try JSON(parsing: [UInt8](Data(contentsOf: file)))
    return try #require(json.array)
  }

  static func create(_ request: VideoRequest, _ connection: Connection = official) throws -> Step {
    try provider.create(CreateCall(request: request, connection: connection, nowMilliseconds: now))
  }

  static func state(ageMilliseconds: Int64 = 0) -> JSON {
    [
      "req_key": "jimeng_t2v_v30", "path": "/",
      "submitted_at_ms": .number(JSONNumber(now - ageMilliseconds)),
    ]
  }

  static func resume(_ operation: String, state: JSON = state(), status: Int = 200, _ body: String) throws -> TaskUpdate
  {
    let answer = Answer(
      state: state, head: ResponseHead(operation: operation, status: status), body: Array(body.utf8),
      nowMilliseconds: now)
    let step = try provider.resume(answer)
    #expect(step.state == state)
    guard case .update(let update) = step.action else { throw Failure(.internal, "not an update") }
    return update
  }

  static func task(_ phase: TaskPhase) -> VideoTask {
    VideoTask(
      id: "fg_task_1", request: VideoRequest(model: "jimeng-v3", prompt: "p"), phase: phase, createdAtMilliseconds: now)
  }
}
