// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// The routes that most resellers share, whatever vendor stands behind them: `POST /v1/video/generations` and
/// `GET /v1/video/generations/{id}`. A plugin builds the body; the rest is the same for all.
public enum UnifiedRelay {
  public static let path = "/v1/video/generations"

  public static func create(_ mapper: FieldMapper, state: JSON) -> Step {
    Step(
      .http(HTTPStep("POST", path: path, body: mapper.body.requestBody, retry: .never)), state: state,
      ledger: mapper.ledger)
  }

  public static func poll(upstreamID: String, state: JSON) -> Step {
    Step(.http(HTTPStep("GET", path: "\(path)/\(PathSegment.encode(upstreamID))", retry: .safe)), state: state)
  }

  /// Reads the answer to either. `classify` turns a code or message of the vendor behind into a failure kind.
  public static func read(
    _ answer: Answer, classify: (_ code: String?, _ message: String, _ status: Int) -> FailureKind
  ) throws(Failure) -> TaskUpdate {
    guard let json = answer.json, json.object != nil else {
      guard (200..<300).contains(answer.head.status) else {
        throw failure(answer, code: nil, message: "HTTP \(answer.head.status)", classify: classify)
      }
      throw Failure(.drift, "The reseller answered with something that is not JSON.", charged: .unknown)
    }
    let reader = AnswerReader(json)
    let isError = answer.head.status >= 400 || (json["error"]?.nonNull != nil && reader.taskID == nil)
    if isError {
      throw failure(
        answer, code: reader.failureCode, message: reader.failureMessage ?? "HTTP \(answer.head.status)",
        classify: classify)
    }
    if answer.head.operation == "create" {
      guard let id = reader.taskID else {
        let code = reader.failureCode
        if let code, code != "success", code != "0" {
          throw failure(answer, code: code, message: reader.failureMessage ?? code, classify: classify)
        }
        throw Failure(.drift, "The reseller accepted the task without an id.", charged: .unknown)
      }
      var update = TaskUpdate(.queued, upstreamID: id, rawStatus: reader.statusWords.first)
      update.vendorTask = json
      return update
    }
    return update(reader, answer, classify: classify)
  }

  private static func update(
    _ reader: AnswerReader, _ answer: Answer, classify: (String?, String, Int) -> FailureKind
  ) -> TaskUpdate {
    let found = reader.phase
    var update = TaskUpdate(found?.phase ?? .running, rawStatus: found?.word ?? reader.statusWords.first)
    update.progressPercent = reader.progressPercent
    update.vendorTask = reader.json
    update.pollAfterMilliseconds = answer.retryAfterMilliseconds
    switch update.phase {
    case .succeeded:
      guard let url = reader.videoURL else {
        // Paid for, but not to be had yet: look again rather than lose it.
        update.phase = .running
        update.rawStatus = "\(update.rawStatus ?? "") without a link"
        break
      }
      update.outputs = [VideoOutput(url: url, durationSeconds: duration(reader.json))]
      if let usage = reader.json.value(at: "data.data.result.usage")?.object { update.usage = usage }
    case .failed, .cancelled, .expired:
      let message = reader.failureMessage ?? "no reason given"
      let code = reader.text("data.data.result.error.code", "error.code")
      var kind = kind(code) ?? classify(code, message, 200)
      if update.phase == .cancelled { kind = .cancelled }
      if update.phase == .expired { kind = .expired }
      update.failure = Failure(
        kind, "The provider says that the task failed: \(message)", isRetryable: false, vendorCode: code,
        vendorMessage: message)
    default: break
    }
    return update
  }

  /// A reseller that runs Filmgate says the kind of a failure by our own word for it.
  private static func kind(_ code: String?) -> FailureKind? { code.flatMap { FailureKind(rawValue: $0) } }

  private static func duration(_ json: JSON) -> Double? {
    for path in ["data.data.result.duration", "data.data.duration", "data.task_result.videos[0].duration", "duration"] {
      if let seconds = json.value(at: path)?.lenientDouble { return seconds }
    }
    return nil
  }

  private static func failure(
    _ answer: Answer, code: String?, message: String, classify: (String?, String, Int) -> FailureKind
  ) -> Failure {
    Failure(
      kind(code) ?? classify(code, message, answer.head.status), "The reseller refused: \(message)", vendorCode: code,
      vendorMessage: message, vendorRequestID: answer.json?["request_id"]?.lenientString,
      retryAfterMilliseconds: answer.retryAfterMilliseconds)
  }
}

/// Percent-encoding of one path segment (RFC 3986: unreserved characters stay).
public enum PathSegment {
  public static func encode(_ text: String) -> String {
    var encoded = ""
    for byte in text.utf8 {
      switch byte {
      case 0x30...0x39, 0x41...0x5A, 0x61...0x7A, 0x2D, 0x2E, 0x5F, 0x7E:
        encoded.unicodeScalars.append(Unicode.Scalar(byte))
      default:
        let digits = String(byte, radix: 16, uppercase: true)
        encoded += byte < 16 ? "%0\(digits)" : "%\(digits)"
      }
    }
    return encoded
  }
}
