// SPDX-License-Identifier: Apache-2.0

/// Renders the help of a command from its specification.
enum HelpPage {
  static let width = 80

  static func render(_ command: CommandSpecification, path: [String]) -> String {
    var sections: [String] = []
    let invocation = (["filmgate"] + path).joined(separator: " ")
    sections.append(command.summary)
    sections.append("Usage: \(usage(command, invocation))")
    if !command.discussion.isEmpty { sections.append(wrapParagraphs(command.discussion, indent: 0)) }
    if !command.positionals.isEmpty {
      sections.append("Arguments:\n" + table(command.positionals.map { ($0.name, $0.summary) }))
    }
    if !command.subcommands.isEmpty {
      sections.append("Commands:\n" + table(command.subcommands.map { ($0.name, $0.summary) }))
    }
    var titles: [String] = []
    for option in command.options where !titles.contains(option.section) { titles.append(option.section) }
    for title in titles {
      let rows = command.options.filter { $0.section == title }.map { (label($0), $0.summary) }
      sections.append("\(title):\n" + table(rows))
    }
    if !command.examples.isEmpty {
      sections.append("Examples:\n" + command.examples.map { "  \($0)" }.joined(separator: "\n"))
    }
    if !command.exitCodes.isEmpty {
      let codes = ([.done] + command.exitCodes + [.usage]).sorted { $0.rawValue < $1.rawValue }
      sections.append("Exit codes:\n" + table(codes.map { (String($0.rawValue), $0.meaning) }))
    }
    return sections.joined(separator: "\n\n")
  }

  private static func usage(_ command: CommandSpecification, _ invocation: String) -> String {
    var words = [invocation]
    if !command.subcommands.isEmpty { words.append(command.defaultSubcommand == nil ? "COMMAND" : "[COMMAND]") }
    for positional in command.positionals {
      let name = positional.repeats ? "\(positional.name)..." : positional.name
      words.append(positional.isOptional ? "[\(name)]" : name)
    }
    if !command.options.isEmpty { words.append("[OPTIONS]") }
    return words.joined(separator: " ")
  }

  static func label(_ option: OptionSpecification) -> String {
    var label = option.short.map { "-\($0), " } ?? "    "
    label += option.isNegatable ? "--[no-]\(option.long)" : "--\(option.long)"
    if let value = option.value { label += " \(value)" }
    return label
  }

  static func table(_ rows: [(String, String)]) -> String {
    let column = min(30, (rows.map { $0.0.count }.max() ?? 0) + 2)
    return rows.map { name, summary in
      let lines = wrap(summary, width: width - column - 2)
      let head =
        name.count + 2 > column
        ? "  \(name)\n" + String(repeating: " ", count: column + 2)
        : "  " + name + String(repeating: " ", count: column - name.count)
      return head + lines.joined(separator: "\n" + String(repeating: " ", count: column + 2))
    }.joined(separator: "\n")
  }

  static func wrapParagraphs(_ text: String, indent: Int) -> String {
    text.split(separator: "\n", omittingEmptySubsequences: false)
      .map { wrap(String($0), width: width - indent).joined(separator: "\n") }
      .joined(separator: "\n")
  }

  /// Breaks at spaces; a longer word stands on a line of its own.
  static func wrap(_ text: String, width: Int) -> [String] {
    var lines: [String] = []
    var line = ""
    for word in text.split(separator: " ", omittingEmptySubsequences: true) {
      if !line.isEmpty, line.count + 1 + word.count > width {
        lines.append(line)
        line = ""
      }
      line += line.isEmpty ? String(word) : " \(word)"
    }
    lines.append(line)
    return lines
  }
}
