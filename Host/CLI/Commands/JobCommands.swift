// SPDX-License-Identifier: Apache-2.0

/// `filmgate jobs`: what there is.
enum JobsCommand {
  static let specification = CommandSpecification(
    name: "jobs", summary: "List jobs, newest first.",
    options: [
      OptionSpecification(long: "limit", short: "n", value: "N", summary: "At most this many; 20 unless given"),
      OptionSpecification(
        long: "state", value: "STATE", summary: "Only jobs in this state",
        choices: ["queued", "submitting", "running", "unknown", "succeeded", "failed", "cancelled", "expired"]),
    ] + CommandTree.common)
}

/// `filmgate show JOB`: everything that is known of one job.
enum ShowCommand {
  static let specification = CommandSpecification(
    name: "show", summary: "Show one job: state, request, price, fields, history.",
    positionals: [CommandTree.jobArgument], options: CommandTree.common)
}

/// `filmgate wait JOB`: come back to a job.
enum WaitCommand {
  static let specification = CommandSpecification(
    name: "wait", summary: "Wait for a job and save its clip.",
    positionals: [CommandTree.jobArgument],
    options: GetCommand.outputOptions + CommandTree.waitingOptions + CommandTree.common,
    exitCodes: [
      .providerFailed, .refused, .authentication, .unreachable, .plugin, .stillRunning, .unknownOutcome, .interrupted,
    ])
}

/// `filmgate get JOB`: the clip, if it is there.
enum GetCommand {
  static let outputOptions: [OptionSpecification] = [
    OptionSpecification(
      long: "output", short: "o", value: "PATH", summary: "Where to save; - for stdout; {id} and {model} are filled in",
      section: "Output", completion: .file),
    OptionSpecification(long: "overwrite", summary: "Replace an existing file", section: "Output"),
  ]

  static let specification = CommandSpecification(
    name: "get", summary: "Save the clip of a finished job; looks once, does not wait.",
    positionals: [CommandTree.jobArgument], options: outputOptions + CommandTree.common,
    exitCodes: [.providerFailed, .unreachable, .stillRunning, .unknownOutcome])
}

/// `filmgate cancel JOB`: stop it, and say truly whether that worked.
enum CancelCommand {
  static let specification = CommandSpecification(
    name: "cancel", summary: "Cancel a job, and say whether it was still possible.",
    positionals: [CommandTree.jobArgument], options: CommandTree.common,
    exitCodes: [.providerFailed, .unreachable, .unknownOutcome])
}

/// `filmgate settle JOB`: what became of a purchase whose answer was lost.
enum SettleCommand {
  static let specification = CommandSpecification(
    name: "settle", summary: "Say what became of a job whose outcome is unknown.",
    discussion: """
      A job is unknown when its purchase was sent and the answer was lost; it is never sent again. Look in the provider's \
      console whether it is there. If it is, name the id that it has there: the provider is asked for it with the \
      account that bought the job, and if it knows it, the job goes on. If it is not there, close it. Without either \
      option the provider is asked by the id that was sent along, where it takes one.

      At a gateway this needs a key that may administer it.
      """,
    positionals: [CommandTree.jobArgument],
    options: [
      OptionSpecification(long: "upstream-id", value: "ID", summary: "The provider has it under this id"),
      OptionSpecification(
        long: "not-bought",
        summary: "It is not there: the job has failed and cost nothing, and its caller's budget is free of it"),
    ] + CommandTree.common,
    examples: ["filmgate settle fg_1abc --upstream-id 839201", "filmgate settle fg_1abc --not-bought"],
    exitCodes: [.providerFailed, .authentication, .unreachable, .plugin])
}

/// `filmgate again JOB`: the same request as a new job.
enum AgainCommand {
  static let specification = CommandSpecification(
    name: "again", summary: "Submit a job's request once more, as a new job, with what is given here changed.",
    positionals: [CommandTree.jobArgument],
    options: GenerateCommand.specification.options.filter { option in
      option.section == "Shape"
        || [
          "model", "out", "output", "overwrite", "dry-run", "max-cost", "lenient", "sandbox", "no-wait", "account",
          "profile",
        ].contains(option.long)
    } + CommandTree.waitingOptions + CommandTree.common,
    exitCodes: GenerateCommand.specification.exitCodes)
}
