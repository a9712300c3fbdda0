// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import OrderedJSON
public import VideoDocuments

/// The key file: secrets that `filmgate keys set` stored, readable by their owner alone. Its functions may block.
///
/// JSON: `{"keys": {OWNER: {SECRET: value}}}`. An owner is a plugin (`acme`), one of its profiles (`acme/relay`) or the
/// name of a configured account.
public struct KeyStore: Sendable {
  /// Bytes of the whole file.
  public static let maximumFileBytes = 1 << 20
  /// Bytes of one secret.
  public static let maximumSecretBytes = 16 << 10
  /// Bytes of an owner's or a secret's name.
  public static let maximumNameBytes = 64

  public let path: String

  public init(path: String) { self.path = path }

  /// What is stored; nothing when there is no file. Throws when others may read or change the file.
  public func load() throws(Failure) -> StoredKeys {
    guard let bytes = try file.read(maximumBytes: Self.maximumFileBytes) else { return StoredKeys() }
    return try StoredKeys(bytes, path: path)
  }

  /// Stores one secret, replacing what was there under the name.
  public func set(_ value: String, owner: String, secret: String) throws(Failure) {
    try Self.check(name: owner, what: "account")
    try Self.check(name: secret, what: "secret")
    let trimmed = Self.trimmed(value)
    guard !trimmed.isEmpty else {
      throw Failure(.invalid, "The value of \(secret) is empty.", field: secret, advice: "Give the key itself.")
    }
    guard trimmed.utf8.count <= Self.maximumSecretBytes, trimmed.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
      throw Failure(
        .invalid,
        "The value of \(secret) is no key: it has control characters or is longer than "
          + "\(shownBytes(Int64(Self.maximumSecretBytes))).", field: secret, advice: "Give the key itself, on one line."
      )
    }
    try change { $0.set(trimmed, owner: owner, secret: secret) }
  }

  /// Removes one secret, or all of the owner's. Returns how many were removed.
  @discardableResult
  public func remove(owner: String, secret: String? = nil) throws(Failure) -> Int {
    var count = 0
    try change { count = $0.remove(owner: owner, secret: secret) }
    return count
  }

  /// Reads, changes and replaces the file while no other process does.
  private func change(_ body: (inout StoredKeys) -> Void) throws(Failure) {
    let folder = SmallFile.parent(of: path)
    do throws(SystemFailure) {
      try SmallFile.makeFolder(folder)
    } catch {
      throw Failure(
        .internal, "The folder \(folder) cannot be made: \(error).", advice: "Make it yourself, or set XDG_CONFIG_HOME."
      )
    }
    let lock = filmgate_open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC, 0)
    if lock >= 0 { flock(lock, LOCK_EX) }
    defer { if lock >= 0 { close(lock) } }
    var keys = try load()
    body(&keys)
    try file.replace(with: Array(keys.json.prettyText().utf8) + [UInt8(ascii: "\n")])
  }

  private var file: SecretFile { SecretFile(path: path, name: "key file") }

  private static func check(name: String, what: String) throws(Failure) {
    let isName =
      !name.isEmpty && name.utf8.count <= maximumNameBytes
      && name.utf8.allSatisfy { byte in
        (0x61...0x7A).contains(byte) || (0x41...0x5A).contains(byte) || (0x30...0x39).contains(byte)
          || "._-/".utf8.contains(byte)
      }
    guard isName else {
      throw Failure(
        .invalid, "\(shown(name)) is no name of \(what == "account" ? "an account" : "a secret").", field: what,
        advice: "Use letters, digits and . _ - / only, \(maximumNameBytes) at most.")
    }
  }

  private static func trimmed(_ text: String) -> String {
    let isSpace = { (character: Character) in character.isWhitespace }
    guard let first = text.firstIndex(where: { !isSpace($0) }), let last = text.lastIndex(where: { !isSpace($0) })
    else { return "" }
    return String(text[first...last])
  }
}
