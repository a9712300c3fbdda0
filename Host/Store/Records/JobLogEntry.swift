// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// One line of a job's history, which only ever grows.
public struct JobLogEntry: Sendable, Hashable {
  /// Unix milliseconds.
  public var atMilliseconds: Int64
  /// A constant word such as `accepted` or `look_failed`.
  public var kind: String
  /// What is worth keeping of it; empty for most.
  public var detail: JSONObject

  public init(_ kind: String, atMilliseconds: Int64, detail: JSONObject = JSONObject()) {
    self.kind = kind
    self.atMilliseconds = atMilliseconds
    self.detail = detail
  }
}
