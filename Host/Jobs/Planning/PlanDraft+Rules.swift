// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Checks what excludes, requires and forbids what.
  mutating func checkCombinations() {
    for group in model.exclusive {
      let present = group.filter { isGiven($0) }
      guard present.count > 1 else { continue }
      refuse(
        present[1], "\(listed(present, "and")) cannot be given together to \(modelName).",
        advice: "Choose one of them.")
    }
    for rule in rulesInForce {
      let because = rule.because.isEmpty ? "" : ", because \(rule.because)"
      for name in rule.requires where !isPresent(name) {
        refuse(name, "\(modelName) needs \(name) when \(rule.condition.clause)\(because).", advice: "Give \(name).")
      }
      for name in rule.forbids where isGiven(name) {
        refuse(
          name, "\(modelName) does not take \(name) when \(rule.condition.clause)\(because).",
          advice: "Leave \(name) out. \(modelAdvice)")
      }
    }
  }
}
