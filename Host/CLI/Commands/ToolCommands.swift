// SPDX-License-Identifier: Apache-2.0

/// `filmgate sandbox`: every plugin's own wire format at a local address, with a stand-in behind it.
enum SandboxCommand {
  static let specification = CommandSpecification(
    name: "sandbox", summary: "Serve a stand-in for every provider on this machine.",
    discussion: "Every plugin's own routes, with the vendor's authentication verified and locally rendered clips as "
      + "results. Prints the base URL and the credentials of each plugin.",
    options: [
      OptionSpecification(long: "port", value: "N", summary: "The port; any free one unless given"),
      OptionSpecification(
        long: "delay", value: "TIME", summary: "How long a task takes; 2s unless given"),
    ] + CommandTree.common)
}

/// `filmgate doctor`: is this machine fit?
enum DoctorCommand {
  static let specification = CommandSpecification(
    name: "doctor", summary: "Check this machine: jail, plugins, keys, database, renderer.",
    options: CommandTree.common, exitCodes: [.unexpected])
}

/// `filmgate completions SHELL`.
enum CompletionsCommand {
  static let specification = CommandSpecification(
    name: "completions", summary: "Print a completion script for a shell.",
    positionals: [
      PositionalSpecification(
        name: "SHELL", summary: "bash, zsh or fish", isOptional: true, completion: .words(["bash", "zsh", "fish"]))
    ],
    options: [
      OptionSpecification(
        long: "list", value: "KIND", summary: "Print the words that a script offers",
        choices: ["models", "jobs", "plugins", "tokens"])
    ] + CommandTree.gateway)
}

/// `filmgate help TOPIC`.
enum HelpCommand {
  static let specification = CommandSpecification(
    name: "help", summary: "Show help on a command or a topic.",
    positionals: [
      PositionalSpecification(
        name: "TOPIC", summary: "A command, or exit-codes, environment, plugins, config or metrics", isOptional: true,
        repeats: true, completion: .words(HelpTopics.names))
    ], options: CommandTree.gateway)
}
