// SPDX-License-Identifier: Apache-2.0

import Foundation
import KlingProvider
import OrderedJSON
import ProviderKit
import Testing
import VideoDocuments

/// What the Kling tests share: fixtures, and the calls of the provider in short.
enum Kling {
  static let provider = KlingProvider()
  static let now: Int64 = 1_767_323_045_000

  static func manifest() throws -> Manifest { try Manifest(JSON(parsing: KlingProvider.manifest)) }

  /// A file of `Plugins/Kling/Fixtures`.
  static func fixtures(_ name: String) throws -> [JSON] {
    let folder = URL(filePath: #filePath).deletingLastPathComponent()
      .appending(path: "../../Plugins/Kling/Fixtures/\(name)")
    let json = try JSON(parsing: [UInt8](Data(contentsOf: folder)))
    return try #require(json.array)
  }

  static func official() -> Connection {
    Connection(profile: "official", baseURL: "https://api-singapore.klingai.com")
  }

  static func relay(_ routes: String? = nil) -> Connection {
    var connection = Connection(profile: "relay", baseURL: "https://relay.example")
    if let routes { connection.options["routes"] = .string(routes) }
    return connection
  }

  static func create(_ request: VideoRequest, _ connection: Connection = official()) throws -> Step {
    try provider.create(CreateCall(request: request, connection: connection, nowMilliseconds: now))
  }

  /// The JSON body of a step, an asset standing as `<encoding:name>`.
  static func body(_ step: Step) throws -> JSON {
    guard case .http(let http) = step.action, case .segments(let segments, _)? = http.body else { return .null }
    var text = ""
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .asset(let name, let encoding): text += "<\(encoding.rawValue):\(name)>"
      }
    }
    return try JSON(parsing: text)
  }

  static func http(_ step: Step) throws -> HTTPStep {
    guard case .http(let http) = step.action else { throw Failure(.internal, "not an http step") }
    return http
  }

  static func resume(_ operation: String, state: JSON, status: Int = 200, _ body: String) throws -> TaskUpdate {
    let answer = Answer(
      state: state, head: ResponseHead(operation: operation, status: status), body: Array(body.utf8),
      nowMilliseconds: now)
    let step = try provider.resume(answer)
    #expect(step.state == state)
    guard case .update(let update) = step.action else { throw Failure(.internal, "not an update") }
    return update
  }

  static func failure(_ work: () throws -> Void) -> Failure? {
    do {
      try work()
      return nil
    } catch {
      return error as? Failure
    }
  }

  static func task(_ request: VideoRequest, _ phase: TaskPhase) -> VideoTask {
    VideoTask(id: "fg_task_1", request: request, phase: phase, createdAtMilliseconds: now)
  }
}
