// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import ProviderKit
public import VideoDocuments

/// The steps that every user of the task routes takes, under whatever prefix they stand.
public struct ArkSteps: Sendable {
  /// Put before `/contents/generations/tasks`.
  public var prefix: String
  public var state: ArkState

  public init(prefix: String = "", state: ArkState) {
    self.prefix = prefix
    self.state = state
  }

  /// Submits the mapper's body. Never sent twice: the API knows no idempotency key.
  public func create(_ mapper: FieldMapper) -> Step {
    Step(
      .http(HTTPStep("POST", path: prefix + Ark.tasksPath, body: mapper.body.requestBody, retry: .never)),
      state: state.json, ledger: mapper.ledger)
  }

  public func poll(_ call: TaskCall) throws(Failure) -> Step { try look(try Self.upstreamID(of: call.task)) }

  /// Looks first and deletes only what still waits: the same call on a finished task destroys its result.
  public func cancel(_ call: TaskCall) throws(Failure) -> Step {
    guard !call.task.phase.isTerminal else {
      throw Failure(.invalid, "The task is over; there is nothing left to cancel.")
    }
    return try look(try Self.upstreamID(of: call.task))
  }

  private func look(_ id: String) throws(Failure) -> Step {
    var state = state
    state.isDeleting = false
    return Step(.http(HTTPStep("GET", path: prefix + Ark.taskPath(id), retry: .safe)), state: state.json)
  }

  /// Reads the answer to the last step of any operation.
  public func resume(_ answer: Answer) throws(Failure) -> Step {
    switch answer.head.operation {
    case "create": return Step(.update(try ArkAnswers.created(answer)), state: state.json)
    case "cancel": return try resumeCancel(answer)
    default: return Step(.update(priced(try ArkAnswers.task(answer))), state: state.json)
    }
  }

  /// With what it cost, where the vendor counted tokens and their price was known at the purchase.
  private func priced(_ update: TaskUpdate) -> TaskUpdate {
    guard update.phase == .succeeded, let price = state.tokenPrice,
      let tokens = update.usage["total_tokens"]?.lenientInt, (0...Self.mostTokens).contains(tokens)
    else { return update }
    var update = update
    update.cost = Price(
      currency: price.currency,
      amountMicros: PriceList.cost(tokens: Int64(tokens), unitMicros: price.amountMicros))
    return update
  }

  /// More than any clip has; a larger number is not to be believed.
  private static let mostTokens = 1_000_000_000

  private func resumeCancel(_ answer: Answer) throws(Failure) -> Step {
    var next = state
    if state.isDeleting {
      guard (200..<300).contains(answer.head.status) else { throw ArkErrors.failure(answer) }
      next.isDeleting = false
      var update = TaskUpdate(.cancelled, rawStatus: "cancelled")
      update.failure = Failure(.cancelled, "The task was cancelled.")
      return Step(.update(update), state: next.json)
    }
    let update = try ArkAnswers.task(answer)
    if update.phase.isTerminal { return Step(.update(priced(update)), state: state.json) }
    guard update.phase == .queued, let id = answer.json?["id"]?.lenientString else {
      throw Failure(
        .unsupported, "The vendor cancels only tasks that wait; this one runs already.",
        advice: "Wait for it, or ignore its result.")
    }
    next.isDeleting = true
    return Step(.http(HTTPStep("DELETE", path: prefix + Ark.taskPath(id), retry: .unsent)), state: next.json)
  }

  private static func upstreamID(of task: VideoTask) throws(Failure) -> String {
    guard let id = task.upstreamID, !id.isEmpty else {
      throw Failure(.internal, "The task has no id at the vendor.")
    }
    return id
  }
}
