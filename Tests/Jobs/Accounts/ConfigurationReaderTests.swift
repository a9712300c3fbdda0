// SPDX-License-Identifier: Apache-2.0

import Jobs
import Network
import OrderedJSON
import Testing
import VideoDocuments

@Suite struct ConfigurationReaderTests {
  static func parse(_ text: String) throws -> Configuration {
    try ConfigurationReader.parse(Array(text.utf8), path: "/etc/filmgate/config.yaml", environment: ["HOME": "/home/a"])
  }

  @Test func `Everything that a configuration can say is read`() throws {
    let configuration = try Self.parse(
      """
      # comment
      default_model: acme-2
      output: "clips/{model}.mp4"
      plugins:
        paths: [/opt/plugins, ~/plugins, beside]
        isolation:
          acme: worker
          other: {mode: in-process, sha256: \(String(repeating: "Ab", count: 32))}
      accounts:
        - name: main
          plugin: acme
          profile: relay
          base_url: https://relay.example/v1
          scheme: bearer
          secrets:
            api_key: {env: MY_KEY}
            other: {file: secrets/key}
            third: {command: [pass, show, acme]}
            fourth: {value: "007"}
            fifth: plain
          models: [ep-*, acme-2]
          options:
            endpoints: {acme-2: ep-1}
            retries: 3
            fast: true
            word: "3"
            nothing: ~
        - plugin: acme
      """)
    #expect(configuration.defaultModel == "acme-2")
    #expect(configuration.output == "clips/{model}.mp4")
    #expect(configuration.pluginFolders == ["/opt/plugins", "/home/a/plugins", "/etc/filmgate/beside"])
    #expect(configuration.isolation["acme"] == .worker)
    #expect(configuration.isolation["other"] == .inProcess(sha256: String(repeating: "ab", count: 32)))
    let main = try #require(configuration.account(named: "main"))
    #expect(main.pluginID == "acme")
    #expect(main.profile == "relay")
    #expect(main.baseURL == "https://relay.example/v1")
    #expect(main.models == ["ep-*", "acme-2"])
    #expect(main.place == "/etc/filmgate/config.yaml:10:5")
    #expect(
      JSON.object(main.options).text
        == #"{"endpoints":{"acme-2":"ep-1"},"retries":3,"fast":true,"word":"3","nothing":null}"#)
    #expect(main.secrets.map { $0.name } == ["api_key", "other", "third", "fourth", "fifth"])
    if case .file(let path) = main.secrets[1].source {
      #expect(path == "/etc/filmgate/secrets/key")
    } else {
      Issue.record("not a file")
    }
    if case .value(let secrets) = main.secrets[3].source { #expect(secrets["value"] == "007") }
    #expect(configuration.accounts[1].name == "acme")
    #expect(!"\(configuration)".contains("007"))
  }

  @Test(arguments: ["", "# only a comment\n", "---\n", "~"])
  func `An empty file is an empty configuration`(text: String) throws {
    #expect(try Self.parse(text).accounts.isEmpty)
  }

  /// Text, then line:column and clause of the failure.
  static let broken: [(String, String)] = [
    ("acounts: []", "1:1: unknown key \"acounts\"; did you mean accounts?"),
    (
      "xyz: 1",
      "1:1: unknown key \"xyz\"; the keys of the configuration are default_model, output, plugins, accounts and gateway."
    ),
    ("output: a\noutput: b", "2:1: the key \"output\" is given twice, first in line 1."),
    ("default_model: [a]", "1:16: default_model must be a text."),
    ("- a", "1:1: the configuration must be a mapping (key: value)."),
    ("accounts:\n  - name: x", "2:5: an account needs plugin."),
    ("accounts: {a: b}", "1:11: accounts must be a list."),
    (
      "accounts:\n  - {plugin: a, weight: 1.5}",
      "2:25: weight must be a whole number from 0 to 1000."
    ),
    (
      "accounts:\n  - {plugin: a, limits: {in_flight: 0}}",
      "2:37: in_flight must be a whole number from 1 to 1000000."
    ),
    (
      "accounts:\n  - plugin: a\n    limits: {requests_per_second: fast}",
      "3:35: requests_per_second must be a number from 0.001 to 1000000."
    ),
    (
      "accounts:\n  - plugin: a\n    limits: {rps: 1}",
      "3:14: unknown key \"rps\"; the keys of limits are in_flight and requests_per_second."
    ),
    ("accounts:\n  - plugin: a\n  - plugin: a", "3:5: the account \"a\" is given twice."),
    ("accounts:\n  - plugin: a\n    base_url: ftp://x", "3:15: base_url \"ftp://x\" is not an http or https address."),
    (
      "accounts:\n  - plugin: a\n    scheme: basic",
      "3:13: scheme is \"basic\"; it can be none, bearer, header, query, jwt-hs256 or hmac-v4."
    ),
    (
      "accounts:\n  - plugin: a\n    secrets: {k: {env: A, file: B}}",
      "3:18: k needs exactly one of env, file, command and value."
    ),
    ("accounts:\n  - plugin: a\n    secrets: {k: {envi: A}}", "3:19: unknown key \"envi\"; did you mean env?"),
    (
      "accounts:\n  - plugin: a\n    secrets: {k: {command: []}}",
      "3:28: command is a list of a program and its arguments."
    ),
    (
      "plugins: {isolation: {a: off}}",
      "1:26: isolation is worker, or {mode: in-process, sha256: HASH} with the file's hash."
    ),
    ("plugins: {isolation: {a: {mode: in-process, sha256: ab}}}", "1:53: sha256 is 64 hexadecimal digits."),
    ("output: &a x", "1:9: anchors (&name) are not accepted."),
    ("output: *a", "1:9: aliases (*name) are not accepted."),
    ("output: !!str x", "1:9: tags (!name) are not accepted."),
    ("a: b\n---\nc: d", "2:1: a second document begins."),
    ("output: [a", "2:1: did not find expected ',' or ']'."),
    ("output: a\n\tb: c", "2:1: found a tab character that violates indentation."),
    ("? [a]\n: b", "1:3: a key must be a simple text."),
  ]

  @Test(arguments: broken.indices)
  func `A mistake is told with file, line and column`(index: Int) throws {
    let (text, message) = Self.broken[index]
    let failure = #expect(throws: Failure.self) { try Self.parse(text) }
    #expect(failure?.message == "/etc/filmgate/config.yaml:\(message)")
    #expect(failure?.field == "config")
    #expect(failure?.kind == .invalid)
  }

  @Test func `Depth and bad encodings are refused`() throws {
    let deep = "output: " + String(repeating: "[", count: 70) + String(repeating: "]", count: 70)
    #expect(
      #expect(throws: Failure.self) { try Self.parse(deep) }?.message.contains("nested deeper than 64 levels") == true)
    let failure = #expect(throws: Failure.self) {
      try ConfigurationReader.parse(Array("output: ".utf8) + [0xFF, 0xFE, 0x41], path: "c.yaml")
    }
    #expect(failure?.kind == .invalid)
  }

