// SPDX-License-Identifier: Apache-2.0

import OrderedJSON

/// A place in a text, counted from 1.
struct YAMLMark: Sendable, Hashable {
  var line: Int
  var column: Int
}

/// One node of a YAML document, with its place.
struct YAMLNode: Sendable {
  struct Member: Sendable {
    var key: String
    var keyMark: YAMLMark
    var value: YAMLNode
  }

  indirect enum Content: Sendable {
    /// `isPlain`: without quotes, so that it may be a number, a flag or nothing.
    case scalar(String, isPlain: Bool)
    case sequence([YAMLNode])
    case mapping([Member])
  }

  var content: Content
  var mark: YAMLMark

  /// Whether the node says nothing: empty, `~` or `null`.
  var isNull: Bool {
    if case .scalar(let text, true) = content { ["", "~", "null", "Null", "NULL"].contains(text) } else { false }
  }

  /// The node as JSON: plain scalars are numbers, flags or null where they look so, in the sense of YAML 1.2's core
  /// schema (so `no` and `on` stay texts).
  var json: JSON {
    switch content {
    case .scalar(let text, let isPlain):
      guard isPlain else { return .string(text) }
      if isNull { return .null }
      switch text {
      case "true", "True", "TRUE": return .bool(true)
      case "false", "False", "FALSE": return .bool(false)
      default: return JSONNumber(text: text).map { .number($0) } ?? .string(text)
      }
    case .sequence(let nodes): return .array(nodes.map { $0.json })
    case .mapping(let members): return .object(JSONObject(members.map { ($0.key, $0.value.json) }))
    }
  }
}

/// Why a text is not the YAML that is accepted here, and where.
struct YAMLFailure: Error, Sendable {
  var mark: YAMLMark
  /// What is wrong, as a clause.
  var problem: String
}
