// SPDX-License-Identifier: Apache-2.0

import Glibc

/// What goes with a clip on stdout (`-o -`), and what does not.
enum StandardOutput {
  static func check(_ command: ParsedCommand, outputs: [String]) throws(UsageFailure) {
    guard outputs.contains("-") else { return }
    if command.isOn("json") { throw .conflicting("-o -", "--json") }
    if command.isOn("no-wait") { throw .conflicting("-o -", "--no-wait") }
    guard isatty(1) == 0 || command.isOn("dry-run") else {
      throw .invalidValue(option: "-o", value: "-", expected: "a file while stdout is a terminal; or pipe it on")
    }
  }
}
