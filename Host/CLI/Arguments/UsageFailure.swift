// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// What is wrong with a command line, as a value; `UsageFailure+Sentence` turns it into words.
public enum UsageFailure: Error, Sendable, Hashable {
  case unknownCommand(String, suggestions: [String])
  case unknownOption(String, command: [String], suggestions: [String])
  case missingValue(option: String, valueName: String)
  case unexpectedValue(option: String)
  case givenTwice(option: String)
  case missingArgument(name: String, command: [String])
  case unexpectedArgument(String, command: [String])
  case invalidValue(option: String, value: String, expected: String)
  case notUTF8(position: Int)
  case conflicting(String, String)
  case missingOption(String, neededBy: String)
  case missingSubcommand(command: [String], choices: [String])
  /// With a gateway, for that reason.
  case withoutEffect(option: String, reason: String)
}

extension UsageFailure {
  /// One sentence: what is wrong.
  public var sentence: String {
    switch self {
    case .unknownCommand(let name, let suggestions):
      return "There is no command \"\(name)\"." + Suggestion.clause(suggestions)
    case .unknownOption(let option, _, let suggestions):
      return "There is no option \(option)." + Suggestion.clause(suggestions)
    case .missingValue(let option, let valueName): return "\(option) needs a value: \(option) \(valueName)."
    case .unexpectedValue(let option): return "\(option) takes no value."
    case .givenTwice(let option): return "\(option) was given twice."
    case .missingArgument(let name, _): return "\(name) is missing."
    case .unexpectedArgument(let argument, _): return "\"\(argument)\" is one argument too many."
    case .invalidValue(let option, let value, let expected):
      return "\(option) is \"\(value)\"; it must be \(expected)."
    case .notUTF8(let position): return "Argument \(position) is not valid UTF-8."
    case .conflicting(let first, let second): return "\(first) and \(second) exclude each other."
    case .missingOption(let option, let other): return "\(other) needs \(option) beside it."
    case .missingSubcommand(let command, let choices):
      return "\"filmgate \(command.joined(separator: " "))\" needs one of: \(choices.joined(separator: ", "))."
    case .withoutEffect(let option, let reason): return "\(option) has no effect with a gateway: \(reason)."
    }
  }

  /// What to do next. `command` is the one that was meant; a failure that knows better says so itself.
  public func advice(for command: [String]) -> String {
    switch self {
    case .unexpectedArgument(_, let command) where command == [CommandTree.promptCommand]:
      return "put the prompt into quotes: filmgate \"a boat in the rain\" -m MODEL"
    case .unknownOption(let option, let command, _)
    where command == [CommandTree.promptCommand] && !option.hasPrefix("--"):
      return "\(Self.help(command)); a prompt that begins with a dash stands behind --"
    case .unknownOption(_, let command, _), .missingArgument(_, let command), .unexpectedArgument(_, let command),
      .missingSubcommand(let command, _):
      return Self.help(command)
    case .unknownCommand(let name, let suggestions) where command.isEmpty && suggestions.isEmpty:
      return "\(Self.help([])); a prompt of one word is given as: filmgate generate \"\(name)\" -m MODEL"
    case .withoutEffect(let option, _): return "leave \(option) out, or the gateway"
    default: return Self.help(command == ["help"] ? [] : command)
    }
  }

  private static func help(_ command: [String]) -> String {
    "run `\((["filmgate"] + command + ["--help"]).joined(separator: " "))`"
  }

  /// The same as a failure like any other.
  public func failure(of command: [String]) -> Failure {
    Failure(.invalid, sentence, advice: advice(for: command))
  }
}
