// SPDX-License-Identifier: Apache-2.0

/// `filmgate webhooks`: what a gateway tells its callers' servers.
enum WebhooksCommand {
  private static let message = PositionalSpecification(
    name: "ID", summary: "The webhook's id, or its job's for the newest of that job", completion: .job)
  private static let key = PositionalSpecification(
    name: "KEY", summary: "The key's id, or its name where only one key has it", completion: .token)

  static let specification = CommandSpecification(
    name: "webhooks", summary: "See and resend what a gateway tells its callers' servers.",
    discussion: "A webhook is sent when a job has ended, to the address that its request named (webhook_url) or else "
      + "its key's own. It is signed by Standard Webhooks, and tried again for a day until the server answers 2xx; "
      + "after 410 it is not. Every attempt has the same webhook-id.",
    subcommands: [
      CommandSpecification(
        name: "list", summary: "List webhooks, newest first.",
        options: [
          OptionSpecification(long: "limit", short: "n", value: "N", summary: "At most this many; 20 unless given"),
          OptionSpecification(
            long: "caller", value: "KEY", summary: "Only those of this caller's key", completion: .token),
          OptionSpecification(
            long: "state", value: "STATE", summary: "Only webhooks in this state",
            choices: ["pending", "delivered", "stopped", "abandoned"]),
        ] + CommandTree.common),
      CommandSpecification(
        name: "show", summary: "Show one webhook with its attempts.", positionals: [message],
        options: CommandTree.common),
      CommandSpecification(
        name: "resend", summary: "Send one now, whatever became of it, and say what the server answers.",
        discussion: "If that fails it is tried again for another day, by a gateway that runs.", positionals: [message],
        options: CommandTree.common, exitCodes: [.authentication, .unreachable]),
      CommandSpecification(
        name: "secret", summary: "Show the secret that a key's webhooks are signed with.", positionals: [key],
        options: CommandTree.common, exitCodes: [.authentication]),
      CommandSpecification(
        name: "default", summary: "Show or set where a key's webhooks go when the request names no address.",
        positionals: [
          key,
          PositionalSpecification(
            name: "URL", summary: "The address, or none for no webhooks", isOptional: true),
        ], options: CommandTree.common,
        examples: [
          "filmgate webhooks default alice https://hooks.example.com/videos", "filmgate webhooks default alice none",
        ]),
    ],
    defaultSubcommand: "list")
}
