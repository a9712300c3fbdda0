// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

extension UnifiedDialect {
  /// What a reply needs beside the outcome.
  public struct Reply: Sendable {
    /// Where callers fetch a task's clip, by its id: the gateway's own route.
    public var contentURL: @Sendable (String) -> String
    /// Sentences about the request, such as fields that have no effect.
    public var warnings: [String]
    /// When to look again at a task that is not over.
    public var pollAfterSeconds: Int
    public var side: FailureStatus.Side

    public init(
      warnings: [String] = [], pollAfterSeconds: Int = 5, side: FailureStatus.Side = .provider,
      contentURL: @escaping @Sendable (String) -> String
    ) {
      self.contentURL = contentURL
      self.warnings = warnings
      self.pollAfterSeconds = pollAfterSeconds
      self.side = side
    }
  }

  /// The reply to a caller: one body for both of the format's readers, the nested one and the flat one.
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
    task.phase.isTerminal ? [] : [NameValuePair("Retry-After", String(reply.pollAfterSeconds))]
  }

  /// `{"code", "message", "data": null, "error": {…}}`.
  private static func body(of failure: Failure, side: FailureStatus.Side) -> JSON {
    let code = JSON.string(failure.kind.rawValue)
    let message = JSON.string(FailureStatus.message(of: failure))
    return [
      "code": code, "message": message, "data": .null,
      "error": [
        "code": code, "message": message, "type": .string(FailureStatus.type(of: failure.kind, side: side)),
        "param": failure.field.map { .string($0) } ?? .null,
      ],
    ]
  }
}
