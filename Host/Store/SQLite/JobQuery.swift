// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// A filter as SQL. Lists are bound as one JSON value each, so that the number of different statements stays small,
/// whatever callers ask for.
struct JobQuery {
  private(set) var values: [SQLiteValue] = []
  private var conditions: [String] = []
  private let filter: JobFilter

  init(_ filter: JobFilter) {
    self.filter = filter
    if let prefix = filter.idPrefix {
      // A range, because LIKE would treat the underscore as a wildcard and could not use the index.
      add("id >= ?", .text(prefix))
      add("id < ?", .text(prefix + "\u{7F}"))
    }
    add("caller = ?", filter.callerKeyID)
    add("external_id = ?", filter.externalID)
    add("idempotency_key = ?", filter.idempotencyKey)
    add("plugin = ?", filter.pluginID)
    add("model = ?", filter.model)
    add("id < ?", filter.before)
    add("id > ?", filter.after)
    add(column: "id", oneOf: filter.ids)
    add(column: "state", oneOf: filter.states.map { $0.rawValue })
    add(column: "phase", oneOf: filter.phases.map { $0.rawValue })
    add(column: "coalesce(document ->> '$.task.request.inputs[0].role', 'text')", oneOf: filter.scenarios)
    if !filter.includesRefused { conditions.append("is_listed") }
  }

  private mutating func add(_ condition: String, _ value: SQLiteValue) {
    conditions.append(condition)
    values.append(value)
  }

  private mutating func add(_ condition: String, _ value: String?) {
    if let value { add(condition, .text(value)) }
  }

  private mutating func add(column: String, oneOf words: [String]) {
    guard !words.isEmpty else { return }
    add("\(column) IN (SELECT value FROM json_each(?))", .text(JSON.array(words.map { .string($0) }).text))
  }

  private var condition: String { conditions.isEmpty ? "" : "WHERE \(conditions.joined(separator: " AND "))" }

  /// The jobs; its parameters are `values` and then `window`.
  var list: String {
    "SELECT id, document FROM jobs \(condition) ORDER BY id \(filter.isAscending ? "ASC" : "DESC") LIMIT ? OFFSET ?"
  }

  var window: [SQLiteValue] { [.integer(Int64(max(filter.limit, 0))), .integer(Int64(max(filter.offset, 0)))] }

  /// How many; its parameters are `values`.
  var count: String { "SELECT count(*) FROM jobs \(condition)" }
}
