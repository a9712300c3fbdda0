// SPDX-License-Identifier: Apache-2.0

/// The help pages that are not about one command.
enum HelpTopics {
  static let names = ["exit-codes", "environment", "plugins", "config", "metrics"]

  static func page(_ name: String) -> String? {
    switch name {
    case "exit-codes": return exitCodes
    case "environment": return environment
    case "plugins": return plugins
    case "config": return configuration
    case "metrics": return metrics
    default: return nil
    }
  }

  static var exitCodes: String {
    "Exit codes of filmgate\n\n" + HelpPage.table(ExitCode.allCases.map { (String($0.rawValue), $0.meaning) })
      + "\n\n"
      + HelpPage.wrapParagraphs(
        "Only 5 is safe to retry blindly. After 8, 9 and 130 the job may exist: `filmgate jobs` lists it. "
          + "`filmgate settle` ends what 9 leaves open.", indent: 0)
  }

  static var environment: String {
    "Environment variables that filmgate reads\n\n"
      + HelpPage.table([
        ("FILMGATE_PLUGIN_PATH", "Folders of plugins, separated by colons, after --plugins"),
        ("FILMGATE_<PLUGIN>_<SECRET>", "A credential, such as FILMGATE_ACME_API_KEY; wins over the key file"),
        ("FILMGATE_<PLUGIN>_BASE_URL", "Reach this plugin's provider here instead of the profile's base URL"),
        ("FILMGATE_<PLUGIN>_PROFILE", "The profile to use, such as official or relay"),
        ("FILMGATE_POLL_MILLISECONDS", "Look at new jobs this often, 100 to 3600000, instead of as their plugin says"),
        ("FILMGATE_CONFIG", "The configuration file"),
        ("FILMGATE_GATEWAY", "Work with the gateway at this address, as --gateway does"),
        ("FILMGATE_KEY", "The key for that gateway"),
        ("FILMGATE_WORKER", "The worker program that plugins run in"),
        ("XDG_CONFIG_HOME", "Configuration and keys: filmgate/config.yaml, filmgate/keys.json; ~/.config unless set"),
        ("XDG_DATA_HOME", "Jobs and plugins: filmgate/jobs.sqlite, filmgate/plugins; ~/.local/share unless set"),
        ("XDG_CACHE_HOME", "What can be made again: filmgate/; ~/.cache unless set"),
        ("NO_COLOR", "No colours"),
        ("http_proxy, no_proxy", "As other programs use them; never for this machine's own addresses"),
      ])
      + "\n\n"
      + HelpPage.wrapParagraphs(
        "A plugin may name the variables that its provider's own tools use; `filmgate keys list` shows them.", indent: 0
      )
  }

  static var plugins: String {
    [
      "Plugins",
      HelpPage.wrapParagraphs(
        "A plugin is one file, libfilmgate-<name>.so. Dropping it into a folder below is the whole installation; "
          + "removing it removes its models and nothing else. The folders, first match wins:", indent: 0),
      HelpPage.table([
        ("1. --plugins DIR", "On the command line"),
        ("2. FILMGATE_PLUGIN_PATH", "Separated by colons"),
        ("3. data folder", "$XDG_DATA_HOME/filmgate/plugins"),
        ("4. installation", "<prefix>/lib/filmgate/plugins"),
        ("5. beside filmgate", "The folder of the executable"),
      ]),
      HelpPage.wrapParagraphs(
        "A plugin runs in a worker process that can open no file and no socket and sees no credential. Files or "
          + "folders that other users may write are refused. A plugin that crashes three times in ten minutes is "
          + "quarantined for an hour or until its file changes; `filmgate plugins list` says why.", indent: 0),
    ].joined(separator: "\n\n")
  }
}
