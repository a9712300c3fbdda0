// SPDX-License-Identifier: Apache-2.0

/// Completion scripts, generated from the command specifications. Models, jobs and plugins are asked of the program
/// itself (`filmgate completions --list KIND`), so a plugin dropped in a minute ago completes too.
enum Completions {
  enum Shell: String, CaseIterable {
    case bash
    case zsh
    case fish
  }

  static func script(for shell: Shell, root: CommandSpecification) -> String {
    switch shell {
    case .bash: return bash(root)
    case .zsh: return zsh(root)
    case .fish: return fish(root)
    }
  }

  /// Every command with the words that lead to it.
  static func flatten(
    _ command: CommandSpecification, path: [String] = []
  ) -> [(path: [String], command: CommandSpecification)] {
    [(path, command)] + command.subcommands.flatMap { flatten($0, path: path + [$0.name]) }
  }

  private static func listKind(_ completion: Completion) -> String? {
    switch completion {
    case .model: return "models"
    case .job: return "jobs"
    case .plugin: return "plugins"
    case .token: return "tokens"
    case .none, .file, .directory, .words: return nil
    }
  }

  /// The command that a line without a command's name means, and so whose options stand at the root too.
  private static func promptCommand(_ root: CommandSpecification) -> CommandSpecification? {
    root.subcommand(CommandTree.promptCommand)
  }

  private static func optionWords(_ option: OptionSpecification) -> [String] {
    var words = option.short.map { ["-\($0)"] } ?? []
    words.append("--\(option.long)")
    if option.isNegatable { words.append("--no-\(option.long)") }
    return words
  }

  // MARK: bash

  private static func bash(_ root: CommandSpecification) -> String {
    var cases = ""
    var values = ""
    for (path, command) in flatten(root) {
      let key = path.joined(separator: " ")
      var options = command.options
      if path.isEmpty { options += promptCommand(root)?.options ?? [] }
      let words = command.subcommands.map { $0.name } + options.flatMap { optionWords($0) } + ["--help"]
      var offer = "mapfile -t COMPREPLY < <(compgen -W \"\(words.joined(separator: " "))\" -- \"$current\")"
      if let completion = command.positionals.first?.completion, completion != .none {
        offer += "\n      " + bashOffer(completion, adds: true)
      }
      cases += "    \"\(key)\")\n      \(offer)\n      ;;\n"
      for option in options where option.value != nil {
        let patterns = optionWords(option).map { "\"\(key):\($0)\"" }.joined(separator: " | ")
        let completion: Completion = option.choices.isEmpty ? option.completion : .words(option.choices)
        values += "    \(patterns))\n      \(bashOffer(completion, adds: false))\n      return\n      ;;\n"
      }
    }
    let paths = flatten(root).dropFirst().map { "\"\($0.path.joined(separator: " "))\"" }.joined(separator: " | ")
    return """
      # bash completion for filmgate; load with: source <(filmgate completions bash)
      _filmgate() {
        local current="${COMP_WORDS[COMP_CWORD]}" previous="${COMP_WORDS[COMP_CWORD-1]}" path="" word
        # Readline splits at the equals sign of --model=NAME.
        if [[ $current == "=" ]]; then
          current=""
        elif [[ $previous == "=" ]]; then
          previous="${COMP_WORDS[COMP_CWORD-2]}"
        fi
        COMPREPLY=()
        for word in "${COMP_WORDS[@]:1:COMP_CWORD-1}"; do
          case "${path:+$path }$word" in
          \(paths)) path="${path:+$path }$word" ;;
          esac
        done
        # A line without a command is a prompt with its options.
        if [[ -z $path && COMP_CWORD -gt 1 ]]; then path="\(CommandTree.promptCommand)"; fi
        case "$path:$previous" in
      \(values)  esac
        case "$path" in
      \(cases)  esac
      }
      complete -F _filmgate filmgate
      """
  }

  private static func bashOffer(_ completion: Completion, adds: Bool) -> String {
    func offer(_ generator: String) -> String {
      adds
        ? "mapfile -t -O \"${#COMPREPLY[@]}\" COMPREPLY < <(compgen \(generator) -- \"$current\")"
        : "mapfile -t COMPREPLY < <(compgen \(generator) -- \"$current\")"
    }
    switch completion {
    case .none: return ":"
    case .file: return "compopt -o filenames 2>/dev/null\n      " + offer("-f")
    case .directory: return "compopt -o filenames 2>/dev/null\n      " + offer("-d")
    case .words(let words): return offer("-W \"\(words.joined(separator: " "))\"")
    case .model, .job, .plugin, .token:
      return offer("-W \"$(filmgate completions --list \(listKind(completion) ?? "") 2>/dev/null)\"")
    }
  }

  // MARK: zsh

