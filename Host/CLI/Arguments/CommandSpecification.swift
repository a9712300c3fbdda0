// SPDX-License-Identifier: Apache-2.0

/// What one command takes. Parsing, help pages and shell completions all come from these values, so they cannot
/// disagree.
public struct CommandSpecification: Sendable {
  /// One word of the command line's path, such as `keys` or `set`.
  public var name: String
  public var summary: String
  /// Paragraphs after the usage line.
  public var discussion: String = ""
  public var positionals: [PositionalSpecification] = []
  public var options: [OptionSpecification] = []
  public var subcommands: [CommandSpecification] = []
  /// The subcommand that runs when none is named (`models` alone lists them).
  public var defaultSubcommand: String?
  public var examples: [String] = []
  /// The exit codes that this command can end with, beside 0, 1 and 64.
  public var exitCodes: [ExitCode] = []

  /// The subcommand of that name.
  public func subcommand(_ name: String) -> CommandSpecification? { subcommands.first { $0.name == name } }
}

/// A value without a flag.
public struct PositionalSpecification: Sendable {
  public var name: String
  public var summary: String
  public var isOptional = false
  /// Takes all that remains.
  public var repeats = false
  public var completion: Completion = .none
}

/// A flag, with or without a value.
public struct OptionSpecification: Sendable {
  /// Without the dashes: `seconds`.
  public var long: String
  public var short: Character?
  /// The name of its value in help (`SECONDS`); nil for a switch.
  public var value: String?
  public var summary: String
  public var repeats = false
  /// Also accepted as `--no-LONG`.
  public var isNegatable = false
  public var section = "Options"
  public var choices: [String] = []
  public var completion: Completion = .none
}

/// What a shell may offer for a value.
public enum Completion: Sendable, Hashable {
  case none
  case file
  case directory
  case model
  case job
  case plugin
  case token
  case words([String])
}
