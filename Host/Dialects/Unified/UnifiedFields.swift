// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The members of a body and of the objects that are flattened onto it, each taken once.
struct UnifiedFields {
  /// One place where members stand; the first in the list wins.
  private struct Source {
    /// Put before names in messages: empty, `extra_body.` or `metadata.`.
    var prefix: String
    var members: JSONObject
  }

  private var sources: [Source]
  /// Sentences about members that another one overrides.
  private(set) var warnings: [String] = []

  /// The objects that are flattened, in the order in which they win.
  static let flattened = ["extra_body", "metadata"]

  init(_ body: JSONObject) throws(Failure) {
    var top = body
    sources = []
    for name in Self.flattened {
      guard let value = top[name] else { continue }
      top[name] = nil
      guard !value.isNull else { continue }
      let object = try Self.object(value, name)
      sources.append(Source(prefix: "\(name).", members: object))
      // Clients that wrap one in the other mean the same.
      for inner in Self.flattened where object[inner]?.object != nil {
        sources[sources.count - 1].members[inner] = nil
        sources.append(Source(prefix: "\(name).\(inner).", members: object[inner]?.object ?? JSONObject()))
      }
    }
    sources.insert(Source(prefix: "", members: top), at: 0)
    for index in sources.indices {
      // Null means "not given".
      for (name, value) in sources[index].members where value.isNull {
        sources[index].members[name] = nil
      }
    }
  }

  /// Forms carry objects as text.
  private static func object(_ value: JSON, _ name: String) throws(Failure) -> JSONObject {
    if let object = value.object { return object }
    if let text = value.string {
      if text.allSatisfy({ $0.isWhitespace }) { return JSONObject() }
      if let object = (try? JSON(parsing: text))?.object { return object }
    }
    throw Failure(
      .invalid, "\(name) is not an object.", field: name, advice: "Send an object, or leave it out.")
  }

  /// Takes the value under any of the names, which mean the same; an empty text is none. Two different values in one
  /// place are an error; between places the first wins, with a warning.
  mutating func take<Value: Equatable>(
    _ names: [String], _ read: (JSON, String) throws(Failure) -> Value
  ) throws(Failure) -> Value? {
    var winner: (value: Value, path: String)?
    for index in sources.indices {
      var here: (value: Value, path: String)?
      for name in names {
        guard let json = sources[index].members[name] else { continue }
        sources[index].members[name] = nil
        // Forms and some clients send the fields that were left empty.
        if json.string?.isEmpty == true { continue }
        let path = sources[index].prefix + name
        let value = try read(json, path)
        guard let present = here else {
          here = (value, path)
          continue
        }
        guard present.value == value else {
          throw Failure(
            .invalid, "\(present.path) and \(path) mean the same and have different values.", field: path,
            advice: "Give one of them.")
        }
      }
      guard let here else { continue }
      if let winner {
        if winner.value != here.value { warnings.append("\(here.path) is overridden by \(winner.path).") }
      } else {
        winner = here
      }
    }
    return winner?.value
  }

  /// The value under a name at the top alone.
  mutating func takeTop(_ name: String) -> JSON? {
    let value = sources[0].members[name]
    sources[0].members[name] = nil
    return value
  }

  /// What was not taken, the top's first; a name that stands in several places has its first value.
  mutating func takeRest() -> [(path: String, name: String, value: JSON)] {
    var rest: [(path: String, name: String, value: JSON)] = []
    for source in sources {
      for (name, value) in source.members {
        if let first = rest.first(where: { $0.name == name }) {
          if first.value != value { warnings.append("\(source.prefix)\(name) is overridden by \(first.path).") }
        } else {
          rest.append((source.prefix + name, name, value))
        }
      }
    }
    return rest
  }
}
