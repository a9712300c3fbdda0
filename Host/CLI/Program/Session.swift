// SPDX-License-Identifier: Apache-2.0

import Jobs
import OrderedJSON
import PluginHost
import Studio
import VideoDocuments

/// One command in progress: its arguments, where it writes, and what it has looked up so far.
struct Session: Sendable {
  let command: ParsedCommand
  let terminal: Terminal

  init(_ command: ParsedCommand, _ terminal: Terminal) {
    self.command = command
    self.terminal = terminal
  }

  var wantsJSON: Bool { command.isOn("json") }

  /// Where the files are.
  func locations() throws(Failure) -> Locations {
    try Locations(configurationFile: command.value("config") ?? checkedFile)
  }

  /// The file of `config check FILE`.
  private var checkedFile: String? { command.path == ["config", "check"] ? command.positionals.first : nil }

  /// The configuration in force.
  func configuration(_ locations: Locations) throws(Failure) -> Configuration {
    try ConfigurationReader.load(locations.configuration, environment: locations.environment)
  }

  /// How plugins are found and run. The configuration's folders come after those of the command line.
  func pluginSettings(_ configuration: Configuration = Configuration()) -> PluginHostSettings {
    var settings = PluginHostSettings(pluginFolders: command.values("plugins") + configuration.pluginFolders)
    for (id, isolation) in configuration.isolation {
      if case .inProcess(let sha256) = isolation { settings.inProcess[id] = Hash.bytes(sha256) }
    }
    return settings
  }

  /// What is installed; costs a look at each file's status when nothing changed.
  func plugins() -> PluginCatalog { PluginDiscovery.run(pluginSettings(readableConfiguration())) }

  /// For commands that only list: a broken configuration is `config check`'s business, not theirs.
  private func readableConfiguration() -> Configuration {
    guard let locations = try? locations(), let configuration = try? configuration(locations) else {
      return Configuration()
    }
    return configuration
  }

  /// The usable plugins in path order, and the built-in renderer last.
  static func catalog(of plugins: PluginCatalog) -> Catalog {
    Catalog(plugins.ready.map { CatalogEntry($0.manifest) } + [CatalogEntry(StudioManifest.manifest)])
  }

  /// Ends a command with a failure: on stderr as sentences, with `--json` as one event on stdout.
  func fail(_ failure: Failure) -> Int32 { fail(failure, ExitCode(failure)) }

  /// The same, where the situation and not the failure's kind tells the exit code.
  func fail(_ failure: Failure, _ exitCode: ExitCode) -> Int32 {
    let code = exitCode.rawValue
    if wantsJSON {
      let event: JSON = [
        "event": "error", "exit_code": .number(JSONNumber(Int(code))), "failure": failure.json,
      ]
      terminal.result(event.text)
    } else {
      terminal.say(FailureText.render(failure, style: terminal.errorStyle))
    }
    return code
  }

  /// Runs what may fail and turns the failure into an exit code.
  func run(_ body: () throws(Failure) -> Int32) -> Int32 {
    do throws(Failure) {
      return try body()
    } catch {
      return fail(error)
    }
  }
}

/// A SHA-256 in hexadecimal, as people copy it from `filmgate plugins show`.
enum Hash {
  static func bytes(_ text: String) -> [UInt8] {
    let digits = text.compactMap { $0.hexDigitValue }
    guard digits.count == text.count, digits.count % 2 == 0 else { return [] }
    return stride(from: 0, to: digits.count, by: 2).map { UInt8(digits[$0] * 16 + digits[$0 + 1]) }
  }
}
