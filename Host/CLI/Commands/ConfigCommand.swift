// SPDX-License-Identifier: Apache-2.0

/// `filmgate config`: what is in force, and from where.
enum ConfigCommand {
  static let specification = CommandSpecification(
    name: "config", summary: "Show the configuration in force, or where its files are.",
    subcommands: [
      CommandSpecification(
        name: "show", summary: "Show the configuration in force, without secrets.", options: CommandTree.common),
      CommandSpecification(
        name: "path", summary: "Show where configuration, keys, jobs and plugins live.", options: CommandTree.common),
      CommandSpecification(
        name: "check", summary: "Check the configuration file and say what is wrong, with line and column.",
        discussion: "`filmgate help config` explains every key.",
        positionals: [
          PositionalSpecification(
            name: "FILE", summary: "The file to check; the one in force unless given", isOptional: true,
            completion: .file)
        ],
        options: CommandTree.common, exitCodes: [.authentication]),
    ],
    defaultSubcommand: "show")
}
