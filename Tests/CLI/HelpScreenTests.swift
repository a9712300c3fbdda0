// SPDX-License-Identifier: Apache-2.0

import Jobs
import Testing

@testable import CommandLineInterface

@Suite struct HelpScreenTests {
  static let commands = Completions.flatten(CommandTree.root).map { $0.path }

  @Test(arguments: commands) func theHelpOfEveryCommandIsAsStored(_ path: [String]) throws {
    var specification = CommandTree.root
    for name in path { specification = try #require(specification.subcommand(name)) }
    let name = path.isEmpty ? "filmgate" : path.joined(separator: "-")
    try Screens.expect(HelpPage.render(specification, path: path), "help/\(name).txt")
  }

  @Test(arguments: HelpTopics.names) func everyTopicIsAsStored(_ topic: String) throws {
    try Screens.expect(try #require(HelpTopics.page(topic)), "help/topic-\(topic).txt")
  }

  @Test func everyKeyOfTheConfigurationIsExplained() {
    let explained = Set(HelpTopics.accountKeys.map { $0.0.drop { $0 == " " } })
    for key in ConfigurationReader.accountKeys where key != "limits" {
      #expect(explained.contains(key[...]), "\(key)")
    }
    for key in ConfigurationReader.limitKeys { #expect(explained.contains("limits.\(key)"), "\(key)") }
  }

  @Test(arguments: commands) func noLineIsWiderThanATerminal(_ path: [String]) throws {
    var specification = CommandTree.root
    for name in path { specification = try #require(specification.subcommand(name)) }
    for line in HelpPage.render(specification, path: path).split(separator: "\n") where !line.hasPrefix("  filmgate") {
      #expect(line.count <= HelpPage.width, "\(line)")
    }
  }

  @Test(arguments: Completions.Shell.allCases) func everyCompletionScriptIsAsStored(_ shell: Completions.Shell) throws {
    try Screens.expect(Completions.script(for: shell, root: CommandTree.root), "completions/filmgate.\(shell.rawValue)")
  }
}
