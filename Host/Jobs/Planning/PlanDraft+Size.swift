// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Turns a width and height into a resolution and ratio for models that count so.
  mutating func translateSize() {
    guard !knows("width"), !knows("height") else { return }
    guard let width = request.widthPixels, let height = request.heightPixels else {
      for (name, other) in [("width", "height"), ("height", "width")] where given.contains(name) {
        refuse(
          name, "\(name) is given without \(other).", advice: "Give both, or a resolution and an aspect ratio instead.")
        drop(name)
      }
      return
    }
    let asked = "\(width)x\(height)"
    drop("width")
    drop("height")
    let exactSizes = model.sizes.filter { $0.widthPixels == width && $0.heightPixels == height }
    if let exact = exactSizes.first(where: fits) ?? exactSizes.first {
      take(resolution: exact.resolution, ratio: exact.aspectRatio, asked: asked)
      return
    }
    let nominal = Self.nominal(width: width, height: height)
    guard let nominal, allows(ratio: nominal.ratio, resolution: nominal.resolution) else {
      return refuseSize(asked, nearest: nearest(width: width, height: height))
    }
    guard let made = model.size(resolution: nominal.resolution, aspectRatio: nominal.ratio) else {
      guard model.sizes.isEmpty else { return refuseSize(asked, nearest: nearest(width: width, height: height)) }
      take(resolution: nominal.resolution, ratio: nominal.ratio, asked: asked)
      return
    }
    guard options.leniency == .lenient else { return refuseSize(asked, nearest: made) }
    warnings.append("\(modelName) makes \(made.text) instead of \(asked).")
    take(resolution: nominal.resolution, ratio: nominal.ratio, asked: asked)
  }

  /// Whether a row of the size table goes with the resolution and ratio that were given.
  private func fits(_ size: ModelFacts.Size) -> Bool {
    (request.resolution ?? size.resolution) == size.resolution
      && (request.aspectRatio ?? size.aspectRatio) == size.aspectRatio
  }

  private mutating func take(resolution: String, ratio: String, asked: String) {
    var taken: [String] = []
    for (name, value) in [("resolution", resolution), ("aspect_ratio", ratio)] where knows(name) {
      if let present = request.value(of: name) {
        if present != .string(value) {
          refuse(
            name, "\(asked) is \(name) \(value), but \(name) is given as \(shown(present)).",
            advice: "Give either the size or \(name).")
        }
        continue
      }
      set(.string(value), of: name)
      given.insert(name)
      taken.append("\(name) \(value)")
      ledger.append(LedgerEntry(name, .defaulted, value: .string(value), note: "from the size \(asked)"))
    }
    let note = taken.isEmpty ? "the size that the model makes" : nil
    for name in ["width", "height"] {
      ledger.append(LedgerEntry(name, .translated, to: taken.isEmpty ? nil : listed(taken, "and"), note: note))
    }
  }

  private mutating func refuseSize(_ asked: String, nearest: ModelFacts.Size?) {
    let sizes = model.sizes.filter(fits)
    if sizes.isEmpty, model.sizes.isEmpty {
      refuse(
        "width", "\(modelName) takes no size in pixels, and \(asked) is none of its ratios.",
        advice: "Give an aspect ratio instead, and a resolution where the model has one.", kind: .unsupported)
      return
    }
    let hint =
      nearest.map { "; the nearest is \($0.text) (resolution \($0.resolution), ratio \($0.aspectRatio))" } ?? ""
    refuse(
      "width", "\(modelName) cannot make \(asked)\(hint).",
      advice: "Give one of its sizes, or a resolution and an aspect ratio. \(modelAdvice)")
  }

  private func allows(ratio: String, resolution: String) -> Bool {
    guard let ratios = facts(of: "aspect_ratio"), ratios.allows(.string(ratio)) else { return false }
    guard let resolutions = facts(of: "resolution") else { return true }
    return resolutions.allows(.string(resolution))
  }

  private func nearest(width: Int, height: Int) -> ModelFacts.Size? {
    // Relative differences of both sides, so that the shape counts as much as the size.
    model.sizes.filter(fits).min { left, right in
      Self.difference(left, width, height) < Self.difference(right, width, height)
    }
  }

  private static func difference(_ size: ModelFacts.Size, _ width: Int, _ height: Int) -> Double {
    func relative(_ left: Int, _ right: Int) -> Double {
      let (left, right) = (Double(max(left, 1)), Double(max(right, 1)))
      return left > right ? left / right : right / left
    }
    return relative(size.widthPixels, width) + relative(size.heightPixels, height)
  }

  /// What people call a size: 1280x720 is 16:9 at 720p. Nil when the sides have no small ratio.
  static func nominal(width: Int, height: Int) -> (resolution: String, ratio: String)? {
    guard width > 0, height > 0 else { return nil }
    var (left, right) = (width, height)
    while right != 0 { (left, right) = (right, left % right) }
    var (across, down) = (width / left, height / left)
    // 21:9 is written unreduced.
    if (across, down) == (7, 3) { (across, down) = (21, 9) }
    if (across, down) == (3, 7) { (across, down) = (9, 21) }
    guard max(across, down) <= 32 else { return nil }
    let short = min(width, height)
    return (short == 2160 ? "4k" : "\(short)p", "\(across):\(down)")
  }
}

extension ModelFacts.Size {
  var text: String { "\(widthPixels)x\(heightPixels)" }
}
