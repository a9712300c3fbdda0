// SPDX-License-Identifier: Apache-2.0

/// All commands. One file per command holds its specification and what it does.
public enum CommandTree {
  /// The command that a bare prompt means.
  public static let promptCommand = "generate"

  public static let root = CommandSpecification(
    name: "filmgate",
    summary: "Video-generation jobs on any provider, through drop-in plugins.",
    discussion: """
      filmgate "PROMPT" -m MODEL -o clip.mp4 shows the price, generates, waits and saves.
      The result goes to stdout, the conversation to stderr.
      """,
    options: [
      OptionSpecification(long: "version", summary: "Show the version and exit")
    ],
    subcommands: [
      GenerateCommand.specification,
      JobsCommand.specification,
      ShowCommand.specification,
      WaitCommand.specification,
      GetCommand.specification,
      CancelCommand.specification,
      SettleCommand.specification,
      AgainCommand.specification,
      ModelsCommand.specification,
      PluginsCommand.specification,
      KeysCommand.specification,
      ConfigCommand.specification,
      ServeCommand.specification,
      TokensCommand.specification,
      WebhooksCommand.specification,
      SandboxCommand.specification,
      DoctorCommand.specification,
      CompletionsCommand.specification,
      HelpCommand.specification,
    ],
    examples: [
      "filmgate \"a paper boat in the rain\" -m studio -o boat.mp4",
      "filmgate \"the boat sets sail\" -m MODEL --image boat.png --seconds 5",
      "filmgate --request request.json --dry-run",
      "filmgate models",
    ])

  /// Options that every command takes, those too that have no use for them.
  static let gateway: [OptionSpecification] = [
    OptionSpecification(
      long: "gateway", value: "URL", summary: "Work with the jobs of a gateway there instead; FILMGATE_GATEWAY too",
      section: "Everywhere"),
    OptionSpecification(
      long: "key", value: "TOKEN", summary: "The key for that gateway; better given as FILMGATE_KEY",
      section: "Everywhere"),
  ]

  /// Options that every command takes which does more than print.
  static let common: [OptionSpecification] =
    [
      OptionSpecification(
        long: "plugins", value: "DIR", summary: "Look for plugins here first; may be given several times",
        repeats: true,
        section: "Everywhere", completion: .directory),
      OptionSpecification(
        long: "config", value: "FILE", summary: "Use this configuration file", section: "Everywhere", completion: .file),
    ] + gateway + [
      OptionSpecification(
        long: "json", summary: "Write JSON: results on stdout, one event per line", section: "Everywhere")
    ]

  static let jobArgument = PositionalSpecification(
    name: "JOB", summary: "The job's id, or its last four characters or more", completion: .job)

  static let waitingOptions: [OptionSpecification] = [
    OptionSpecification(
      long: "timeout", value: "TIME", summary: "Stop waiting after this long, such as 20m; the job goes on",
      section: "Waiting")
  ]
}
