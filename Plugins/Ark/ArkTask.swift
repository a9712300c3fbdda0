// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// Words and numbers of the Ark video task API that both directions of the translation share.
public enum Ark {
  /// Below the API's base URL, which ends in `/api/v3` at the vendor's own hosts.
  public static let tasksPath = "/contents/generations/tasks"
  /// What every model makes.
  public static let framesPerSecond = 24
  /// How long a link to a result works.
  public static let linkLifetimeSeconds: Int64 = 86_400
  /// What the vendor does without `execution_expires_after`.
  public static let executionExpiresAfterSeconds = 172_800
  public static let resolutions = ["480p", "720p", "1080p", "4k"]
  public static let ratios = ["16:9", "4:3", "1:1", "3:4", "9:16", "21:9"]
  /// The ratio of the first image, or whatever the model finds fitting.
  public static let adaptiveRatio = "adaptive"

  /// Whether a model, or an endpoint, is one of this API's.
  static func isOwn(_ model: String) -> Bool { model.holds("seedance") || model.hasPrefix("ep-") }
  /// Models of the first generation make no sound.
  static func hasSound(_ model: String) -> Bool { !model.holds("seedance-1-0-") }

  public static func taskPath(_ id: String) -> String { "\(tasksPath)/\(PathSegment.encode(id))" }
}

/// One field of a create body and its canonical name.
struct ArkField {
  var name: String
  /// A scalar field of `VideoRequest`, or nil where it is an option of the same name.
  var canonical: String?

  /// The top-level members beside `model` and `content`, in the order in which the vendor's clients write them.
  static let all = [
    ArkField(name: "safety_identifier", canonical: "user"), ArkField(name: "callback_url"),
    ArkField(name: "return_last_frame"), ArkField(name: "service_tier"), ArkField(name: "execution_expires_after"),
    ArkField(name: "priority"), ArkField(name: "generate_audio", canonical: "audio"), ArkField(name: "draft"),
    ArkField(name: "camera_fixed"), ArkField(name: "watermark", canonical: "watermark"),
    ArkField(name: "seed", canonical: "seed"), ArkField(name: "resolution", canonical: "resolution"),
    ArkField(name: "ratio", canonical: "aspect_ratio"), ArkField(name: "duration", canonical: "duration_seconds"),
    ArkField(name: "frames", canonical: "frames"), ArkField(name: "tools"), ArkField(name: "output_format"),
    ArkField(name: "omni_reference_task_type"),
  ]

  static func canonicalName(of name: String) -> String {
    all.first { $0.name == name }.map { $0.canonical ?? $0.name } ?? name
  }

  static func name(ofCanonical canonical: String) -> String {
    if canonical.hasPrefix("options.") { return String(canonical.dropFirst("options.".count)) }
    return all.first { $0.canonical == canonical }?.name ?? canonical
  }

  init(name: String, canonical: String? = nil) {
    self.name = name
    self.canonical = canonical
  }
}
