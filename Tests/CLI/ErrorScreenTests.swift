// SPDX-License-Identifier: Apache-2.0

import Testing
import VideoDocuments

@testable import CommandLineInterface

@Suite struct ErrorScreenTests {
  @Test(arguments: FailureKind.allCases) func everyFailureEndsWithWhatToDoNext(_ kind: FailureKind) throws {
    let bare = Failure(kind, "Something about \(kind.rawValue)")
    let full = Failure(
      kind, "Something about \(kind.rawValue).", field: "prompt", advice: "do this", charged: .yes, vendorCode: "1301",
      vendorMessage: "vendor's words", vendorRequestID: "r-1", retryAfterMilliseconds: 61_000)
    let screen =
      FailureText.render(bare, style: .plain) + "\n[exit \(ExitCode(bare).rawValue)]\n\n"
      + FailureText.render(full, style: .plain) + "\n[exit \(ExitCode(full).rawValue)]"
    try Screens.expect(screen, "errors/\(kind.rawValue).txt")
  }

  @Test func everyUsageFailureIsAsStored() throws {
    let failures: [UsageFailure] = [
      .unknownCommand("genrate", suggestions: ["generate"]), .unknownCommand("x", suggestions: []),
      .unknownOption("--secnds", command: ["generate"], suggestions: ["--seconds"]),
      .missingValue(option: "--seconds", valueName: "N"), .unexpectedValue(option: "--json"),
      .givenTwice(option: "--model"), .missingArgument(name: "JOB", command: ["show"]),
      .unexpectedArgument("extra", command: ["show"]),
      .invalidValue(option: "--fps", value: "x", expected: "a whole number from 1 to 240"), .notUTF8(position: 2),
      .conflicting("--sandbox", "--no-wait"), .missingOption("--currency", neededBy: "--budget"),
      .missingSubcommand(command: ["keys"], choices: ["set", "list"]),
    ]
    let screen = failures.map { failure in
      if case .unknownCommand = failure { return FailureText.render(failure, of: [], style: .plain) }
      return FailureText.render(failure, of: ["generate"], style: .plain)
    }.joined(separator: "\n\n")
    try Screens.expect(screen, "errors/usage.txt")
  }

  @Test func aVendorsControlCharactersNeverReachTheTerminal() {
    let failure = Failure(.invalid, "a\u{1B}[31mb\u{07}\nc\u{202E}d")
    let text = FailureText.render(failure, style: .plain)
    #expect(!text.contains("\u{1B}"))
    #expect(text.hasPrefix("error: a\u{FFFD}[31mb\u{FFFD} c\u{FFFD}d."))
  }

  @Test func onlyWhatSurelyBoughtNothingIsCalledSafeToRetry() {
    for kind in FailureKind.allCases where ExitCode(Failure(kind, "m", charged: .unknown)) == .unreachable {
      #expect([.rateLimited, .unreachable].contains(kind))
    }
    #expect(ExitCode(Failure(.upstream, "m", charged: .no)) == .unreachable)
    #expect(ExitCode(Failure(.upstream, "m", charged: .unknown)) == .providerFailed)
    #expect(ExitCode(Failure(.unknownOutcome, "m", charged: .unknown)) == .unknownOutcome)
  }
}
