// SPDX-License-Identifier: Apache-2.0

import Foundation
import Jobs
import Testing
import VideoDocuments

@Suite struct GatewayConfigurationTests {
  static func parse(_ section: String) throws -> GatewayConfiguration {
    try ConfigurationReaderTests.parse("gateway:\n  " + section.replacing("\n", with: "\n  ")).gateway
  }

  @Test func `Every key is read`() throws {
    let gateway = try Self.parse(
      """
      listen: "[::1]:0"
      public_url: https://video.example.com/api/
      create_wait: 1500ms
      max_body: 1GiB
      max_connections: 10
      spool_disk: 100GiB
      spool_memory: 64MiB
      drain: 1m30s
      archive: false
      archive_folder: clips
      retention: 30d
      link_lifetime: 24h
      private_webhooks: true
      callbacks: false
      log: {format: text, level: warning, file: ~/gate.log}
      """)
    var expected = GatewayConfiguration()
    expected.listen = "[::1]:0"
    expected.publicURL = "https://video.example.com/api"
    expected.createWaitMilliseconds = 1_500
    expected.maximumBodyBytes = 1 << 30
    expected.maximumConnections = 10
    expected.spoolDiskBytes = 100 << 30
    expected.spoolMemoryBytes = 64 << 20
    expected.drainMilliseconds = 90_000
    expected.isArchiving = false
    expected.archiveFolder = "/etc/filmgate/clips"
    expected.retentionMilliseconds = 30 * 86_400_000
    expected.linkLifetimeMilliseconds = 86_400_000
    expected.webhooksMayBePrivate = true
    expected.usesCallbacks = false
    expected.log.format = .text
    expected.log.level = .warning
    expected.log.file = "/home/a/gate.log"
    #expect(gateway == expected)
    #expect(try Self.parse("retention: forever") == GatewayConfiguration())
  }

  /// Text, then line:column and clause of the failure.
  static let broken: [(String, String)] = [
    ("listne: a:1", #"2:3: unknown key "listne"; did you mean listen?"#),
    (
      "listen: 8080",
      #"2:11: listen is "8080"; it must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080."#
    ),
    (
      "listen: \"::1:80\"",
      #"2:11: listen is "::1:80"; it must be an address and a port, such as 127.0.0.1:8080 or [::1]:8080."#
    ),
    ("public_url: video.example.com", #"2:15: public_url "video.example.com" is not a plain http or https address."#),
    ("create_wait: 10", #"2:16: create_wait is "10"; it must be a duration such as 30s, 90m or 24h."#),
    ("create_wait: 5x", #"2:16: create_wait is "5x"; it must be a duration such as 30s, 90m or 24h."#),
    ("create_wait: 2m", #"2:16: create_wait is "2m"; it can be 0s to 1m."#),
    (
      "drain: 99999999999999999999d",
      #"2:10: drain is "99999999999999999999d"; it must be a duration such as 30s, 90m or 24h."#
    ),
    ("max_body: 64MB", #"2:13: max_body is "64MB"; it must be a size such as 512KiB or 64MiB."#),
    ("max_body: 8GiB", #"2:13: max_body is "8GiB"; it can be 1KiB to 4GiB."#),
    ("max_connections: many", "2:20: max_connections must be a whole number."),
    ("max_connections: 0", "2:20: max_connections is 0; it can be 1 to 1000000."),
    ("archive: yes", "2:12: archive must be true or false."),
    ("retention: 1s", #"2:14: retention is "1s"; it can be 1m to 3650d."#),
    ("log: {levle: info}", #"2:9: unknown key "levle"; did you mean level?"#),
    ("log: json", "2:8: log must be a mapping (key: value)."),
    ("log: {level: loud}", #"2:16: log.level is "loud"; it can be debug, info, warning, error or off."#),
  ]

  @Test(arguments: broken.indices)
  func `A mistake is told with line and column, and with what would be right`(index: Int) throws {
    let (text, message) = Self.broken[index]
    let failure = #expect(throws: Failure.self) { try Self.parse(text) }
    #expect(failure?.message == "/etc/filmgate/config.yaml:\(message)")
  }

  @Test func `What is shown of a configuration reads as the same configuration`() throws {
    var configuration = GatewayConfiguration()
    configuration.publicURL = "https://a.example"
    configuration.archiveFolder = "/clips"
    configuration.retentionMilliseconds = 90_061_000
    configuration.drainMilliseconds = 0
    configuration.log.file = "/log"
    let lines = GatewayKey.all.compactMap { key in
      key.show(configuration).map {
        key.name.hasPrefix("log.") ? "  \(key.name.dropFirst(4)): \($0)" : "\(key.name): \($0)"
      }
    }
    let text = (lines.filter { !$0.hasPrefix(" ") } + ["log:"] + lines.filter { $0.hasPrefix(" ") })
      .joined(separator: "\n")
    #expect(try Self.parse(text) == configuration)
  }

  @Test func `The example file is right, and has every key`() throws {
    let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
      .deletingLastPathComponent().deletingLastPathComponent().appendingPathComponent("Host/System/filmgate.yaml")
    let text = try String(contentsOf: file, encoding: .utf8)
    let configuration = try ConfigurationReader.parse(Array(text.utf8), path: "filmgate.yaml")
    #expect(configuration.accounts.map { $0.name } == ["main", "second"])
    for key in GatewayKey.all {
      let name = key.name.split(separator: ".").last ?? ""
      #expect(text.contains("  \(name): "), "\(key.name)")
    }
  }
}
