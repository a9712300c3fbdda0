// SPDX-License-Identifier: Apache-2.0

/// `filmgate plugins`: what is installed, and what is wrong with the rest.
enum PluginsCommand {
  static let specification = CommandSpecification(
    name: "plugins", summary: "List plugins, or show one.",
    subcommands: [
      CommandSpecification(
        name: "list", summary: "List every plugin file and its state.", options: CommandTree.common),
      CommandSpecification(
        name: "show", summary: "Show one plugin: file, hash, profiles, operations, models.",
        positionals: [PositionalSpecification(name: "PLUGIN", summary: "Its id", completion: .plugin)],
        options: CommandTree.common),
    ],
    defaultSubcommand: "list")
}
