// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// What a task is by Kling's reckoning: the last part of its path, without which it cannot be asked for.
enum Kind: String, CaseIterable {
  case text2video
  case image2video
  case omniVideo = "omni-video"
  case multiImage2video = "multi-image2video"
  case videoExtend = "video-extend"
  case effects
  case motionControl = "motion-control"
  case avatar = "avatar/image2video"
  case lipSync = "advanced-lip-sync"

  /// The kind that a request is, by its model and by what it brings.
  init(_ request: VideoRequest) {
    switch request.model {
    case "kling-video-o1", "kling-v3-omni": self = .omniVideo
    case "kling-video-extend": self = .videoExtend
    case "kling-effects": self = .effects
    case "kling-motion-control": self = .motionControl
    case "kling-avatar": self = .avatar
    case "kling-lip-sync": self = .lipSync
    default:
      if !request.inputs(.image, role: MediaInput.Role.reference).isEmpty {
        self = .multiImage2video
      } else {
        self = request.inputs.contains { $0.kind == .image } ? .image2video : .text2video
      }
    }
  }

  /// The model when a vendor's body names none; for kinds whose bodies never do, our own name for the kind.
  var defaultModel: String {
    switch self {
    case .text2video, .image2video: return "kling-v1"
    case .omniVideo: return "kling-video-o1"
    case .multiImage2video: return "kling-v1-6"
    case .videoExtend: return "kling-video-extend"
    case .effects: return "kling-effects"
    case .motionControl: return "kling-motion-control"
    case .avatar: return "kling-avatar"
    case .lipSync: return "kling-lip-sync"
    }
  }

  /// A list by kind shows the tasks that a request of the kind makes, whatever model they name.
  func narrow(_ filter: inout TaskFilter) {
    switch self {
    case .text2video: filter.scenarios = ["text"]
    case .image2video: filter.scenarios = [MediaInput.Role.firstFrame, MediaInput.Role.lastFrame]
    case .multiImage2video: filter.scenarios = [MediaInput.Role.reference]
    case .omniVideo: break
    case .videoExtend, .effects, .motionControl, .avatar, .lipSync: filter.model = defaultModel
    }
  }

  /// Whether bodies of this kind carry the model's name.
  var namesModel: Bool {
    switch self {
    case .text2video, .image2video, .omniVideo, .multiImage2video: return true
    case .videoExtend, .effects, .motionControl, .avatar, .lipSync: return false
    }
  }
}

/// How a task travels.
enum Route: String {
  /// Kling's own paths and bodies.
  case official
  /// A reseller's `/kling/…` with `model` and `metadata`.
  case prefixed
  /// A reseller's `/v1/video/generations`, the model's name holding mode and sound.
  case unified
}

/// What is kept with a task. JSON: `{"kind", "route", "external_task_id"?}`.
struct TaskState {
  var kind: Kind
  var route: Route
  /// Asks for the task when its upstream id never arrived.
  var externalID: String?

  init(kind: Kind, route: Route, externalID: String?) {
    self.kind = kind
    self.route = route
    self.externalID = externalID
  }

  init(_ json: JSON) throws(Failure) {
    guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
      let route = json["route"]?.string.flatMap(Route.init(rawValue:))
    else { throw Failure(.internal, "The task's state does not say which kind of Kling task it is.") }
    self.init(kind: kind, route: route, externalID: json["external_task_id"]?.string)
  }

  var json: JSON {
    var object: JSONObject = ["kind": .string(kind.rawValue), "route": .string(route.rawValue)]
    object.add("external_task_id", externalID)
    return .object(object)
  }

  /// The path that creates and lists tasks of this kind; a task's own follows it.
  var path: String { (route == .prefixed ? "/kling" : "") + "/v1/videos/\(kind.rawValue)" }
}
