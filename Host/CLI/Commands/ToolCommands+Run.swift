// SPDX-License-Identifier: Apache-2.0

extension HelpCommand {
  static func run(_ command: ParsedCommand, _ terminal: Terminal) throws(UsageFailure) -> Int32 {
    guard let first = command.positionals.first else {
      terminal.result(HelpPage.render(CommandTree.root, path: []))
      return ExitCode.done.rawValue
    }
    if command.positionals.count == 1, let page = HelpTopics.page(first),
      CommandTree.root.subcommand(first) == nil || ["plugins", "config"].contains(first)
    {
      terminal.result(page)
      return ExitCode.done.rawValue
    }
    var specification = CommandTree.root
    var path: [String] = []
    for word in command.positionals {
      guard let next = specification.subcommand(word) else {
        let known = specification.subcommands.map { $0.name } + (path.isEmpty ? HelpTopics.names : [])
        throw .unknownCommand(
          (path + [word]).joined(separator: " "), suggestions: Suggestion.nearest(to: word, among: known))
      }
      specification = next
      path.append(word)
    }
    terminal.result(HelpPage.render(specification, path: path))
    return ExitCode.done.rawValue
  }
}

extension CompletionsCommand {
  static func run(_ command: ParsedCommand, _ terminal: Terminal) throws(UsageFailure) -> Int32 {
    if let kind = command.value("list") {
      // A shell asks while somebody types: never complain, never wait.
      for word in CompletionWords.list(kind, Session(command, terminal)) { terminal.result(word) }
      return ExitCode.done.rawValue
    }
    guard let name = command.positionals.first else {
      throw .missingArgument(name: "SHELL", command: command.path)
    }
    guard let shell = Completions.Shell(rawValue: name) else {
      throw .invalidValue(option: "SHELL", value: name, expected: "bash, zsh or fish")
    }
    terminal.result(Completions.script(for: shell, root: CommandTree.root))
    return ExitCode.done.rawValue
  }
}
