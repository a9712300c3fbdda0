// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import OrderedJSON
import Store
import Testing
import VideoDocuments

@testable import Gateway

/// The life of a key, and of what its secret is derived from.
@Suite("Callers' keys") @LoopActor struct CallerKeysTests {
  private func mode(of path: String) throws -> Int {
    try #require(try FileManager.default.attributesOfItem(atPath: path)[.posixPermissions] as? Int)
  }

  private func bearer(_ credentials: CallerCredentials) -> String { "Bearer \(credentials.bearer)" }

  @Test("a key works until its last second, and not after it was revoked")
  func ends() async throws {
    let world = try await CallerWorld()
    let (lasting, brief) = (try await world.make(), try await world.make(lifetimeSeconds: 60))
    world.clock.advance(seconds: 59)
    #expect(await world.verdict(authorization: bearer(brief.credentials)).keyID == brief.record.id)
    world.clock.advance(seconds: 1)
    #expect(
      await world.verdict(authorization: bearer(brief.credentials)).message
        == "The key expired at 2026-01-02T03:05:05Z; here it is 2026-01-02T03:05:05Z.")
    #expect(try await world.keys.revoke(lasting.record.id).revokedAtSeconds == SetClock.startSeconds + 60)
    #expect(await world.verdict(authorization: bearer(lasting.credentials)).message == "The key was revoked.")
  }

  @Test("a key that another process makes is known at once, and one that it revokes within half a second")
  func otherProcess() async throws {
    let folder = try PrivateFolder()
    let path = folder.path + "/jobs.db"
    let clock = SetClock()
    let stores = [try await SQLiteStore.open(path: path), try await SQLiteStore.open(path: path)]
    var both: [CallerKeys] = []
    for store in stores {
      both.append(
        try await CallerKeys.open(
          store: store, masterKeyPath: CallerKeys.masterKeyPath(besideDatabase: path), clock: clock))
    }
    var world = try await CallerWorld(clock: clock)
    world = CallerWorld(world, keys: both[0])
    let (record, credentials) = try await both[1].create(CallerKeyDraft(name: "other"))
    #expect(await world.verdict(authorization: bearer(credentials)).keyID == record.id)
    _ = try await both[1].revoke(record.id)
    clock.advance(milliseconds: 500)
    #expect(await world.verdict(authorization: bearer(credentials)).message == "The key was revoked.")
    // A clock that was set back does not keep what is old.
    let (second, others) = try await both[1].create(CallerKeyDraft())
    clock.advance(seconds: -3600)
    #expect(await world.verdict(authorization: bearer(others)).keyID == second.id)
    for store in stores { await store.close() }
    clock.advance(seconds: 1)
    guard case .failure(let failure) = await world.verdict(authorization: bearer(others)) else {
      Issue.record("a key was accepted although it may have been revoked")
      return
    }
    #expect(failure.kind == .internal)
  }

  @Test("the first key is made once in the life of a database")
  func firstKey() async throws {
    let world = try await CallerWorld()
    let (record, credentials) = try #require(try await world.keys.makeFirstKeyIfNone())
    #expect(record.name == "first")
    #expect(await world.verdict(authorization: bearer(credentials)).keyID == record.id)
    #expect(try await world.keys.makeFirstKeyIfNone() == nil)
    _ = try await world.keys.revoke(record.id)
    #expect(try await world.keys.makeFirstKeyIfNone() == nil)
  }

  @Test("values that a key cannot have are refused by name")
  func drafts() async throws {
    let world = try await CallerWorld()
    let drafts: [(String, CallerKeyDraft)] = [
      ("name", CallerKeyDraft(name: "")), ("name", CallerKeyDraft(name: String(repeating: "x", count: 65))),
      ("name", CallerKeyDraft(name: "a\u{1B}[31m")), ("name", CallerKeyDraft(name: "a\u{202E}b")),
      ("models", CallerKeyDraft(modelPatterns: [""])),
      ("models", CallerKeyDraft(modelPatterns: Array(repeating: "a", count: 101))),
      ("parallel", CallerKeyDraft(parallelLimit: 0)), ("parallel", CallerKeyDraft(parallelLimit: 10_001)),
      ("expires", CallerKeyDraft(lifetimeSeconds: 0)),
    ]
    for (field, draft) in drafts {
      let failure = await #expect(throws: Failure.self) { try await world.keys.create(draft) }
      #expect(failure?.kind == .invalid)
      #expect(failure?.field == field)
    }
    #expect(try await world.keys.list().isEmpty)
  }

  // MARK: The master key

  @Test("the master key is made once, whole, for its owner alone, however many begin at once")
  func masterKey() async throws {
    let folder = try PrivateFolder()
    let path = folder.path + "/jobs.db-key"
    let opening = (0..<16).map { _ in
      Task.detached { try await MasterKey.open(path, mayCreate: true)?.secret(of: "id") }
    }
    var secrets: Set<String?> = []
    for task in opening { secrets.insert(try await task.value) }
    #expect(secrets.count == 1)
    #expect(secrets.first??.count == 52)
    #expect(try mode(of: path) == 0o600)
    #expect(FileManager.default.contents(atPath: path)?.count == 32)
    #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path) == ["jobs.db-key"])
  }

  @Test("a master key that others could have read, or that is none, stops the start with what to do")
  func untrustworthy() async throws {
    let folder = try PrivateFolder()
    let path = folder.path + "/jobs.db-key"
    func failure() async -> Failure? {
      do throws(Failure) {
        _ = try await CallerKeys.open(store: MemoryStore(), masterKeyPath: path)
        return nil
      } catch {
        return error
      }
    }
    #expect(await failure() == nil)
    for mode in [0o640, 0o604, 0o620, 0o602] {
      try FileManager.default.setAttributes([.posixPermissions: mode], ofItemAtPath: path)
      let refusal = await failure()
      #expect(refusal?.kind == .authentication)
      #expect(
        refusal?.message
          == "The master key file \(path) can be read or changed by others (mode 0\(String(mode, radix: 8))).")
      #expect(refusal?.advice?.contains("chmod 600 \(path)") == true)
    }
    try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
    if getuid() == 0 {
      #expect(chown(path, 4_321, 0) == 0)
      #expect(await failure()?.message == "The master key file \(path) belongs to another user (4321).")
      #expect(chown(path, 0, 0) == 0)
    } else {
      print("not run as root: a file of another owner cannot be made here")
    }
    for bytes in [0, 31, 33] {
      try Data(count: bytes).write(to: URL(fileURLWithPath: path))
      try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
      #expect(await failure()?.kind == .authentication, "\(bytes) bytes")
    }
    try FileManager.default.removeItem(atPath: path)
    try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
    #expect(await failure()?.message == "The master key file \(path) is not a file.")
  }

  @Test("a master key that keys depend on is never replaced by a new one")
  func lostMasterKey() async throws {
    let world = try await CallerWorld()
    let key = try await world.make()
    _ = try await world.make(lifetimeSeconds: 1)
    world.clock.advance(seconds: 2)
    let path = world.folder.path + "/jobs.db-key"
    try FileManager.default.removeItem(atPath: path)
    func open() async throws(Failure) {
      _ = try await CallerKeys.open(store: world.store, masterKeyPath: path, clock: world.clock)
    }
    let failure = await #expect(throws: Failure.self) { try await open() }
    #expect(failure?.message.contains("is missing; the secrets of 1 callers' keys") == true)
    #expect(!FileManager.default.fileExists(atPath: path))
    _ = try await world.keys.revoke(key.record.id)
    try await open()
    #expect(FileManager.default.fileExists(atPath: path))
  }

  // MARK: Secrecy

  @Test("no secret stands in the database, in a printed value or in a failure")
  func canary() async throws {
    let folder = try PrivateFolder()
    let path = folder.path + "/jobs.db"
    let store = try await SQLiteStore.open(path: path)
    let world = try await CallerWorld(store: store)
    let key = try await world.make(budget: "1", parallel: 1)
    let secret = key.credentials.secret
    let master = try #require(FileManager.default.contents(atPath: world.folder.path + "/jobs.db-key"))

    var texts: [String] = []
    dump(key.credentials, to: &texts.joinedText)
    dump(world.keys, to: &texts.joinedText)
    texts += ["\(key.credentials)", "\(world.keys)", String(reflecting: key.credentials), key.record.json.text]
    for authorization in [
      "Bearer \(key.credentials.bearer)x", "Bearer fg-x-\(secret)", "Bearer \(secret)", "Basic \(secret)", secret,
      "Bearer \(secret).\(secret).\(secret)", "HMAC-SHA256 Credential=\(secret)", "Bearer \(secret) \(secret)",
    ] {
      texts.append("\(await world.verdict(authorization: authorization))")
    }
    for text in texts { #expect(!text.contains(secret), "\(text)") }
    #expect(texts.count > 10)

    await store.close()
    for name in try FileManager.default.contentsOfDirectory(atPath: folder.path) {
      let data = try #require(FileManager.default.contents(atPath: "\(folder.path)/\(name)"))
      #expect(data.range(of: Data(secret.utf8)) == nil, "\(name)")
      #expect(data.range(of: master) == nil, "\(name)")
    }
    let database = try #require(FileManager.default.contents(atPath: path))
    #expect(database.range(of: Data(key.record.id.utf8)) != nil, "the search finds what is there")
  }
}

extension [String] {
  /// What was printed last, as a text to print into.
  fileprivate var joinedText: String {
    get { "" }
    set { append(newValue) }
  }
}

extension CallerWorld {
  /// The same with other keys.
  init(_ world: CallerWorld, keys: CallerKeys) {
    (folder, clock, store, feed) = (world.folder, world.clock, world.store, world.feed)
    self.keys = keys
  }
}
