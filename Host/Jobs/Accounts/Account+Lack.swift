// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

extension Account {
  /// What is missing, as a failure: "No key for X: set A and B, or C." `displayName` is the provider's, for people.
  public func lack(displayName: String) -> Failure? {
    guard let first = missing.first else { return nil }
    let ways = missing.map { way in listed(way.settings.map { $0.variablesText }, "and") }
    let isOnlyAddress = first.settings.allSatisfy { $0.name == MissingSetting.baseURLName }
    let keys = first.settings.filter { $0.name != MissingSetting.baseURLName }
    let commands = keys.map { "`filmgate keys set \(pluginID) \($0.name)`" }
    let advice =
      commands.isEmpty
      ? "Set it in the environment, or as base_url of an account in the configuration."
      : "Set it in the environment, or run \(listed(commands, "and"))."
    return Failure(
      .authentication,
      "\(isOnlyAddress ? "No base URL" : "No key") for \(displayName) (account \(name)): "
        + "set \(ways.joined(separator: ", or ")).\(missingNote.map { " \($0)" } ?? "")", advice: advice)
  }
}
