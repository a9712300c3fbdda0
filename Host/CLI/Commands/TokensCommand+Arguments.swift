// SPDX-License-Identifier: Apache-2.0

import Gateway
import VideoDocuments

extension TokensCommand {
  /// The key that the command line asks for.
  static func draft(_ command: ParsedCommand) throws(UsageFailure) -> CallerKeyDraft {
    var draft = CallerKeyDraft(name: command.positionals.first)
    if let list = command.value("models") {
      draft.modelPatterns = list.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
      guard draft.modelPatterns.allSatisfy({ !$0.isEmpty && !$0.contains(" ") }) else {
        throw .invalidValue(option: "--models", value: list, expected: "names of models, separated by commas alone")
      }
    }
    draft.budget = try budget(command)
    draft.isAdministrator = command.isOn("admin")
    draft.parallelLimit = try command.integer("parallel", in: 1...CallerKeyDraft.maximumParallelJobs)
    if let text = command.value("expires") {
      let milliseconds = DurationText.milliseconds(text, maximum: CallerKeyDraft.maximumLifetimeSeconds * 1_000)
      guard let milliseconds, milliseconds >= 1_000 else {
        throw .invalidValue(option: "--expires", value: text, expected: "a duration such as 12h or 30d, up to 3650d")
      }
      draft.lifetimeSeconds = milliseconds / 1_000
    }
    return draft
  }

  private static func budget(_ command: ParsedCommand) throws(UsageFailure) -> Price? {
    switch (command.value("budget"), command.value("currency")) {
    case (nil, nil): return nil
    case (nil, _): throw .missingOption("--budget", neededBy: "--currency")
    case (_, nil): throw .missingOption("--currency", neededBy: "--budget")
    case (let amount?, let currency?):
      guard CallerKeyDraft.isCurrency(currency) else {
        throw .invalidValue(option: "--currency", value: currency, expected: "a code such as USD or CNY")
      }
      guard let budget = Price(currency: currency, decimal: amount) else {
        throw .invalidValue(option: "--budget", value: amount, expected: "an amount such as 20 or 12.50")
      }
      return budget
    }
  }
}
