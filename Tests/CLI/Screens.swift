// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Whole screens as files under `Tests/Screens`, so that a change of a word is a change in the diff.
/// `FILMGATE_UPDATE_SCREENS=1` writes them anew.
enum Screens {
  static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
    .appendingPathComponent("Screens")

  static func expect(_ text: String, _ name: String, sourceLocation: SourceLocation = #_sourceLocation) throws {
    let file = folder.appendingPathComponent(name)
    let actual = text.hasSuffix("\n") ? text : text + "\n"
    if ProcessInfo.processInfo.environment["FILMGATE_UPDATE_SCREENS"] == "1" {
      try FileManager.default.createDirectory(
        at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
      try actual.write(to: file, atomically: true, encoding: .utf8)
      return
    }
    let expected = try String(contentsOf: file, encoding: .utf8)
    #expect(actual == expected, "\(name) differs", sourceLocation: sourceLocation)
  }
}
