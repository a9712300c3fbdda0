// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// News that callers are still to be told. A message is written in the same transaction as the state that it tells of,
/// for jobs whose caller gave an address: so none is lost, whatever happens to the process in between. Durable and
/// shared like the jobs, see `Store`.
public protocol WebhookOutbox: Sendable {
  /// The lanes in which something is due, the one that waits longest first.
  nonisolated(nonsending) func dueWebhookLanes(nowMilliseconds: Int64) async throws(Failure) -> [WebhookLane]

  /// Takes due messages, from each lane at most so many. Until `untilMilliseconds` nobody else gets them; who has not
  /// called `record` by then has died, and they come again.
  nonisolated(nonsending) func takeWebhooks(
    _ shares: [WebhookShare], nowMilliseconds: Int64, untilMilliseconds: Int64
  ) async throws(Failure) -> [WebhookMessage]

  /// Takes one message, if it is due; nil when another process has it.
  nonisolated(nonsending) func takeWebhook(
    _ id: String, nowMilliseconds: Int64, untilMilliseconds: Int64
  ) async throws(Failure) -> WebhookMessage?

  /// The time of the next thing to do, unix milliseconds; nil when there is none. Cheap.
  nonisolated(nonsending) func nextWebhookAtMilliseconds() async throws(Failure) -> Int64?

  /// Writes what became of an attempt; nothing happens when the message is gone.
  nonisolated(nonsending) func record(_ outcome: WebhookOutcome, of id: String) async throws(Failure)

  /// Gives a taken message back untried, to be sent at once.
  nonisolated(nonsending) func giveBackWebhook(_ id: String, nowMilliseconds: Int64) async throws(Failure)

  /// Sends a message anew, with a whole day ahead of it. Throws `not_found`.
  nonisolated(nonsending) func resendWebhook(
    _ id: String, nowMilliseconds: Int64
  ) async throws(Failure) -> WebhookMessage

  nonisolated(nonsending) func webhook(_ id: String) async throws(Failure) -> WebhookMessage?

  /// Newest first.
  nonisolated(nonsending) func webhooks(_ filter: WebhookFilter) async throws(Failure) -> [WebhookMessage]

  /// Where news of a key's jobs go when the request names no address.
  nonisolated(nonsending) func webhookDefault(of keyID: String) async throws(Failure) -> String?

  /// Nil: nowhere.
  nonisolated(nonsending) func setWebhookDefault(_ url: String?, of keyID: String) async throws(Failure)
}

/// The messages of one key to one host: what is slow in one lane holds up no other.
public struct WebhookLane: Sendable, Hashable {
  public var keyID: String
  public var host: String

  public init(keyID: String, host: String) {
    self.keyID = keyID
    self.host = host
  }

  /// As it is stored: a key's id holds no space.
  var text: String { "\(keyID) \(host)" }

  init(text: String) {
    let parts = text.split(separator: " ", maxSplits: 1, omittingEmptySubsequences: false)
    self.init(keyID: String(parts.first ?? ""), host: String(parts.dropFirst().first ?? ""))
  }
}

/// How many messages to take from a lane.
public struct WebhookShare: Sendable, Hashable {
  public var lane: WebhookLane
  public var count: Int

  public init(_ lane: WebhookLane, count: Int) {
    self.lane = lane
    self.count = count
  }
}

/// What became of one attempt.
public struct WebhookOutcome: Sendable, Hashable {
  public var state: WebhookMessage.State
  public var attempt: WebhookAttempt
  /// Unix milliseconds; nil when nothing is left to do.
  public var nextAttemptAtMilliseconds: Int64?

  public init(_ state: WebhookMessage.State, _ attempt: WebhookAttempt, nextAttemptAtMilliseconds: Int64? = nil) {
    self.state = state
    self.attempt = attempt
    self.nextAttemptAtMilliseconds = nextAttemptAtMilliseconds
  }
}

/// Which messages a list is to show.
public struct WebhookFilter: Sendable, Hashable {
  public var keyID: String?
  public var jobID: String?
  /// Empty: all.
  public var states: Set<WebhookMessage.State>
  public var limit: Int

  public init(
    keyID: String? = nil, jobID: String? = nil, states: Set<WebhookMessage.State> = [], limit: Int = 100
  ) {
    self.keyID = keyID
    self.jobID = jobID
    self.states = states
    self.limit = limit
  }
}
