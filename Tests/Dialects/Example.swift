// SPDX-License-Identifier: Apache-2.0

import Dialects
import Foundation
import OrderedJSON
import Testing
import VideoDocuments

/// Request bodies that providers and resellers publish, and the manifests of the plugins.
enum Example {
  private static let root = URL(fileURLWithPath: #filePath)
    .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

  static func bytes(_ path: String) throws -> [UInt8] { Array(try Data(contentsOf: root.appendingPathComponent(path))) }

  static func request(_ name: String) throws -> JSON { try JSON(parsing: try bytes("Tests/Requests/\(name).json")) }

  static func manifest(_ plugin: String) throws -> Manifest {
    try Manifest(try JSON(parsing: try bytes("Plugins/\(plugin)/manifest.json")))
  }

  /// A manifest with nothing but a dialect and one model.
  static func manifest(id: String, model: String, dialect: JSON) throws -> Manifest {
    try Manifest([
      "manifest": 1, "id": .string(id), "version": "1.0.0", "profiles": [["id": "official"]],
      "models": [["id": .string(model), "fields": ["prompt": ["type": "text"]]]], "dialect": dialect,
    ])
  }
}
