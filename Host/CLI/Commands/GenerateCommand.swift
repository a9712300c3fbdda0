// SPDX-License-Identifier: Apache-2.0

/// `filmgate generate`, which a bare prompt means.
enum GenerateCommand {
  static let specification = CommandSpecification(
    name: "generate",
    summary: "Generate a clip: show the price, submit, wait, save.",
    discussion: """
      Inputs may be files, http(s) links, data: URLs, or - for standard input. A prompt of - is read from standard input.
      -o takes an output path (boat.mp4) or, when it holds an = after a name, an option for the model (mode=pro).
      With -o - the clip is saved under its default name and written to stdout.
      Interrupting (Ctrl-C) only stops the waiting: the job goes on, and `filmgate wait JOB` comes back to it.
      """,
    positionals: [
      PositionalSpecification(name: "PROMPT", summary: "What the clip should show", isOptional: true)
    ],
    options: [
      OptionSpecification(
        long: "model", short: "m", value: "MODEL", summary: "The model; `filmgate models` lists them",
        completion: .model),
      OptionSpecification(
        long: "request", value: "FILE", summary: "Take the whole request from a JSON file; other options override it",
        completion: .file),
      OptionSpecification(
        long: "image", value: "FILE", summary: "An image to start from: the first frame, or one of several references",
        repeats: true, section: "Inputs", completion: .file),
      OptionSpecification(
        long: "last", value: "FILE", summary: "The image to end with", section: "Inputs", completion: .file),
      OptionSpecification(
        long: "ref", value: "FILE[:ROLE]",
        summary: "A reference image, video or sound, in the order the prompt counts them", repeats: true,
        section: "Inputs", completion: .file),
      OptionSpecification(
        long: "video", value: "FILE", summary: "The video to change or to continue", section: "Inputs",
        completion: .file),
      OptionSpecification(
        long: "seconds", short: "s", value: "N", summary: "How long the clip is; auto lets the model choose",
        section: "Shape"),
      OptionSpecification(long: "ratio", value: "W:H", summary: "Such as 16:9, or adaptive", section: "Shape"),
      OptionSpecification(long: "resolution", value: "NAME", summary: "Such as 720p", section: "Shape"),
      OptionSpecification(long: "size", value: "WxH", summary: "Exact pixels, such as 1280x720", section: "Shape"),
      OptionSpecification(long: "fps", value: "N", summary: "Frames per second", section: "Shape"),
      OptionSpecification(long: "seed", value: "N", summary: "For similar results again", section: "Shape"),
      OptionSpecification(long: "audio", summary: "With or without sound", isNegatable: true, section: "Shape"),
      OptionSpecification(
        long: "watermark", summary: "With or without the provider's mark", isNegatable: true, section: "Shape"),
      OptionSpecification(long: "negative", value: "TEXT", summary: "What the clip should not show", section: "Shape"),
      OptionSpecification(
        long: "shot", value: "[N:]TEXT", summary: "One of several shots, in order, with its seconds", repeats: true,
        section: "Shape"),
      OptionSpecification(
        long: "option", value: "NAME=VALUE", summary: "An option by the provider's own name", repeats: true,
        section: "Shape"),
      OptionSpecification(
        long: "out", short: "o", value: "PATH",
        summary: "Where to save, - for stdout, or NAME=VALUE; {id} and {model} are filled in",
        repeats: true, section: "Output", completion: .file),
      OptionSpecification(
        long: "output", short: "O", value: "PATH", summary: "Where to save, whatever the path looks like",
        section: "Output", completion: .file),
      OptionSpecification(long: "overwrite", summary: "Replace an existing file", section: "Output"),
      OptionSpecification(
        long: "dry-run", summary: "Show the exact request, the price and what becomes of each field; buy nothing",
        section: "Money"),
      OptionSpecification(
        long: "max-cost", value: "AMOUNT", summary: "Refuse when it may cost more, such as 1.50 or 1.50USD",
        section: "Money"),
      OptionSpecification(
        long: "lenient", summary: "Leave out what the model cannot use, with a warning, instead of refusing",
        section: "Money"),
      OptionSpecification(
        long: "sandbox", summary: "Drive the real plugin against a local stand-in: no account, no cost",
        section: "Money"),
      OptionSpecification(
        long: "account", value: "NAME", summary: "Use this account", section: "Money"),
      OptionSpecification(
        long: "profile", value: "NAME", summary: "Use the plugin's profile of this name", section: "Money"),
      OptionSpecification(
        long: "no-wait", summary: "Submit and return the job's id", section: "Waiting"),
    ] + CommandTree.waitingOptions + CommandTree.common,
    examples: [
      "filmgate \"a paper boat in the rain\" -m MODEL -o boat.mp4",
      "filmgate \"she turns\" -m MODEL --image first.png --last last.png -s 5 -o mode=pro",
      "filmgate --request body.json --dry-run",
    ],
    exitCodes: [
      .unexpected, .providerFailed, .refused, .authentication, .unreachable, .money, .plugin, .stillRunning,
      .unknownOutcome, .interrupted,
    ])
}
