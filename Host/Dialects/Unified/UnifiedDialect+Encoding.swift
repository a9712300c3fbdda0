// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

extension UnifiedDialect {
  /// What a reply needs beside the outcome.
  public struct Reply: Sendable {
    /// Where callers fetch a task's clip, by its id: the gateway's own route.
    public var contentURL: @Sendable (String) -> String
    /// Sentences about the request, such as fields that have no effect.
    public var warnings: [String]
    /// When to look again at a task that is not over; 0: nothing is said of it.
    public var pollAfterSeconds: Int
    public var side: FailureStatus.Side
    /// What is shown as the vendor's own task; nil: what the task holds.
    public var vendorTask: JSON?

    public init(
      warnings: [String] = [], pollAfterSeconds: Int = 5, side: FailureStatus.Side = .provider,
      vendorTask: JSON? = Optional.none, contentURL: @escaping @Sendable (String) -> String
    ) {
      self.contentURL = contentURL
      self.warnings = warnings
      self.pollAfterSeconds = pollAfterSeconds
      self.side = side
      self.vendorTask = vendorTask
    }
  }

  /// The reply to a caller: one body for both of the format's readers, the nested one and the flat one. Tasks are shown
  /// as they are: what callers may not see is gone already (`TaskMasking`).
  public static func encode(_ outcome: Outcome, _ reply: Reply) -> HTTPReply {
    switch outcome.result {
    case .created(let task):
      return HTTPReply(headers: pollHeaders(task, reply), body: UnifiedTask(task, reply).created)
    case .task(let task), .cancelled(let task):
      return HTTPReply(headers: pollHeaders(task, reply), body: UnifiedTask(task, reply).status)
    case .page(let tasks, let total):
      return HTTPReply(body: [
        "object": "list", "data": .array(tasks.map { UnifiedTask($0, reply).status }),
        "total": .number(JSONNumber(total)),
      ])
    case .removed(let id): return HTTPReply(body: ["id": .string(id), "object": "video.deleted", "deleted": true])
    case .failure(let failure):
      return HTTPReply(
        status: FailureStatus.status(of: failure.kind, side: reply.side), headers: FailureStatus.headers(of: failure),
        body: body(of: failure, side: reply.side))
    }
  }

  private static func pollHeaders(_ task: VideoTask, _ reply: Reply) -> [NameValuePair] {
    task.phase.isTerminal || reply.pollAfterSeconds < 1
      ? [] : [NameValuePair("Retry-After", String(reply.pollAfterSeconds))]
  }

  /// What callers call the canonical fields.
  private static let names = ["duration_seconds": "duration", "count": "n", "shots": "multi_prompt"]

  /// `{"code", "message", "data": null, "error": {…}}`.
  private static func body(of failure: Failure, side: FailureStatus.Side) -> JSON {
    let told = CallerFailure(failure, side: side, names: names)
    return [
      "code": .string(told.code), "message": .string(told.message), "data": .null,
      "error": .object(told.json),
    ]
  }
}
