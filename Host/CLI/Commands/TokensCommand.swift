// SPDX-License-Identifier: Apache-2.0

/// `filmgate tokens`: the keys that a gateway's callers prove themselves with.
enum TokensCommand {
  private static let token = PositionalSpecification(
    name: "ID", summary: "The key's id, or its name where only one key has it", completion: .token)

  static let specification = CommandSpecification(
    name: "tokens", summary: "Make, list, show or revoke the keys of a gateway's callers.",
    discussion: "A key is a pair, access key and secret key, or both in one as a bearer token: callers use the form "
      + "that their client asks for. The database holds no secret; all are derived from the master key file beside "
      + "it, so keep a copy of both. A running gateway follows within a second.\nWith --gateway and a key that may administer "
      + "(the first one, or one made with --admin), the same is done from elsewhere; but secrets are shown once there, "
      + "when a key is made, and keys that may administer are made where the gateway runs.",
    subcommands: [
      CommandSpecification(
        name: "create", summary: "Make a key and show it.",
        discussion: "A budget is the sum of all that the key's jobs cost, or may cost until that is known.",
        positionals: [
          PositionalSpecification(name: "NAME", summary: "What to call it in lists and logs", isOptional: true)
        ],
        options: [
          OptionSpecification(
            long: "models", value: "LIST",
            summary: "Only these models, separated by commas; * stands for any characters", completion: .model),
          OptionSpecification(long: "budget", value: "AMOUNT", summary: "What all its jobs may cost, such as 20"),
          OptionSpecification(long: "currency", value: "CODE", summary: "The budget's currency, such as USD"),
          OptionSpecification(long: "parallel", value: "N", summary: "At most this many jobs at once, 1 to 10000"),
          OptionSpecification(
            long: "expires", value: "TIME", summary: "How long it works, such as 12h or 30d; for ever unless given"),
          OptionSpecification(
            long: "admin", summary: "It may also list, make and revoke keys through the gateway, and see to webhooks"),
        ] + CommandTree.common,
        examples: [
          "filmgate tokens create alice --budget 20 --currency USD",
          "filmgate tokens create trial --models 'acme-*' --parallel 2 --expires 30d",
        ], exitCodes: [.authentication]),
      CommandSpecification(
        name: "list", summary: "List the keys with their limits, and what they have spent.",
        options: CommandTree.common),
      CommandSpecification(
        name: "show", summary: "Show one key.", positionals: [token],
        options: [
          OptionSpecification(long: "secret", summary: "Show the secrets too")
        ] + CommandTree.common, exitCodes: [.authentication]),
      CommandSpecification(
        name: "revoke", summary: "Take a key's rights, for good; jobs under way go on.", positionals: [token],
        options: CommandTree.common),
    ],
    defaultSubcommand: "list")
}
