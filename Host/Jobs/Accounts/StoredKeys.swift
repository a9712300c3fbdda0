// SPDX-License-Identifier: Apache-2.0

public import Network
import OrderedJSON
import VideoDocuments

/// The content of a key file. Printing it shows names and never values.
public struct StoredKeys: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// One secret as `filmgate keys list` shows it.
  public struct Listed: Sendable, Hashable {
    public var owner: String
    public var secret: String
    /// The last characters of long values, `***` for short ones.
    public var masked: String
  }

  private var owners: JSONObject

  public init() { owners = JSONObject() }

  /// Reads the file's bytes; `path` is for failures, which never quote the content.
  init(_ bytes: [UInt8], path: String) throws(Failure) {
    let failure = Failure(
      .authentication, "The key file \(path) is damaged: it is not the JSON that `filmgate keys set` writes.",
      advice: "Move it away and store the keys again.")
    guard let json = try? JSON(parsing: bytes), let keys = json["keys"]?.object else { throw failure }
    for (_, secrets) in keys {
      guard let secrets = secrets.object, secrets.values.allSatisfy({ $0.string != nil }) else { throw failure }
    }
    owners = keys
  }

  var json: JSON { ["keys": .object(owners)] }

  /// The secrets of an owner.
  public func secrets(of owner: String) -> Secrets {
    var values: [String: String] = [:]
    for (name, value) in owners[owner]?.object ?? JSONObject() { values[name] = value.string }
    return Secrets(values)
  }

  /// Every secret, masked, by owner and name.
  public var listed: [Listed] {
    var list: [Listed] = []
    for (owner, secrets) in owners {
      for (name, value) in secrets.object ?? JSONObject() {
        list.append(Listed(owner: owner, secret: name, masked: Self.masked(value.string ?? "")))
      }
    }
    return list.sorted { ($0.owner, $0.secret) < ($1.owner, $1.secret) }
  }

  /// Values shorter than this are masked whole.
  static let shortestPartlyShownCharacters = 20

  static func masked(_ value: String) -> String {
    value.count < shortestPartlyShownCharacters ? "***" : "***\(value.suffix(4))"
  }

  mutating func set(_ value: String, owner: String, secret: String) {
    var secrets = owners[owner]?.object ?? JSONObject()
    secrets[secret] = .string(value)
    owners[owner] = .object(secrets)
  }

  mutating func remove(owner: String, secret: String?) -> Int {
    guard var secrets = owners[owner]?.object else { return 0 }
    let before = secrets.count
    if let secret { secrets[secret] = nil }
    let isGone = secret == nil || secrets.isEmpty
    owners[owner] = isGone ? nil : .object(secrets)
    return isGone ? before : before - secrets.count
  }

  public var description: String { "StoredKeys(\(listed.map { "\($0.owner) \($0.secret)" }.joined(separator: ", ")))" }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}
