// SPDX-License-Identifier: Apache-2.0

import Foundation
import Jobs
import Network
import Testing
import VideoDocuments

@Suite struct KeyStoreTests {
  @Test func `Keys are stored for their owner alone and read back`() throws {
    let folder = try TemporaryFolder()
    let store = KeyStore(path: "\(folder.path)/new/deeper/keys.json")
    #expect(try store.load().listed.isEmpty)
    try store.set("sk-canary-0123456789abcdef\n", owner: "acme", secret: "api_key")
    try store.set("short", owner: "acme/relay", secret: "api_key")
    #expect(try folder.mode(of: "new/deeper/keys.json") == 0o600)
    #expect(try folder.mode(of: "new") == 0o700)
    #expect(try folder.mode(of: "new/deeper") == 0o700)
    let keys = try store.load()
    #expect(keys.secrets(of: "acme")["api_key"] == "sk-canary-0123456789abcdef")
    #expect(
      keys.listed.map { "\($0.owner) \($0.secret) \($0.masked)" } == [
        "acme api_key ***cdef", "acme/relay api_key ***",
      ])
    #expect(!"\(keys)\(String(reflecting: keys))".contains("canary"))
  }

  @Test func `Keys are replaced and removed, and nothing is left behind`() throws {
    let folder = try TemporaryFolder()
    let store = KeyStore(path: "\(folder.path)/keys.json")
    try store.set("one", owner: "acme", secret: "access_key")
    try store.set("two", owner: "acme", secret: "secret_key")
    try store.set("three", owner: "acme", secret: "access_key")
    #expect(try store.load().secrets(of: "acme")["access_key"] == "three")
    #expect(try store.remove(owner: "acme", secret: "access_key") == 1)
    #expect(try store.remove(owner: "acme", secret: "access_key") == 0)
    #expect(try store.load().secrets(of: "acme").names == ["secret_key"])
    #expect(try store.remove(owner: "acme") == 1)
    #expect(try store.load().listed.isEmpty)
    #expect(try folder.names() == ["keys.json"])
  }

  @Test(arguments: [0o644, 0o640, 0o604, 0o660])
  func `A key file that others may read is refused with the cure`(mode: Int) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("keys.json", #"{"keys": {}}"#, mode: mode)
    let failure = #expect(throws: Failure.self) { try KeyStore(path: path).load() }
    #expect(failure?.kind == .authentication)
    #expect(failure?.advice?.hasPrefix("Run `chmod 600 \(path)`") == true)
    #expect(throws: Failure.self) { try KeyStore(path: path).set("x", owner: "a", secret: "b") }
  }

  @Test func `A folder that others may change is refused`() throws {
    let folder = try TemporaryFolder()
    try folder.write("keys.json", #"{"keys": {}}"#)
    try FileManager.default.setAttributes([.posixPermissions: 0o777], ofItemAtPath: folder.path)
    let failure = #expect(throws: Failure.self) { try KeyStore(path: "\(folder.path)/keys.json").load() }
    #expect(failure?.advice == "Run `chmod 700 \(folder.path)`.")
  }

  @Test(arguments: [
    "", "not json", "[]", #"{"keys": []}"#, #"{"keys": {"a": {"b": 1}}}"#, #"{"keys": {"a": "canary"}}"#,
  ])
  func `A damaged key file is refused without quoting it`(text: String) throws {
    let folder = try TemporaryFolder()
    let path = try folder.write("keys.json", text)
    let failure = #expect(throws: Failure.self) { try KeyStore(path: path).load() }
    #expect(failure?.message.contains("is damaged") == true)
    #expect(failure?.message.contains("canary") == false)
  }

  @Test(arguments: ["", "  \n", "two\nlines", "bell\u{7}", String(repeating: "x", count: 20_000)])
  func `What is no key is not stored`(value: String) throws {
    let folder = try TemporaryFolder()
    let store = KeyStore(path: "\(folder.path)/keys.json")
    #expect(throws: Failure.self) { try store.set(value, owner: "acme", secret: "api_key") }
    #expect(try folder.names().isEmpty)
  }

  @Test func `Names are letters, digits and a few signs`() throws {
    let folder = try TemporaryFolder()
    let store = KeyStore(path: "\(folder.path)/keys.json")
    for name in ["", "a b", "a\"b", "ä", String(repeating: "a", count: 65)] {
      #expect(throws: Failure.self) { try store.set("x", owner: name, secret: "api_key") }
      #expect(throws: Failure.self) { try store.set("x", owner: "acme", secret: name) }
    }
  }

  @Test func `Many writers at once lose nothing`() async throws {
    let folder = try TemporaryFolder()
    let store = KeyStore(path: "\(folder.path)/keys.json")
    try await withThrowingTaskGroup(of: Void.self) { group in
      for index in 0..<8 {
        group.addTask { for round in 0..<5 { try store.set("v", owner: "p\(index)", secret: "s\(round)") } }
      }
      try await group.waitForAll()
    }
    #expect(try store.load().listed.count == 40)
  }

  @Test func `A linked key file stays linked`() throws {
    let folder = try TemporaryFolder()
    let other = try TemporaryFolder()
    let real = try other.write("real.json", #"{"keys": {}}"#)
    try FileManager.default.createSymbolicLink(atPath: "\(folder.path)/keys.json", withDestinationPath: real)
    let store = KeyStore(path: "\(folder.path)/keys.json")
    try store.set("x", owner: "acme", secret: "api_key")
    #expect(try KeyStore(path: real).load().listed.count == 1)
    #expect(try store.load().listed.count == 1)
  }
}
