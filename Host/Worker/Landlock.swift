// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// File access denied by the kernel, from before the plugin's first instruction. Memory files are exempt, which is how
/// the plugin itself can still be opened.
enum Landlock {
  /// All file rights of ABI 1; each later ABI added the next bits.
  private static func fileRights(abi: Int32) -> UInt64 {
    switch abi {
    case ..<2: (1 << 13) - 1
    case 2: (1 << 14) - 1
    case 3, 4: (1 << 15) - 1
    default: (1 << 16) - 1
    }
  }

  /// Where the system keeps shared libraries, for plugins that need another one.
  private static let libraryPlaces = ["/lib", "/lib64", "/usr/lib", "/usr/lib64", "/usr/local/lib", "/etc/ld.so.cache"]

  /// Denies every file, also connecting and listening, abstract sockets and signals to others where the kernel knows
  /// of them. Returns false where there is no Landlock.
  static func restrict(allowingLibraries: Bool) -> Bool {
    // LANDLOCK_CREATE_RULESET_VERSION is 1.
    let abi = filmgate_landlock_create_ruleset(nil, 0, 1)
    guard abi >= 1 else { return false }
    var attributes: [UInt64] = [fileRights(abi: abi), 3, 3]
    let size = abi < 4 ? 8 : abi < 6 ? 16 : 24
    let rules = filmgate_landlock_create_ruleset(&attributes, size, 0)
    guard rules >= 0 else { return false }
    defer { close(rules) }
    if allowingLibraries {
      for place in libraryPlaces { allowReading(place, in: rules) }
    }
    return filmgate_landlock_restrict_self(rules, 0) == 0
  }

  /// A place that is missing is left out.
  private static func allowReading(_ path: String, in rules: Int32) {
    let place = filmgate_open(path, O_RDONLY | O_CLOEXEC | filmgate_o_path(), 0)
    guard place >= 0 else { return }
    defer { close(place) }
    // struct landlock_path_beneath_attr is packed: 64 bits of rights, then the 32-bit descriptor.
    var rule = [UInt8]()
    withUnsafeBytes(of: UInt64(LANDLOCK_ACCESS_FS_READ_FILE)) { rule.append(contentsOf: $0) }
    withUnsafeBytes(of: place) { rule.append(contentsOf: $0) }
    // LANDLOCK_RULE_PATH_BENEATH is 1.
    _ = filmgate_landlock_add_rule(rules, 1, rule, 0)
  }
}