  @Test func `A file with a key in it must be its owner's alone`() throws {
    let folder = try TemporaryFolder()
    let text = "accounts:\n  - plugin: acme\n    secrets: {api_key: canary}\n"
    try folder.write("config.yaml", text, mode: 0o644)
    let environment = ["FILMGATE_CONFIG": "\(folder.path)/config.yaml", "HOME": folder.path]
    let paths = try ConfigurationPaths(environment: environment)
    let failure = #expect(throws: Failure.self) { try ConfigurationReader.load(paths, environment: environment) }
    #expect(failure?.kind == .authentication)
    #expect(failure?.message.contains("canary") == false)
    try folder.setMode(0o600, of: "config.yaml")
    #expect(try ConfigurationReader.load(paths, environment: environment).accounts.count == 1)
  }

  @Test func `A configuration may be absent unless it was named`() throws {
    let folder = try TemporaryFolder()
    let paths = try ConfigurationPaths(environment: ["XDG_CONFIG_HOME": folder.path])
    #expect(paths.keyFile == "\(folder.path)/filmgate/keys.json")
    #expect(paths.configurationFile == "\(folder.path)/filmgate/config.yaml")
    #expect(try ConfigurationReader.load(paths, environment: [:]).accounts.isEmpty)
    let named = try ConfigurationPaths(environment: ["HOME": "/h", "FILMGATE_CONFIG": "\(folder.path)/x.yaml"])
    #expect(named.folder == "/h/.config/filmgate")
    #expect(throws: Failure.self) { try ConfigurationReader.load(named, environment: [:]) }
    #expect(throws: Failure.self) { try ConfigurationPaths(environment: ["XDG_CONFIG_HOME": "relative"]) }
  }
}
