// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Checks number, form and make of the inputs.
  mutating func checkInputs() {
    for index in request.inputs.indices {
      let input = request.inputs[index]
      guard let role = input.role, let facts = inputFacts(input.kind, role) else {
        refuseRole(index)
        continue
      }
      checkForm(index, facts)
      checkMake(index, facts)
    }
    for facts in model.inputs { checkGroup(facts) }
    if let maximum = model.maximumInputs, request.inputs.count > maximum {
      refuse(
        "inputs", "\(request.inputs.count) inputs were given, but \(modelName) takes at most \(maximum) together.",
        advice: "Leave some out.")
    }
  }

  /// "image 2": prompts count the same way.
  func inputName(_ index: Int) -> String {
    let kind = request.inputs[index].kind
    let place = request.inputs[...index].count { $0.kind == kind }
    return "\(kind.rawValue) \(place)"
  }

  private func inputFacts(_ kind: MediaKind, _ role: String) -> InputFacts? {
    model.inputs.first { $0.kind == kind && $0.role == role }
  }

  private mutating func refuseRole(_ index: Int) {
    let input = request.inputs[index]
    let roles = model.inputs.filter { $0.kind == input.kind }.map { $0.role }
    let kinds = listed(model.inputs.map { $0.kind.rawValue }.uniqued(), "and")
    let field = "inputs[\(index)]"
    if roles.isEmpty {
      let others = model.inputs.isEmpty ? "it works from text alone" : "it takes \(kinds)"
      return refuse(
        field, "\(modelName) takes no \(input.kind.rawValue); \(others).",
        advice: "Leave the \(input.kind.rawValue) out or choose another model: `filmgate models`.", kind: .unsupported)
    }
    if let role = input.role {
      return refuse(
        field,
        "\(inputName(index)) is given as \(role), but \(modelName) takes \(input.kind.rawValue) as \(listed(roles)).",
        advice: "Give it another role. \(modelAdvice)", kind: .unsupported)
    }
    let count = request.inputs.count { $0.kind == input.kind }
    refuse(
      field,
      "It is not clear what \(inputName(index)) of \(count) is for; \(modelName) takes \(input.kind.rawValue) as "
        + "\(listed(roles)).", advice: "Give each a role: `--image`, `--last` or `--ref FILE:ROLE`.")
  }

  private mutating func checkForm(_ index: Int, _ facts: InputFacts) {
    let input = request.inputs[index]
    let link = input.url.map { $0.lowercased() }
    let isData = input.asset != nil || link?.hasPrefix("data:") == true || link?.hasPrefix("filmgate-asset:") == true
    if isData, !facts.forms.contains("data") {
      refuse(
        "inputs[\(index)]",
        "\(modelName) takes \(facts.kind.rawValue) as \(facts.role) by link alone, and \(inputName(index)) is a file.",
        advice: "Put the file where the provider can fetch it, and give the link.", kind: .unsupported)
    } else if let link, link.hasPrefix("http://") || link.hasPrefix("https://"), !facts.forms.contains("url") {
      refuse(
        "inputs[\(index)]",
        "\(modelName) takes \(facts.kind.rawValue) as \(facts.role) as a file alone, and \(inputName(index)) is a link.",
        advice: "Download it and give the file.", kind: .unsupported)
    }
  }

  /// Checks what is known of the bytes; a link's are not.
  private mutating func checkMake(_ index: Int, _ facts: InputFacts) {
    let input = request.inputs[index]
    let name = inputName(index)
    func report(_ draft: inout PlanDraft, _ actual: String, _ limit: String, advice: String) {
      draft.refuse(
        "inputs[\(index)]", "\(name) \(actual), but \(draft.modelName) takes \(limit).", advice: advice)
    }
    if input.byteCount == 0 {
      return refuse("inputs[\(index)]", "\(name) is empty (0 bytes).", advice: "Give a file with something in it.")
    }
    if let bytes = input.byteCount, let limit = facts.maximumBytes, bytes > limit,
      bytes <= options.limits.maximumInputBytes
    {
      report(
        &self, "has \(shownBytes(bytes))", "at most \(shownBytes(limit))", advice: "Give a smaller file, or a link.")
    }
    if let type = input.mediaType, !facts.formats.isEmpty {
      let format = MediaFormat.name(type)
      if !facts.formats.contains(where: { MediaFormat.canonical($0) == format }) {
        report(
          &self, "is \(format)", listed(facts.formats), advice: "Convert it first, with ffmpeg for example.")
      }
    }
    if let width = input.widthPixels, let height = input.heightPixels, width > 0, height > 0 {
      let size = "is \(width)x\(height)"
      if let limit = facts.minimumSidePixels, min(width, height) < limit {
        report(&self, size, "sides of at least \(limit) pixels", advice: "Give a larger picture.")
      }
      if let limit = facts.maximumSidePixels, max(width, height) > limit {
        report(&self, size, "sides of at most \(limit) pixels", advice: "Scale it down first.")
      }
      let ratio = Double(width) / Double(height)
      if ratio < facts.minimumRatio ?? 0 || ratio > facts.maximumRatio ?? .infinity {
        report(
          &self, "\(size) (\(shown(ratio)) to 1)", "a width to height of \(facts.ratioText)", advice: "Crop it first.")
      }
    }
    if let seconds = input.durationSeconds,
      seconds < facts.minimumSeconds ?? 0 || seconds > facts.maximumSeconds ?? .infinity
    {
      report(&self, "lasts \(shown(seconds)) s", "\(facts.secondsText) s", advice: "Cut it first.")
    }
  }

  private mutating func checkGroup(_ facts: InputFacts) {
    let group = request.inputs(facts.kind, role: facts.role)
    let what = "\(facts.kind.rawValue) as \(facts.role)"
    if group.count > facts.maximum {
      refuse(
        "inputs", "\(group.count) inputs of \(what) were given, but \(modelName) takes at most \(facts.maximum).",
        advice: "Leave some out.")
    }
    if group.count < facts.minimum {
      refuse(
        "inputs", "\(modelName) needs \(facts.minimum) \(what), and \(group.count) were given.",
        advice: facts.kind == .image ? "Give one with `--image FILE`." : "Give one with `--ref FILE:\(facts.role)`.")
    }
    let seconds = group.compactMap { $0.durationSeconds }.reduce(0, +)
    if let limit = facts.maximumTotalSeconds, seconds > limit {
      refuse(
        "inputs",
        "The inputs of \(what) last \(shown(seconds)) s together, but \(modelName) takes at most \(shown(limit)) s.",
        advice: "Cut them first, or leave some out.")
    }
  }
}

extension InputFacts {
  fileprivate var ratioText: String { Self.range(minimumRatio, maximumRatio) }
  fileprivate var secondsText: String { Self.range(minimumSeconds, maximumSeconds) }

  private static func range(_ minimum: Double?, _ maximum: Double?) -> String {
    switch (minimum, maximum) {
    case (let minimum?, let maximum?): "\(shown(minimum)) to \(shown(maximum))"
    case (let minimum?, nil): "\(shown(minimum)) or more"
    case (nil, let maximum): "at most \(shown(maximum ?? 0))"
    }
  }
}

extension Array where Element: Hashable {
  /// The elements without repeats, in order.
  fileprivate func uniqued() -> [Element] {
    var seen: Set<Element> = []
    return filter { seen.insert($0).inserted }
  }
}
