// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import VideoDocuments

extension OpenAIDialect {
  /// What a reply needs beside the outcome.
  public struct Reply: Sendable {
    /// Where callers fetch a task's clip, by its id: the gateway's own route.
    public var contentURL: @Sendable (String) -> String
    /// The id of the task that a task was made from, by its own id.
    public var remixedFrom: @Sendable (String) -> String?
    /// `WIDTHxHEIGHT` of the clip that a request leads to, where a table knows it before the clip is there.
    public var size: @Sendable (VideoRequest) -> String?
    /// Sentences about the request, such as fields that have no effect.
    public var warnings: [String]
    /// When to look again at a task that is not over: clients keep to the first one that they are told.
    public var pollAfterMilliseconds: Int
    public var side: FailureStatus.Side
    /// Whether more tasks follow those of a page.
    public var hasMore: Bool
    /// Whether a failed create may have left a job behind: clients must not send it again by themselves.
    public var mayHaveCreatedTask: Bool

    public init(
      warnings: [String] = [], pollAfterMilliseconds: Int = 5000, side: FailureStatus.Side = .provider,
      hasMore: Bool = false, mayHaveCreatedTask: Bool = false,
      size: @escaping @Sendable (VideoRequest) -> String? = { _ in nil },
      remixedFrom: @escaping @Sendable (String) -> String? = { _ in nil },
      contentURL: @escaping @Sendable (String) -> String
    ) {
      self.contentURL = contentURL
      self.remixedFrom = remixedFrom
      self.size = size
      self.warnings = warnings
      self.pollAfterMilliseconds = pollAfterMilliseconds
      self.side = side
      self.hasMore = hasMore
      self.mayHaveCreatedTask = mayHaveCreatedTask
    }
  }

  /// Both official clients keep to a `retry-after` up to this; beyond twice as much one of them gives up.
  static let longestRetryAfterSeconds: Int64 = 60

  /// The reply to a caller.
  public static func encode(_ outcome: Outcome, _ reply: Reply) -> HTTPReply {
    switch outcome.result {
    case .created(let task), .task(let task), .cancelled(let task):
      return HTTPReply(headers: pollHeaders(task, reply), body: OpenAIVideo(task, reply).json)
    case .page(let tasks, _):
      return HTTPReply(body: [
        "object": "list", "data": .array(tasks.map { OpenAIVideo($0, reply).json }),
        "first_id": tasks.first.map { .string($0.id) } ?? .null,
        "last_id": tasks.last.map { .string($0.id) } ?? .null,
        // Clients that are told of more without a cursor stop in silence.
        "has_more": .bool(reply.hasMore && !tasks.isEmpty),
      ])
    case .removed(let id): return HTTPReply(body: ["id": .string(id), "object": "video.deleted", "deleted": true])
    case .failure(let failure): return encode(failure, reply)
    }
  }

  /// Whole milliseconds: some clients stop at anything else.
  private static func pollHeaders(_ task: VideoTask, _ reply: Reply) -> [NameValuePair] {
    guard !task.phase.isTerminal else { return [] }
    return [NameValuePair("openai-poll-after-ms", String(max(reply.pollAfterMilliseconds, 1)))]
  }

  private static func encode(_ failure: Failure, _ reply: Reply) -> HTTPReply {
    let status = FailureStatus.status(of: failure.kind, side: reply.side)
    var headers: [NameValuePair] = []
    if let seconds = retryAfterSeconds(failure, status: status) {
      headers.append(NameValuePair("retry-after", String(seconds)))
    }
    if FailureStatus.mustNotRepeat(failure, status: status, mayHaveCreatedTask: reply.mayHaveCreatedTask) {
      headers.append(NameValuePair("x-should-retry", "false"))
    }
    let told = CallerFailure(failure, side: reply.side, names: names)
    return HTTPReply(status: status, headers: headers, body: ["error": .object(told.json)])
  }

  private static func retryAfterSeconds(_ failure: Failure, status: Int) -> Int64? {
    if let milliseconds = failure.retryAfterMilliseconds, milliseconds > 0 {
      return min((milliseconds + 999) / 1000, longestRetryAfterSeconds)
    }
    return status == 429 ? FailureStatus.usualRetryAfterSeconds : nil
  }

  /// What callers call the canonical fields.
  static let names = [
    "duration_seconds": "seconds", "width": "size", "height": "size", "count": "n", "shots": "multi_prompt",
    "inputs": "input_reference",
  ]
}
