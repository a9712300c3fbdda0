// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

extension Creation {
  /// The most shots of a clip, and the most characters of one shot's prompt.
  static var maximumShots: Int { 6 }
  static var maximumShotCharacters: Int { 512 }

  /// The shots of a request, whether given as such or in the vendor's form.
  func shots() throws(Failure) -> [Shot] {
    if !request.shots.isEmpty { return request.shots }
    guard let value = request.options["multi_prompt"]?.nonNull else { return [] }
    return try Self.shots(vendor: value)
  }

  /// Reads `multi_prompt`: entries come in order, or carry an `index` each.
  static func shots(vendor value: JSON) throws(Failure) -> [Shot] {
    guard let entries = value.array else {
      throw Failure(.invalid, "multi_prompt is a list of {prompt, duration}.", field: "shots")
    }
    var numbered: [(index: Int, shot: Shot)] = []
    for (position, entry) in entries.enumerated() {
      guard let prompt = entry["prompt"]?.string else {
        throw Failure(.invalid, "Shot \(position + 1) has no prompt.", field: "shots")
      }
      var shot = Shot(prompt: prompt)
      if let duration = entry["duration"]?.nonNull {
        guard let seconds = duration.lenientInt else {
          throw Failure(.invalid, "The duration of shot \(position + 1) is not a whole number.", field: "shots")
        }
        shot.durationSeconds = seconds
      }
      numbered.append((entry["index"]?.lenientInt ?? position + 1, shot))
    }
    return numbered.sorted { $0.index < $1.index }.map { $0.shot }
  }

  /// The total duration that shots make together with the request's own.
  static func totalSeconds(_ shots: [Shot], durationSeconds: Int?) -> Int {
    if let durationSeconds { return durationSeconds }
    let given = shots.compactMap { $0.durationSeconds }
    return !given.isEmpty && given.count == shots.count ? sum(given) : defaultSeconds
  }

  /// No sum of durations comes near the limit of an integer, unless somebody tries.
  private static func sum(_ seconds: [Int]) -> Int {
    seconds.reduce(0) { total, next in
      let (sum, hasOverflowed) = total.addingReportingOverflow(next)
      return hasOverflowed ? Int.max : sum
    }
  }

  static var defaultSeconds: Int { 5 }

  /// A duration for each shot: what is given stays, the rest is shared out in whole seconds, the first shots getting
  /// one more where it does not come out even.
  static func share(_ shots: [Shot], total: Int) throws(Failure) -> [Int] {
    let given = shots.compactMap { $0.durationSeconds }
    let open = shots.count - given.count
    let taken = sum(given)
    let rest = taken <= total ? total - taken : -1
    guard given.allSatisfy({ $0 >= 1 }), total >= 0, rest >= open, open > 0 || rest == 0 else {
      throw Failure(
        .invalid, "The shots do not add up to \(total) s of at least 1 s each.", field: "shots",
        advice: "Leave the shots' durations out to share the clip's duration among them.")
    }
    var position = 0
    return shots.map { shot in
      if let seconds = shot.durationSeconds { return seconds }
      position += 1
      return rest / open + (position <= rest % open ? 1 : 0)
    }
  }

  func checkShots(_ shots: [Shot]) throws(Failure) {
    guard shots.count <= Self.maximumShots else {
      throw Failure(.invalid, "A clip has at most \(Self.maximumShots) shots, not \(shots.count).", field: "shots")
    }
    for (index, shot) in shots.enumerated() where shot.prompt.unicodeScalars.count > Self.maximumShotCharacters {
      throw Failure(
        .invalid, "The prompt of shot \(index + 1) is longer than \(Self.maximumShotCharacters) characters.",
        field: "shots")
    }
  }

  /// `multi_shot`, `shot_type` and `multi_prompt`. Without shots the first two go as they are.
  mutating func sendShots() throws(Failure) {
    let shots = try shots()
    guard !shots.isEmpty else {
      mapper.send("multi_shot", to: place("multi_shot"))
      sendShotType(to: place("shot_type"))
      return
    }
    try checkShots(shots)
    let total = Self.totalSeconds(shots, durationSeconds: request.durationSeconds)
    let seconds = try Self.share(shots, total: total)
    if request.durationSeconds == nil { mapper.set(place("duration"), .string(String(total))) }
    if request.options["multi_shot"]?.nonNull != nil {
      mapper.record(LedgerEntry("options.multi_shot", .sent, to: place("multi_shot")))
    }
    mapper.set(place("multi_shot"), true)
    sendShotType(to: place("shot_type"))
    if request.options["shot_type"]?.nonNull == nil { mapper.set(place("shot_type"), "customize") }
    let entries = zip(shots, seconds).enumerated().map { index, entry -> JSON in
      [
        "index": .number(JSONNumber(index + 1)), "prompt": .string(entry.0.prompt),
        "duration": .string(String(entry.1)),
      ]
    }
    mapper.set(place("multi_prompt"), .array(entries))
    recordShots(to: place("multi_prompt"))
  }

  mutating func recordShots(to name: String) {
    let field = request.shots.isEmpty ? "options.multi_prompt" : "shots"
    mapper.record(
      LedgerEntry(field, .translated, to: name, note: "numbered from 1, the clip's duration shared among them"))
  }

  /// Kling's word is `intelligence`; resellers document `intelligent`.
  mutating func sendShotType(to name: String) {
    mapper.send("shot_type", to: name) { value in
      switch (value.string, route) {
      case ("intelligent", .official), ("intelligent", .prefixed): return "intelligence"
      case ("intelligence", .unified): return "intelligent"
      default: return value
      }
    }
  }
}
