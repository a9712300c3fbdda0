// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// A folder in which plugins are looked for.
public struct PluginFolder: Sendable, Hashable {
  /// How the folder came to be searched.
  public enum Origin: String, Sendable, Hashable, CaseIterable {
    case option
    case environment
    case userData
    case installation
    case executable
  }

  public let path: String
  public let origin: Origin

  public init(path: String, origin: Origin) {
    self.path = path
    self.origin = origin
  }

  /// In folders that hold nothing but plugins every other file is probably a mistake, and is listed as one.
  var isForPluginsOnly: Bool {
    switch origin {
    case .option, .environment, .userData: true
    case .installation, .executable: false
    }
  }

  /// Whether a folder that does not exist is worth a word.
  var isExpected: Bool {
    switch origin {
    case .option, .environment: true
    case .userData, .installation, .executable: false
    }
  }

  /// The names in it, sorted by their bytes; nil with errno when it cannot be read.
  func names() -> [String]? {
    FolderListing.names(in: path)?
      .filter { !$0.hasPrefix(".") }
      .sorted { $0.utf8.lexicographicallyPrecedes($1.utf8) }
  }
}

/// What a file's name says.
enum PluginFileName {
  static let prefix = "libfilmgate-"
  static let suffix = ".so"
  /// The host's own file in a plugin folder.
  static let lockFile = "filmgate.lock"

  static func isPlugin(_ name: String) -> Bool {
    name.hasPrefix(prefix) && name.hasSuffix(suffix) && name.utf8.count > prefix.utf8.count + suffix.utf8.count
  }
}
