// SPDX-License-Identifier: Apache-2.0

import CommandLineInterface
import Glibc

@main
struct Entry {
  static func main() {
    exit(CommandLineProgram.main())
  }
}
