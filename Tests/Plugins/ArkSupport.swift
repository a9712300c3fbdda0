// SPDX-License-Identifier: Apache-2.0

import Foundation
import OrderedJSON
import ProviderKit
import SeedanceProvider
import Testing
import VideoDocuments
import VolcProvider

/// What the tests of the two plugins that speak the Ark API share.
enum ArkTests {
  static let now: Int64 = 1_767_323_045_000
  static let seedance = SeedanceProvider()
  static let volc = VolcProvider()
  static let official = Connection(profile: "official", baseURL: "https://ark.cn-beijing.volces.com/api/v3")

  static func manifest(_ bytes: [UInt8]) throws -> Manifest { try Manifest(JSON(parsing: bytes)) }

  static func file(_ path: String) throws -> [UInt8] {
    let root = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "../..")
    return [UInt8](try Data(contentsOf: root.appending(path: path)))
  }

  static func fixtures(_ path: String) throws -> [JSON] {
    try #require(try JSON(parsing: try file("Plugins/\(path)")).array)
  }

  static func model(_ id: String) throws -> ModelFacts {
    try #require(try manifest(SeedanceProvider.manifest).models.first { $0.id == id })
  }

  static func http(_ step: Step) throws -> HTTPStep {
    guard case .http(let http) = step.action else { throw Failure(.internal, "not an http step") }
    return http
  }

  static func update(_ step: Step) throws -> TaskUpdate {
    guard case .update(let update) = step.action else { throw Failure(.internal, "not an update") }
    return update
  }

  /// The JSON body of a step, an asset standing as `<encoding:name>`.
  static func body(_ http: HTTPStep) throws -> JSON {
    guard case .segments(let segments, "application/json")? = http.body else { return .null }
    var text = ""
    for segment in segments {
      switch segment {
      case .text(let part): text += part
      case .asset(let name, let encoding): text += "<\(encoding.rawValue):\(name)>"
      }
    }
    return try JSON(parsing: text)
  }

  static func answer(
    _ operation: String, state: JSON, status: Int = 200, headers: [NameValuePair] = [], step: Int = 1, _ body: String
  ) -> Answer {
    Answer(
      state: state, head: ResponseHead(operation: operation, step: step, status: status, headers: headers),
      body: Array(body.utf8), nowMilliseconds: now)
  }

  /// Reads a request as a client of the vendor's would send it.
  static func decode(
    _ route: String, _ body: String = "", parameters: [NameValuePair] = [], query: [NameValuePair] = []
  ) throws -> Intent {
    try volc.decode(
      DecodeCall(
        route: route,
        head: RequestHead(
          method: "POST", path: "/api/v3/contents/generations/tasks", parameters: parameters, query: query),
        body: Array(body.utf8)))
  }

  static func created(_ body: String) throws -> VideoRequest {
    guard case .create(let request, _) = try decode("create", body) else {
      throw Failure(.internal, "not a request to create")
    }
    return request
  }

  static func encode(_ result: Outcome.Result, route: String = "get") throws -> HTTPReply {
    try volc.encode(Outcome(result, requestID: "req-1", nowMilliseconds: now), route: route)
  }
}
