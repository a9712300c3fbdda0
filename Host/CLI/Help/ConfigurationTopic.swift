// SPDX-License-Identifier: Apache-2.0

import Jobs

extension HelpTopics {
  /// Every key of the configuration file.
  static var configuration: String {
    let gateway = GatewayKey.all.map { key in
      let fallback = key.fallback.map { "; \($0) unless given" } ?? ""
      return ("  \(key.name)", "\(key.meaning) (\(key.values)\(fallback))")
    }
    return [
      "The configuration file",
      HelpPage.wrapParagraphs(
        "YAML: --config FILE, or FILMGATE_CONFIG, or config.yaml in the folder that `filmgate config path` shows. "
          + "Everything in it is optional; a key that is not known is an error. `filmgate config check` says what is "
          + "wrong, with line and column. A gateway reads it again at SIGHUP, and keeps the old one where the new one "
          + "is wrong; listen, archive and archive_folder take effect when it is started anew. Paths may be relative to the file's folder, or begin with ~/. Durations have a unit: 500ms, 30s, "
          + "90m, 24h, 30d. So do sizes: 512KiB, 64MiB, 1GiB.", indent: 0),
      HelpPage.table([
        ("default_model", "For requests that name no model"),
        ("output", "Where clips go: a path or a template such as clips/{id}.mp4"),
      ]),
      "plugins:\n"
        + HelpPage.table([
          ("  paths", "Further folders with plugins: one, or a list"),
          (
            "  isolation",
            "How a plugin runs, by its id: worker (in its jail), or {mode: in-process, sha256: HASH} for one file that "
              + "is trusted as the program itself"
          ),
        ]),
      "accounts, a list in the order of preference (limits.in_flight is in_flight within limits):\n"
        + HelpPage.table(accountKeys),
      HelpPage.wrapParagraphs(
        "A job is asked about, cancelled and fetched with the account that bought it, at the address where it was "
          + "bought. An account that is taken out buys nothing more; a gateway that runs goes on with its jobs, and one "
          + "that is started later lets them wait until the account is configured again. A new key in the place of an "
          + "old one goes on with the old one's jobs. An account that gets another base_url is another account: keep "
          + "the old one under a name of its own (weight 0 lets it buy nothing while others can), and it goes on with "
          + "its jobs. Jobs remember a fingerprint of the key, so they find it under any name.", indent: 0),
      "gateway (log.format is format within log):\n" + HelpPage.table(gateway),
    ].joined(separator: "\n\n")
  }

  static var accountKeys: [(String, String)] {
    [
      (
        "  name",
        "Unique; the plugin's name, and the profile's, unless given. Jobs remember it: what is another account with the "
          + "provider should have another name"
      ),
      ("  plugin", "The plugin's id. Required."),
      ("  profile", "One of the plugin's profiles, such as official or relay; the first unless given"),
      ("  base_url", "Reach the provider here instead"),
      ("  scheme", "One of the profile's ways to authenticate; the first whose secrets are there unless given"),
      (
        "  secrets",
        "By name: {env: VARIABLE}, {file: PATH} (its first line), {command: [PROGRAM, ARGUMENT]} (the first line that "
          + "it prints), or the value itself, if the file is its owner's alone"
      ),
      ("  models", "Patterns of the models that the account is for, such as ep-*; all unless given"),
      ("  options", "Handed to the plugin as they are"),
      (
        "  weight",
        "How large a share of the jobs it gets beside other accounts that fit, 0 to 1000; 1 unless given, 0 only when no "
          + "other can take one"
      ),
      (
        "  limits.in_flight",
        "Jobs at the provider at once, for each gateway by itself, 1 to 1000000; any number unless given"
      ),
      (
        "  limits.requests_per_second",
        "Purchases and looks a second, for each gateway by itself, 0.001 to 1000000; any number unless given"
      ),
    ]
  }
}
