// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// News that callers are still to be told. A message is written in the same transaction as the state that it tells of,
/// for jobs whose caller gave an address: so none is lost, whatever happens to the process in between. Durable and
/// shared like the jobs, see `Store`.
public protocol WebhookOutbox: Sendable {
  /// Takes messages whose time has come. Until `untilMilliseconds` nobody else gets them; who has not called `record`
  /// by then has died, and they come again. Hosts take turns, so that a slow one does not hold up the others.
  nonisolated(nonsending) func takeWebhooks(_ taking: WebhookTaking) async throws(Failure) -> [WebhookMessage]

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

/// Which messages to take.
public struct WebhookTaking: Sendable, Hashable {
  /// Unix milliseconds.
  public var nowMilliseconds: Int64
  public var untilMilliseconds: Int64
  public var limit: Int
  /// Messages to one host at the same time.
  public var perHost: Int
  /// How many are under way already, by host.
  public var busy: [String: Int]

  public init(nowMilliseconds: Int64, untilMilliseconds: Int64, limit: Int, perHost: Int, busy: [String: Int] = [:]) {
    self.nowMilliseconds = nowMilliseconds
    self.untilMilliseconds = untilMilliseconds
    self.limit = limit
    self.perHost = perHost
    self.busy = busy
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
