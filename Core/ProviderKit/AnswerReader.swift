// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// Finds what matters in an answer wherever a vendor or reseller may have put it.
public struct AnswerReader: Sendable {
  public let json: JSON

  public init(_ json: JSON) { self.json = json }

  /// The first non-empty text (or number, as text) at any of the paths.
  public func text(_ paths: String...) -> String? {
    for path in paths {
      if let text = json.value(at: path)?.lenientString, !text.isEmpty { return text }
    }
    return nil
  }

  /// The task's id.
  public var taskID: String? {
    if let bare = json["data"]?.string, !bare.isEmpty { return bare }
    return text("id", "task_id", "data.task_id", "data.id", "data.data.id")
  }

  /// The link to the clip.
  public var videoURL: String? {
    let found = text(
      "content.video_url", "data.data.result.content.video_url", "data.data.content.video_url",
      "data.content.video_url", "data.task_result.videos[0].url", "data.data.task_result.videos[0].url",
      "data.data.result.task_result.videos[0].url", "data.data.data.task_result.videos[0].url",
      "data.video_url", "data.data.video_url", "metadata.url", "data.result_url", "result_url", "url", "video_url",
      "outputs[0].url", "data.outputs[0].url", "data.url")
    if let found { return found }
    // Some resellers put the link where the reason for a failure belongs.
    if let reason = text("data.fail_reason", "fail_reason"), reason.hasPrefix("http") { return reason }
    return nil
  }

  /// The status words, innermost first: the vendor's own task decides, the words around it lag behind.
  public var statusWords: [String] {
    let paths = [
      "data.data.result.status", "data.data.result.data.task_status", "data.data.result.task_status",
      "data.data.data.task_status", "data.data.task_status", "data.data.status", "data.task_status", "data.status",
      "status", "task_status",
    ]
    return paths.compactMap { json.value(at: $0)?.string }
  }

  /// The phase by the innermost known word, with that word; nil when no word is known.
  public var phase: (phase: TaskPhase, word: String)? {
    for word in statusWords {
      if let phase = StatusWords.phase(of: word) { return (phase, word) }
    }
    return nil
  }

  /// 0 to 100 from a number or "37%".
  public var progressPercent: Int? {
    for path in ["data.progress", "progress", "data.data.progress"] {
      if let percent = json.value(at: path)?.lenientPercent { return percent }
    }
    return nil
  }

  /// Why a task failed, in the vendor's words.
  public var failureMessage: String? {
    text(
      "data.data.result.error.message", "data.fail_reason", "error.message", "data.task_status_msg",
      "data.data.task_status_msg", "data.error.message", "fail_reason", "message")
  }

  /// The vendor's code for a failure.
  public var failureCode: String? {
    text("data.data.result.error.code", "error.code", "data.error.code", "code")
  }
}
