// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import CommandLineInterface

@Suite struct ArgumentParserTests {
  private func parse(_ arguments: String...) throws(UsageFailure) -> ParsedCommand {
    try ArgumentParser(root: CommandTree.root, promptCommand: CommandTree.promptCommand).parse(arguments)
  }

  @Test func aBarePromptIsGenerate() throws {
    let command = try parse("a paper boat in the rain", "-m", "acme-1", "-o", "boat.mp4", "-o", "mode=pro")
    #expect(command.path == ["generate"])
    #expect(command.positionals == ["a paper boat in the rain"])
    #expect(command.value("model") == "acme-1")
    #expect(command.values("out") == ["boat.mp4", "mode=pro"])
  }

  @Test func optionsMayComeBeforeThePrompt() throws {
    let command = try parse("--sandbox", "--request", "r.json")
    #expect(command.path == ["generate"])
    #expect(command.value("request") == "r.json")
  }

  @Test func valuesAreAttachedInEveryUsualWay() throws {
    for arguments in [["-s", "5"], ["-s5"], ["-s=5"], ["--seconds", "5"], ["--seconds=5"]] {
      let parser = ArgumentParser(root: CommandTree.root, promptCommand: "generate")
      #expect(try parser.parse(["a boat"] + arguments).value("seconds") == "5")
    }
  }

  @Test func aNegatableSwitchHasThreeStates() throws {
    #expect(try parse("a boat").flag("audio") == nil)
    #expect(try parse("a boat", "--audio").flag("audio") == true)
    #expect(try parse("a boat", "--no-audio").flag("audio") == false)
  }

  @Test func aDoubleDashEndsTheOptions() throws {
    #expect(try parse("generate", "--", "--seconds").positionals == ["--seconds"])
  }

  @Test func aSlipIsNeverBoughtAsAPrompt() {
    #expect(throws: UsageFailure.unknownCommand("genrate", suggestions: ["generate"])) { try parse("genrate") }
  }

  @Test func wrongLinesNameTheirFault() {
    #expect(throws: UsageFailure.missingValue(option: "--model", valueName: "MODEL")) {
      try parse("a boat", "--model")
    }
    #expect(throws: UsageFailure.givenTwice(option: "-m")) { try parse("a boat", "-m", "a", "-m", "b") }
    #expect(throws: UsageFailure.unexpectedValue(option: "--json")) { try parse("jobs", "--json=1") }
    #expect(throws: UsageFailure.missingArgument(name: "JOB", command: ["show"])) { try parse("show") }
    #expect(throws: UsageFailure.unexpectedArgument("b", command: ["show"])) { try parse("show", "a", "b") }
    #expect(throws: UsageFailure.self) { try parse("jobs", "--state", "sleeping") }
    #expect(throws: UsageFailure.self) { try parse("keys", "st") }
  }

  @Test func aGroupRunsItsDefault() throws {
    #expect(try parse("models").path == ["models", "list"])
    #expect(try parse("keys", "--json").path == ["keys", "list"])
  }

  @Test(arguments: [
    ("90", 90_000), ("90s", 90_000), ("20m", 1_200_000), ("1h30m", 5_400_000), ("500ms", 500), ("2d", 172_800_000),
  ])
  func durationsAreRead(_ text: String, _ milliseconds: Int64) {
    #expect(DurationText.milliseconds(text) == milliseconds)
  }

  @Test(arguments: ["", "m", "1x", "-1", "1.5h", "99999999999999999999", "31d", "1h2"])
  func whatIsNoDurationIsRefused(_ text: String) {
    #expect(DurationText.milliseconds(text) == nil)
  }
}
