// SPDX-License-Identifier: Apache-2.0

/// Fits a command line to the specification of all commands.
///
/// A first word that is no command is a prompt: `filmgate "a boat"` is `filmgate generate "a boat"`.
public struct ArgumentParser: Sendable {
  let root: CommandSpecification
  /// The command that a bare prompt means.
  let promptCommand: String

  public init(root: CommandSpecification, promptCommand: String) {
    self.root = root
    self.promptCommand = promptCommand
  }

  public func parse(_ arguments: [String]) throws(UsageFailure) -> ParsedCommand {
    var command = ParsedCommand(path: [], specification: root)
    var rest = arguments[...]
    try descend(&command, &rest)
    var positionalsOnly = false
    while let argument = rest.popFirst() {
      if positionalsOnly || argument == "-" || !argument.hasPrefix("-") {
        command.positionals.append(argument)
      } else if argument == "--" {
        positionalsOnly = true
      } else if argument == "--help" || argument == "-h" {
        command.wantsHelp = true
      } else if argument.hasPrefix("--") {
        try parseLong(argument, &command, &rest)
      } else {
        try parseShort(argument, &command, &rest)
      }
    }
    if !command.wantsHelp { try checkPositionals(&command) }
    return command
  }

  /// The command that these arguments mean, whatever is wrong with the rest of them.
  func commandPath(_ arguments: [String]) -> [String] {
    var command = ParsedCommand(path: [], specification: root)
    var rest = arguments[...]
    do throws(UsageFailure) {
      try descend(&command, &rest)
    } catch {
      // What was followed before the wrong word is the nearest that there is.
    }
    return command.path
  }

  /// Follows the words that name commands.
  private func descend(_ command: inout ParsedCommand, _ rest: inout ArraySlice<String>) throws(UsageFailure) {
    guard let first = rest.first else { return }
    if let named = root.subcommand(first) {
      rest.removeFirst()
      command.path = [first]
      command.specification = named
    } else if first.hasPrefix("-") && first != "-" {
      // Options before any command belong to the prompt command, except those of the root.
      let name = String(first.drop { $0 == "-" }.prefix { $0 != "=" })
      let isRoot =
        root.options.contains { $0.long == name || String($0.short ?? "\0") == name } || name == "help" || name == "h"
      if !isRoot { usePromptCommand(&command) }
      return
    } else {
      if !first.contains(" "), first != "-" {
        // One bare word, or one that nearly is a command, is far more likely a slip than a prompt: never buy a typo.
        let near = Suggestion.nearest(to: first, among: root.subcommands.map { $0.name })
        let isFollowedByWord = rest.dropFirst().first?.hasPrefix("-") == false
        if rest.count == 1 || (isFollowedByWord && !near.isEmpty) {
          throw .unknownCommand(first, suggestions: Array(near.prefix(1)))
        }
      }
      usePromptCommand(&command)
      return
    }
    while let next = rest.first, !command.specification.subcommands.isEmpty {
      if let named = command.specification.subcommand(next) {
        rest.removeFirst()
        command.path.append(next)
        command.specification = named
      } else if next.hasPrefix("-") || !command.specification.positionals.isEmpty {
        break
      } else {
        let names = command.specification.subcommands.map { $0.name }
        throw .unknownCommand(
          (command.path + [next]).joined(separator: " "), suggestions: Suggestion.nearest(to: next, among: names))
      }
    }
    if !command.specification.subcommands.isEmpty, !rest.contains("--help"), !rest.contains("-h") {
      guard let name = command.specification.defaultSubcommand, let named = command.specification.subcommand(name)
      else {
        throw .missingSubcommand(
          command: command.path, choices: command.specification.subcommands.map { $0.name })
      }
      command.path.append(name)
      command.specification = named
    }
  }

  private func usePromptCommand(_ command: inout ParsedCommand) {
    guard let named = root.subcommand(promptCommand) else { return }
    command.path = [promptCommand]
    command.specification = named
  }

  private func parseLong(
    _ argument: String, _ command: inout ParsedCommand, _ rest: inout ArraySlice<String>
  ) throws(UsageFailure) {
    let body = argument.dropFirst(2)
    let parts = body.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
    let name = parts[0]
    let attached = parts.count == 2 ? parts[1] : nil
    if let option = command.specification.options.first(where: { $0.long == name }) {
      try take(option, shown: "--\(name)", attached, &command, &rest)
    } else if name.hasPrefix("no-"),
      let option = command.specification.options.first(where: { $0.isNegatable && $0.long == name.dropFirst(3) })
    {
      guard attached == nil else { throw .unexpectedValue(option: "--\(name)") }
      command.options.append((option.long, "false"))
    } else {
      let known = command.specification.options.flatMap { $0.isNegatable ? [$0.long, "no-\($0.long)"] : [$0.long] }
      throw .unknownOption(
        "--\(name)", command: command.path,
        suggestions: Suggestion.nearest(to: name, among: known).map { "--\($0)" })
    }
  }

  private func parseShort(
    _ argument: String, _ command: inout ParsedCommand, _ rest: inout ArraySlice<String>
  ) throws(UsageFailure) {
    var letters = argument.dropFirst()
    while let letter = letters.popFirst() {
      guard let option = command.specification.options.first(where: { $0.short == letter }) else {
        throw .unknownOption("-\(letter)", command: command.path, suggestions: [])
      }
      if option.value != nil {
        var attached: String? = letters.isEmpty ? nil : String(letters)
        if let text = attached, text.hasPrefix("=") { attached = String(text.dropFirst()) }
        try take(option, shown: "-\(letter)", attached, &command, &rest)
        return
      }
      try take(option, shown: "-\(letter)", nil, &command, &rest)
    }
  }

  private func take(
    _ option: OptionSpecification, shown: String, _ attached: String?, _ command: inout ParsedCommand,
    _ rest: inout ArraySlice<String>
  ) throws(UsageFailure) {
    if !option.repeats, command.options.contains(where: { $0.name == option.long }), option.value != nil {
      throw .givenTwice(option: shown)
    }
    guard let valueName = option.value else {
      guard attached == nil else { throw .unexpectedValue(option: shown) }
      command.options.append((option.long, "true"))
      return
    }
    guard let value = attached ?? rest.popFirst() else { throw .missingValue(option: shown, valueName: valueName) }
    if !option.choices.isEmpty, !option.choices.contains(value) {
      throw .invalidValue(
        option: shown, value: value, expected: "one of \(option.choices.joined(separator: ", "))")
    }
    command.options.append((option.long, value))
  }

  private func checkPositionals(_ command: inout ParsedCommand) throws(UsageFailure) {
    let wanted = command.specification.positionals
    let required = wanted.filter { !$0.isOptional }
    if command.positionals.count < required.count {
      throw .missingArgument(name: required[command.positionals.count].name, command: command.path)
    }
    if command.positionals.count > wanted.count, !(wanted.last?.repeats ?? false) {
      throw .unexpectedArgument(command.positionals[wanted.count], command: command.path)
    }
  }
}
