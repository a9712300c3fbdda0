// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Shares the clip's duration out among shots that have none, earlier shots taking what does not divide; a clip
  /// without a duration of its own is as long as its shots.
  mutating func shareShotDurations() {
    guard !request.shots.isEmpty else { return }
    let known = request.shots.compactMap { $0.durationSeconds }
    guard known.allSatisfy({ $0 >= 1 && $0 <= Self.longestShotSeconds }) else {
      return refuse("shots", "A shot lasts less than a second or more than \(Self.longestShotSeconds).")
    }
    let open = request.shots.indices.filter { request.shots[$0].durationSeconds == nil }
    let sum = known.reduce(0, +)
    if open.isEmpty, !given.contains("duration_seconds"), knows("duration_seconds") {
      guard request.durationSeconds != sum else { return }
      request.durationSeconds = sum
      // Judged like a duration that was given.
      given.insert("duration_seconds")
      ledger.removeAll { $0.field == "duration_seconds" }
      ledger.append(
        LedgerEntry(
          "duration_seconds", .defaulted, value: .number(JSONNumber(sum)), note: "the sum of the shots' durations"))
      return
    }
    guard let total = request.durationSeconds, total > 0 else { return }
    if open.isEmpty {
      guard sum != total else { return }
      return refuse(
        "shots", "The shots last \(sum) s together, but duration_seconds is \(total).",
        advice: "Make them equal, or leave one of them out.")
    }
    let rest = total - sum
    guard rest >= open.count else {
      return refuse(
        "shots", "\(request.shots.count) shots do not fit into \(total) s: each lasts a second at least.",
        advice: "Make the clip longer or give fewer shots.")
    }
    for (place, index) in open.enumerated() {
      let seconds = rest / open.count + (place < rest % open.count ? 1 : 0)
      request.shots[index].durationSeconds = seconds
    }
    ledger.append(
      LedgerEntry(
        "shots.duration_seconds", .defaulted,
        value: .array(request.shots.map { .number(JSONNumber($0.durationSeconds ?? 0)) }),
        note: "\(total) s shared out"))
  }

  static var longestShotSeconds: Int { 3600 }
}
