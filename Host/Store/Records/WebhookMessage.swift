// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// One message of the outbox: a piece of news about one job for its caller's server.
public struct WebhookMessage: Sendable, Hashable {
  /// How far it has come.
  public enum State: String, Sendable, Hashable, CaseIterable {
    /// Something is left to do.
    case pending
    /// The server took it.
    case delivered
    /// The server wants no more of it, or it must not go there: nothing is tried again.
    case stopped
    /// A day of attempts went by.
    case abandoned
  }

  /// The `webhook-id`, the same at each attempt.
  public var id: String
  public var jobID: String
  public var event: WebhookEvent
  public var url: String
  public var lane: WebhookLane
  public var state: State
  /// Unix milliseconds, like the two below.
  public var createdAtMilliseconds: Int64
  /// After this nothing is tried any more.
  public var expiresAtMilliseconds: Int64
  /// Nil when nothing is left to do.
  public var nextAttemptAtMilliseconds: Int64?
  /// Attempts that failed since it was written or sent anew.
  public var failures: Int
  /// The last ones, oldest first.
  public var attempts: [WebhookAttempt]

  /// The id of the caller's key.
  public var keyID: String { lane.keyID }

  /// How many attempts are kept.
  public static let keptAttempts = 20
  /// How long a server is tried.
  public static let lifetimeMilliseconds: Int64 = 86_400_000
}

/// One attempt to deliver a message.
///
/// JSON: `{"at_ms", "elapsed_ms", "status"?, "problem"?}`.
public struct WebhookAttempt: JSONDocument {
  /// Unix milliseconds.
  public var atMilliseconds: Int64
  public var elapsedMilliseconds: Int64
  /// The server's answer, where one came.
  public var status: Int?
  /// A sentence, where something was wrong.
  public var problem: String?

  public init(atMilliseconds: Int64, elapsedMilliseconds: Int64, status: Int? = nil, problem: String? = nil) {
    self.atMilliseconds = atMilliseconds
    self.elapsedMilliseconds = elapsedMilliseconds
    self.status = status
    self.problem = problem
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    atMilliseconds = try reader.optionalInteger64("at_ms") ?? 0
    elapsedMilliseconds = try reader.optionalInteger64("elapsed_ms") ?? 0
    status = try reader.optionalInteger("status")
    problem = try reader.optionalText("problem")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("at_ms", atMilliseconds)
    object.add("elapsed_ms", elapsedMilliseconds)
    object.add("status", status)
    object.add("problem", problem)
    return .object(object)
  }
}
