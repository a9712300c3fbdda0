// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// What a task is by Jimeng's reckoning: the variant that makes it. A task can be asked for only with its key.
struct RequestKey: Equatable {
  let text: String

  init(_ text: String) { self.text = text }

  /// The key for a request: model, resolution and inputs decide. Text keys end in `1080p`, image keys in `1080`.
  init(_ request: VideoRequest) throws(Failure) {
    let isFullHD = request.resolution == "1080p"
    switch (request.model, request.scenario) {
    case ("jimeng-v3-pro", _): text = "jimeng_ti2v_v30_pro"
    case ("jimeng-v3", "text"): text = isFullHD ? "jimeng_t2v_v30_1080p" : "jimeng_t2v_v30"
    case ("jimeng-v3", "first_last_frame"):
      text = isFullHD ? "jimeng_i2v_first_tail_v30_1080" : "jimeng_i2v_first_tail_v30"
    case ("jimeng-v3", _): text = isFullHD ? "jimeng_i2v_first_v30_1080" : "jimeng_i2v_first_v30"
    case ("jimeng-v3-recamera", _): text = "jimeng_i2v_recamera_v30"
    case ("jimeng-v2", "text"): text = "jimeng_vgfm_t2v_l20"
    case ("jimeng-v2", _): text = "jimeng_vgfm_i2v_l20"
    case ("jimeng-dream-actor-m1", _): text = "jimeng_dream_actor_m1_gen_video_cv"
    case ("jimeng-motion-imitation-v2", _): text = "jimeng_motion_imitation_v2"
    case ("jimeng-omnihuman-v15", _): text = "jimeng_realman_avatar_picture_omni_v15"
    default: throw Failure(.unsupported, "Jimeng has no model \(request.model).", field: "model")
    }
  }

  /// OmniHuman has actions of its own.
  var isHuman: Bool { text.hasPrefix("jimeng_realman_avatar") }

  /// The roles of the images that a body of this key lists, in order; nil when the key is not one of Jimeng's.
  var imageRoles: [String]? {
    guard text.hasPrefix("jimeng_") else { return nil }
    return text.holds("first_tail")
      ? [MediaInput.Role.firstFrame, MediaInput.Role.lastFrame] : [MediaInput.Role.firstFrame]
  }

  /// Whether a body names one image and one video or sound by link.
  var takesLinks: Bool { isHuman || text.hasPrefix("jimeng_dream_actor") || text.hasPrefix("jimeng_motion_imitation") }
}

/// The operation that stands in the query.
enum Action: String {
  case submit = "CVSync2AsyncSubmitTask"
  case result = "CVSync2AsyncGetResult"
  case submitHuman = "CVSubmitTask"
  case resultHuman = "CVGetResult"
  case cancel = "CVCancelTask"

  var version: String { self == .cancel ? "2024-06-06" : "2022-08-31" }

  var query: [NameValuePair] { [NameValuePair("Action", rawValue), NameValuePair("Version", version)] }

  /// By the name of a route of the dialect.
  init?(route: String) {
    switch route {
    case "submit": self = .submit
    case "result": self = .result
    case "submit-human": self = .submitHuman
    case "result-human": self = .resultHuman
    case "cancel": self = .cancel
    default: return nil
    }
  }
}

/// What is kept with a task. JSON: `{"req_key", "path", "submitted_at_ms", "req_json"?}`.
struct TaskState {
  var key: RequestKey
  /// Where the calls go: resellers have a path of their own.
  var path: String
  /// When the task was submitted, unix milliseconds: it may not be found for a moment after.
  var submittedAtMilliseconds: Int64
  /// What to ask for with the result, as the JSON text that the vendor wants.
  var resultJSON: String?

  init(key: RequestKey, path: String, submittedAtMilliseconds: Int64, resultJSON: String?) {
    self.key = key
    self.path = path
    self.submittedAtMilliseconds = submittedAtMilliseconds
    self.resultJSON = resultJSON
  }

  init(_ json: JSON) throws(Failure) {
    guard let key = json["req_key"]?.string, let path = json["path"]?.string else {
      throw Failure(.internal, "The task's state does not say which kind of Jimeng task it is.")
    }
    self.init(
      key: RequestKey(key), path: path, submittedAtMilliseconds: json["submitted_at_ms"]?.int64 ?? 0,
      resultJSON: json["req_json"]?.string)
  }

  var json: JSON {
    var object: JSONObject = [
      "req_key": .string(key.text), "path": .string(path),
      "submitted_at_ms": .number(JSONNumber(submittedAtMilliseconds)),
    ]
    object.add("req_json", resultJSON)
    return .object(object)
  }
}
