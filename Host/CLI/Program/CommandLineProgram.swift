// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Network
import VideoDocuments

/// The program: arguments in, exit code out.
public enum CommandLineProgram {
  /// The version of Filmgate, by semantic versioning.
  public static let version = "0.1.0"

  /// Runs with the process's own arguments and streams.
  public static func main() -> Int32 {
    signal(SIGPIPE, SIG_IGN)
    // A file beyond the limit is a failed write and not the end of the process.
    signal(SIGXFSZ, SIG_IGN)
    CryptoLibrary.keepUntilTheEnd()
    let terminal = Terminal.standard()
    do throws(UsageFailure) {
      let arguments = try arguments()
      do throws(UsageFailure) {
        return try run(arguments, terminal: terminal)
      } catch {
        return fail(error, arguments, terminal)
      }
    } catch {
      return fail(error, [], terminal)
    }
  }

  /// Says what is wrong with the command line; with `--json` as an event on stdout, as every other error.
  private static func fail(_ failure: UsageFailure, _ arguments: [String], _ terminal: Terminal) -> Int32 {
    let path = parser.commandPath(arguments)
    let command = ParsedCommand(
      path: path, specification: CommandTree.root,
      options: arguments.prefix { $0 != "--" }.contains("--json") ? [("json", "true")] : [])
    return Session(command, terminal).fail(failure.failure(of: path))
  }

  private static var parser: ArgumentParser {
    ArgumentParser(root: CommandTree.root, promptCommand: CommandTree.promptCommand)
  }

  /// The arguments without the program's name; text that is not UTF-8 is refused rather than repaired.
  private static func arguments() throws(UsageFailure) -> [String] {
    var arguments: [String] = []
    for index in 1..<max(1, Int(CommandLine.argc)) {
      guard let pointer = CommandLine.unsafeArgv[index] else { break }
      let bytes = UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
      guard let text = String(validating: bytes, as: UTF8.self) else { throw .notUTF8(position: index) }
      arguments.append(text)
    }
    return arguments
  }

  /// Parses and runs one command line.
  public static func run(_ arguments: [String], terminal: Terminal) throws(UsageFailure) -> Int32 {
    let command = try parser.parse(arguments)
    if command.path.isEmpty {
      if command.isOn("version") {
        terminal.result("filmgate \(version)")
        return ExitCode.done.rawValue
      }
      let help = HelpPage.render(CommandTree.root, path: [])
      guard command.wantsHelp else {
        terminal.say(help)
        return ExitCode.usage.rawValue
      }
      terminal.result(help)
      return ExitCode.done.rawValue
    }
    if command.wantsHelp {
      terminal.result(HelpPage.render(command.specification, path: command.path))
      return ExitCode.done.rawValue
    }
    return try CommandDispatch.run(command, terminal: terminal)
  }
}