  private static func zsh(_ root: CommandSpecification) -> String {
    var functions = ""
    for (path, command) in flatten(root) {
      let name = (["_filmgate"] + path).joined(separator: "_")
      var options = command.options
      if path.isEmpty { options += promptCommand(root)?.options ?? [] }
      let specifications = zshOptions(options)
      if command.subcommands.isEmpty {
        let all =
          specifications
          + command.positionals.map { positional in
            "'\(positional.repeats ? "*" : ""):\(positional.name):\(zshAction(positional.completion))'"
          }
        functions += "\(name)() {\n  _arguments -s \(all.joined(separator: " \\\n    "))\n}\n"
      } else {
        let list = command.subcommands.map { "'\($0.name):\(quoteZsh($0.summary))'" }.joined(separator: " ")
        let other = path.isEmpty ? "_filmgate_\(CommandTree.promptCommand)" : "_message 'no such command'"
        functions += """
          \(name)() {
            local curcontext="$curcontext" state line
            local -a commands=(\(list))
            _arguments -C \(specifications.joined(separator: " \\\n    ")) '1: :->command' '*:: :->rest'
            case $state in
            command) _describe command commands ;;
            rest)
              if (( $+functions[\(name)_${words[1]}] )); then
                \(name)_${words[1]}
              else
                \(other)
              fi
              ;;
            esac
          }

          """
      }
    }
    return """
      #compdef filmgate
      # zsh completion for filmgate; save as _filmgate in a folder of $fpath, or load with: source <(filmgate completions zsh)
      \(functions)if [[ $funcstack[1] == _filmgate ]]; then _filmgate "$@"; else compdef _filmgate filmgate; fi
      """
  }

  private static func zshOptions(_ options: [OptionSpecification]) -> [String] {
    var specifications: [String] = []
    for option in options {
      // -m and --model are one option: where one stands, the other is not offered.
      let words = optionWords(option)
      let excluded = option.repeats || words.count == 1 ? "" : "(\(words.joined(separator: " ")))"
      let summary = quoteZsh(option.summary)
      let value = option.value.map { ":\(quoteZsh($0)):\(zshAction(option))" } ?? ""
      for word in words {
        let shape = option.value == nil ? word : word.hasPrefix("--") ? "\(word)=" : "\(word)+"
        specifications.append("'\(option.repeats ? "*" : excluded)\(shape)[\(summary)]\(value)'")
      }
    }
    return specifications + ["'--help[Show help]'"]
  }

  private static func zshAction(_ option: OptionSpecification) -> String {
    zshAction(option.choices.isEmpty ? option.completion : .words(option.choices))
  }

  private static func zshAction(_ completion: Completion) -> String {
    switch completion {
    case .none: return " "
    case .file: return "_files"
    case .directory: return "_files -/"
    case .words(let words): return "(\(words.joined(separator: " ")))"
    case .model, .job, .plugin, .token:
      return "( $(filmgate completions --list \(listKind(completion) ?? "") 2>/dev/null) )"
    }
  }

  private static func quoteZsh(_ text: String) -> String {
    var quoted = ""
    for character in text {
      switch character {
      case "'": quoted += "'\\''"
      case "[", "]", ":": quoted += "\\\(character)"
      default: quoted.append(character)
      }
    }
    return quoted
  }

  // MARK: fish

  private static func fish(_ root: CommandSpecification) -> String {
    let paths = flatten(root).dropFirst().map { "\"\($0.path.joined(separator: " "))\"" }.joined(separator: " ")
    var lines = [
      """
      # fish completion for filmgate; save as ~/.config/fish/completions/filmgate.fish
      # Whether the words so far lead to this command; a line without a command is a prompt with its options.
      function __filmgate_at
        set -l words (commandline -opc)
        set -e words[1]
        set -l path
        for word in $words
          if contains -- (string join " " -- $path $word) \(paths)
            set -a path $word
          end
        end
        if test -z "$path" -a (count $words) -gt 0
          set path \(CommandTree.promptCommand)
        end
        test "$path" = "$argv"
      end
      complete -c filmgate -f
      """
    ]
    for (path, command) in flatten(root) {
      let here = (["__filmgate_at"] + path).joined(separator: " ")
      let isPrompt = path == [CommandTree.promptCommand]
      for subcommand in command.subcommands {
        lines.append("complete -c filmgate -n '\(here)' -a \(subcommand.name) -d '\(quoteFish(subcommand.summary))'")
      }
      for positional in command.positionals where positional.completion != .none {
        lines.append("complete -c filmgate -n '\(here)' \(fishArguments(positional.completion))")
      }
      let condition = isPrompt ? "\(here); or __filmgate_at" : here
      for option in command.options {
        var line = "complete -c filmgate -n '\(condition)' -l \(option.long)"
        if let short = option.short { line += " -s \(short)" }
        if option.value != nil {
          let completion: Completion = option.choices.isEmpty ? option.completion : .words(option.choices)
          line += completion == .file ? " -r -F" : " -x \(fishArguments(completion))"
        }
        lines.append((line.hasSuffix(" ") ? String(line.dropLast()) : line) + " -d '\(quoteFish(option.summary))'")
        if option.isNegatable { lines.append("complete -c filmgate -n '\(condition)' -l no-\(option.long)") }
      }
      lines.append("complete -c filmgate -n '\(here)' -l help -d 'Show help'")
    }
    return lines.joined(separator: "\n")
  }

  private static func fishArguments(_ completion: Completion) -> String {
    switch completion {
    case .none: return ""
    case .file: return "-F"
    case .directory: return "-a '(__fish_complete_directories)'"
    case .words(let words): return "-a '\(words.joined(separator: " "))'"
    case .model, .job, .plugin, .token: return "-a '(filmgate completions --list \(listKind(completion) ?? ""))'"
    }
  }

  private static func quoteFish(_ text: String) -> String {
    text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "\\'")
  }
}
