// SPDX-License-Identifier: Apache-2.0
import OrderedJSON
import VideoDocuments

/// Why a file could not be loaded as a plugin at all.
public enum LoadFailure: Error, Sendable, Hashable {
  /// The dynamic linker refused it, in its words.
  case refusedByLinker(String)
  /// It needs a function that no library provides.
  case undefinedSymbol(String)
  /// It needs a shared library that cannot be opened.
  case missingLibrary(String)
  /// It has no `filmgate_describe_1`, but that of another major.
  case otherABI(major: Int)
  /// It has no `filmgate_describe_…` at all.
  case notAPlugin
  /// `filmgate_describe_1` returned another status than OK.
  case describeFailed(status: Int32)
  /// `filmgate_describe_1` wrote nothing.
  case noManifest
  /// The manifest is larger than `PluginLibrary.maximumManifestBytes`.
  case manifestTooLarge
  /// The manifest is not JSON.
  case manifestNotJSON(String)
  /// The manifest is JSON, but not a manifest.
  case manifestInvalid(String)

  /// One sentence for people, to stand after the file's name and a colon.
  public var sentence: String {
    switch self {
    case .refusedByLinker(let reason): "the system cannot load it: \(reason)."
    case .undefinedSymbol(let symbol): "it needs the function “\(symbol)”, which no library provides."
    case .missingLibrary(let library): "it needs the library “\(library)”, which cannot be opened here."
    case .otherABI(let major):
      "it was built for ABI \(major), and this host speaks \(PluginLibrary.abiMajor)."
    case .notAPlugin:
      "it is a shared library, but not a plugin: it does not export filmgate_describe_\(PluginLibrary.abiMajor)."
    case .describeFailed(let status): "it could not describe itself (status \(status))."
    case .noManifest: "it wrote no manifest."
    case .manifestTooLarge: "its manifest is larger than \(PluginLibrary.maximumManifestBytes >> 10) KiB."
    case .manifestNotJSON(let reason): "its manifest is not valid JSON: \(reason)."
    case .manifestInvalid(let reason): "its manifest is not valid: \(reason)."
    }
  }
}
