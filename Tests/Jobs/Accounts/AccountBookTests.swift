// SPDX-License-Identifier: Apache-2.0

import Foundation
import Jobs
import Network
import Testing
import VideoDocuments

@Suite struct AccountBookTests {
  static func book(
    _ environment: [String: String] = [:], config: String = "", keys: StoredKeys = StoredKeys()
  ) throws -> AccountBook {
    let configuration = try ConfigurationReader.parse(Array(config.utf8), path: "c.yaml")
    return try AccountBook(
      manifests: [Acme.manifest()], configuration: configuration, keys: keys, environment: environment)
  }

  @Test func `Without anything, every profile lacks its secrets and says which`() throws {
    let accounts = try Self.book().accounts
    #expect(accounts.map { $0.name } == ["acme/official", "acme/relay"])
    #expect(accounts[0].missing.map { $0.scheme } == ["jwt-hs256", "bearer"])
    #expect(
      accounts[0].missing[0].settings.map { $0.variables } == [
        ["FILMGATE_ACME_ACCESS_KEY", "ACME_ACCESS_KEY"], ["FILMGATE_ACME_SECRET_KEY", "ACME_SECRET_KEY"],
      ])
    #expect(accounts[1].missing[0].settings.map { $0.name } == ["api_key", "base_url"])
  }

  @Test func `The first scheme whose secrets are all there is used`() throws {
    let bearer = try Self.book(["ACME_API_KEY": "k", "ACME_ACCESS_KEY": "a"]).accounts[0]
    #expect(bearer.authentication.scheme == "bearer")
    #expect(bearer.missing.isEmpty)
    #expect(bearer.secrets["api_key"] == "k")
    let token = try Self.book(["ACME_API_KEY": "k", "ACME_ACCESS_KEY": "a", "FILMGATE_ACME_SECRET_KEY": "s"]).accounts[
      0]
    #expect(token.authentication.scheme == "jwt-hs256")
    #expect(token.secrets["secret_key"] == "s")
  }

  @Test func `Filmgate's own variable wins over the provider's, and both over the key file`() throws {
    let folder = try TemporaryFolder()
    let store = KeyStore(path: "\(folder.path)/keys.json")
    try store.set("from-file", owner: "acme", secret: "api_key")
    try store.set("for-relay", owner: "acme/relay", secret: "api_key")
    let keys = try store.load()
    let accounts = try Self.book(["FILMGATE_ACME_BASE_URL": "https://r.example"], keys: keys).accounts
    #expect(accounts[0].secrets["api_key"] == "from-file")
    #expect(accounts[0].baseURL == "https://r.example")
    #expect(accounts[1].secrets["api_key"] == "for-relay")
    #expect(accounts[1].missing.isEmpty)
    #expect(try Self.book(["ACME_API_KEY": "env"], keys: keys).accounts[0].secrets["api_key"] == "env")
    #expect(
      try Self.book(["ACME_API_KEY": "env", "FILMGATE_ACME_API_KEY": "own"], keys: keys).accounts[0].secrets["api_key"]
        == "own")
    // An empty variable is not a key.
    #expect(try Self.book(["ACME_API_KEY": ""], keys: keys).accounts[0].secrets["api_key"] == "from-file")
  }

  @Test func `A fingerprint tells one key from another under any name, and nothing of the key`() throws {
    func fingerprint(_ secret: String, name: String = "mine") throws -> String {
      let config = "accounts: [{name: \(name), plugin: acme, scheme: bearer, secrets: {api_key: {env: KEY}}}]"
      return try Self.book(["KEY": secret], config: config).accounts[0].fingerprint
    }
    let first = try fingerprint("secret-1")
    #expect(first.count == 12 && first.allSatisfy { $0.isHexDigit })
    #expect(try fingerprint("secret-1", name: "other") == first)
    #expect(try fingerprint("secret-2") != first)
    // Without a key there is nothing to tell.
    #expect(try Self.book().accounts[0].fingerprint.isEmpty)
  }

  @Test func `Limits and weight come from the configuration, and accounts nobody asked for take no share`() throws {
    let accounts = try Self.book(
      config: """
        accounts:
          - {plugin: acme, weight: 3, limits: {in_flight: 5, requests_per_second: 0.5}}
        """
    ).accounts
    #expect(accounts.map { $0.weight } == [3, 0])
    #expect(accounts[0].limits == AccountLimits(maximumInFlight: 5, maximumRequestsPerSecond: 0.5))
    #expect(accounts[1].limits == AccountLimits())
  }

  @Test func `A variable chooses the profile`() throws {
    let accounts = try Self.book([
      "FILMGATE_ACME_PROFILE": "relay", "FILMGATE_ACME_BASE_URL": "https://r.example", "ACME_RELAY_KEY": "k",
    ]).accounts
    #expect(accounts.map { $0.name } == ["acme/relay"])
    #expect(accounts[0].missing.isEmpty)
    let failure = #expect(throws: Failure.self) { try Self.book(["FILMGATE_ACME_PROFILE": "x"]) }
    #expect(failure?.message == "FILMGATE_ACME_PROFILE is \"x\", but plugin acme has official and relay.")
  }

  @Test func `Configured accounts come first and replace the profile's implicit one`() throws {
    let folder = try TemporaryFolder()
    let file = try folder.write("key", "from-file\nsecond line\n", mode: 0o444)
    let book = try Self.book(
      ["MY_KEY": "mine", "ACME_API_KEY": "k"],
      config: """
        accounts:
          - {name: one, plugin: acme, profile: relay, base_url: "https://r.example", secrets: {api_key: {env: MY_KEY}}}
          - {name: two, plugin: acme, profile: relay, base_url: "https://r.example", secrets: {api_key: {file: "\(file)"}}}
          - {name: three, plugin: acme, scheme: bearer, secrets: {api_key: {command: [echo, printed]}}, models: ["ep-*"]}
          - {name: four, plugin: amce}
        """)
    #expect(book.accounts.map { $0.name } == ["one", "two", "three"])
    #expect(book.accounts[0].secrets["api_key"] == "mine")
    #expect(book.accounts[1].secrets["api_key"] == "from-file")
    #expect(book.accounts[2].profile == "official")
    #expect(book.accounts[2].missing.isEmpty)
    #expect(try book.accounts[2].fetchingSecretsBlocking().secrets["api_key"] == "printed")
    #expect(
      book.warnings == ["c.yaml:5:5: account four needs plugin amce, which is not installed. Did you mean acme?"])
  }

  @Test func `Secrets that a command prints are fetched when they are needed`() async throws {
    let book = try Self.book(
      config: "accounts: [{plugin: acme, scheme: bearer, secrets: {api_key: {command: [printf, s3cret]}}}]")
    #expect(book.accounts[0].secrets["api_key"] == nil)
    let fetched = try await book.accounts[0].fetchingSecrets()
    #expect(fetched.secrets["api_key"] == "s3cret")
    #expect(fetched.secretCommands.isEmpty)
  }

  @Test func `A source that gives nothing is told`() throws {
    let account = try Self.book(
      config: "accounts: [{plugin: acme, scheme: bearer, secrets: {api_key: {env: NOT_SET}}}]"
    ).accounts[0]
    #expect(account.missing[0].settings[0].variables == ["NOT_SET"])
    #expect(account.missingNote == "The configuration takes api_key from NOT_SET, which is not set.")
    let file = try Self.book(
      config: "accounts: [{plugin: acme, scheme: bearer, secrets: {api_key: {file: /nonexistent/key}}}]"
    ).accounts[0]
    #expect(file.missingNote == "The file /nonexistent/key with a key does not exist.")
  }

  @Test(arguments: [
    (
      "accounts: [{plugin: acme, profile: nope}]",
      "c.yaml:1:12: plugin acme has no profile \"nope\"; it has official and relay."
    ),
    (
      "accounts: [{plugin: acme, profile: relay, scheme: query}]",
      "c.yaml:1:12: profile relay of plugin acme has no scheme query; it has bearer."
    ),
    (
      "accounts: [{plugin: acme, profile: relay, secrets: {api_kye: k}}]",
      "c.yaml:1:53: profile relay of plugin acme has no secret \"api_kye\"; did you mean api_key?"
    ),
  ])
  func `An account that can never work is an error`(config: String, message: String) {
    #expect(#expect(throws: Failure.self) { try Self.book(config: config) }?.message == message)
  }
}
