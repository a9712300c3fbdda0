// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

extension GenerateCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let command = session.command
    let isSandbox = command.isOn("sandbox")
    if isSandbox, command.isOn("no-wait") { throw .conflicting("--sandbox", "--no-wait") }
    if command.positionals.isEmpty, command.value("request") == nil, command.values("shot").isEmpty,
      command.values("image").isEmpty, command.values("ref").isEmpty, command.value("video") == nil
    {
      throw .missingArgument(name: "PROMPT", command: command.path)
    }
    let arguments = try GenerateArguments(command)
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let engine = try await Engine.open(session, isSandbox: isSandbox)
        return await engine.closing { () async -> Int32 in
          await session.runOnLoop { () async throws(Failure) -> Int32 in
            let draft = try await RequestBuilder(session: session, engine: engine).build(arguments)
            return try await Purchase(
              session: session, engine: engine, arguments: arguments, interruption: interruption
            )
            .run(draft)
          }
        }
      }
    }
  }
}

extension AgainCommand {
  static func run(_ session: Session) throws(UsageFailure) -> Int32 {
    let command = session.command
    if command.isOn("sandbox"), command.isOn("no-wait") { throw .conflicting("--sandbox", "--no-wait") }
    let arguments = try GenerateArguments(command)
    return MainThread.run { interruption in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let old = try await JobAccess.withStore(session) { (runner) async throws(Failure) -> JobRecord in
          try await runner.show(command.positionals[0])
        }
        if old.state == .unknown, !command.isOn("sandbox") {
          throw Failure(
            .unknownOutcome, "Nobody knows whether job \(old.id) was bought, so buying it again may be paying twice.",
            advice: "look for it in the provider's console; if it is not there, make a new request", charged: .unknown)
        }
        let engine = try await Engine.open(session, isSandbox: command.isOn("sandbox"))
        return await engine.closing { () async -> Int32 in
          await session.runOnLoop { () async throws(Failure) -> Int32 in
            let draft = try RequestBuilder.again(old, arguments)
            return try await Purchase(
              session: session, engine: engine, arguments: arguments, interruption: interruption
            )
            .run(draft)
          }
        }
      }
    }
  }
}

/// What `generate` and `again` take besides the request: read before anything else is done.
struct GenerateArguments: Sendable {
  var command: ParsedCommand
  var inputs: [(option: String, input: InputArgument)] = []
  var outputPath: String?
  /// The clip goes to stdout once it is saved under the default name.
  var writesToStandardOutput = false
  var maximumCost: MaximumCost?
  var timeoutMilliseconds: Int64?

  init(_ command: ParsedCommand) throws(UsageFailure) {
    self.command = command
    timeoutMilliseconds = try command.milliseconds("timeout")
    var standardInputUsers = command.positionals.first == "-" && command.path == ["generate"] ? 1 : 0
    func add(_ option: String, _ kind: MediaKind?, _ role: String?) throws(UsageFailure) {
      for text in command.values(option) {
        let input = try InputArgument.parse(text, option: "--\(option)", kind: kind, role: role)
        if input.source == .standardInput { standardInputUsers += 1 }
        inputs.append(("--\(option)", input))
      }
    }
    try add("image", .image, nil)
    try add("last", .image, MediaInput.Role.lastFrame)
    try add("ref", nil, MediaInput.Role.reference)
    try add("video", .video, MediaInput.Role.source)
    if command.value("request") == "-" { standardInputUsers += 1 }
    if standardInputUsers > 1 {
      throw .invalidValue(option: "-", value: "-", expected: "used once: standard input can be read only once")
    }
    var paths = command.values("output")
    for text in command.values("out") { if case .path(let path) = OutputArgument(text) { paths.append(path) } }
    if paths.count > 1 { throw .givenTwice(option: "-o") }
    try StandardOutput.check(command, outputs: paths)
    writesToStandardOutput = paths.first == "-"
    outputPath = writesToStandardOutput ? nil : paths.first
    if let text = command.value("max-cost") {
      do throws(Failure) {
        maximumCost = try MaximumCost(Self.spaced(text))
      } catch {
        throw .invalidValue(option: "--max-cost", value: text, expected: "an amount such as 1.50 or \"1.50 USD\"")
      }
    }
  }

  /// `1.50USD` as `1.50 USD`.
  private static func spaced(_ text: String) -> String {
    guard let first = text.firstIndex(where: { $0.isLetter }), first != text.startIndex,
      text[text.index(before: first)] != " "
    else { return text }
    return text[..<first] + " " + text[first...]
  }
}

/// A request on its way to being planned.
struct RequestDraft: Sendable {
  var decoded: DecodedParts
  var assets: [JobAsset]
}

/// What decoding found, whoever decoded.
struct DecodedParts: Sendable {
  var request: VideoRequest
  var ledger: [LedgerEntry] = []
  var warnings: [String] = []
}
