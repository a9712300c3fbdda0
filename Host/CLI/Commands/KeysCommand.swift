// SPDX-License-Identifier: Apache-2.0

/// `filmgate keys`: the providers' credentials.
enum KeysCommand {
  private static let plugin = PositionalSpecification(name: "PLUGIN", summary: "The plugin's id", completion: .plugin)

  static let specification = CommandSpecification(
    name: "keys", summary: "Set, list, test or remove the providers' credentials.",
    discussion: "Credentials live in a file that only you can read (mode 0600), in environment variables, or behind a "
      + "command named in the configuration. They are never shown whole.",
    subcommands: [
      CommandSpecification(
        name: "set", summary: "Store a credential; the value comes from standard input or a hidden prompt.",
        positionals: [
          plugin,
          PositionalSpecification(
            name: "SECRET", summary: "Which one, such as api_key; needed when the plugin has several", isOptional: true),
        ],
        options: CommandTree.common),
      CommandSpecification(
        name: "list", summary: "List which credentials are known, and from where.", options: CommandTree.common),
      CommandSpecification(
        name: "test", summary: "Ask the provider whether it accepts the credentials; buys nothing.",
        positionals: [plugin], options: CommandTree.common, exitCodes: [.authentication, .unreachable]),
      CommandSpecification(
        name: "remove", summary: "Forget stored credentials.",
        positionals: [
          plugin,
          PositionalSpecification(name: "SECRET", summary: "Which one; all unless given", isOptional: true),
        ],
        options: CommandTree.common),
    ],
    defaultSubcommand: "list")
}
