// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Jobs
import VideoDocuments

/// Where Filmgate keeps its files, by the XDG base directory specification, and the variables that say so.
struct Locations {
  let environment: [String: String]
  let configuration: ConfigurationPaths
  let dataFolder: String
  let cacheFolder: String

  /// `configurationFile` is what `--config` said.
  init(configurationFile: String? = nil, environment: [String: String] = Locations.processEnvironment())
    throws(Failure)
  {
    self.environment = environment
    var paths = try ConfigurationPaths(environment: environment)
    if let configurationFile {
      paths.configurationFile = configurationFile
      paths.isConfigurationNamed = true
    }
    configuration = paths
    // Relative paths in these variables are to be ignored, by the specification.
    func folder(_ name: String, _ fallback: String) -> String {
      if let value = environment[name], value.hasPrefix("/") { return "\(value)/filmgate" }
      return "\(environment["HOME"] ?? "")/\(fallback)/filmgate"
    }
    dataFolder = folder("XDG_DATA_HOME", ".local/share")
    cacheFolder = folder("XDG_CACHE_HOME", ".cache")
  }

  /// How often to look at new jobs, in place of what their plugin says: `FILMGATE_POLL_MILLISECONDS`, 100 to an hour.
  func pollingMilliseconds() throws(Failure) -> Int64? {
    let name = "FILMGATE_POLL_MILLISECONDS"
    guard let text = environment[name], !text.isEmpty else { return nil }
    guard let interval = Int64(text), (100...3_600_000).contains(interval) else {
      throw Failure(
        .invalid, "\(name) is \"\(text)\"; it must be a whole number from 100 to 3600000.", field: name,
        advice: "correct or unset it; `filmgate help environment` explains it")
    }
    return interval
  }

  var databaseFile: String { "\(dataFolder)/jobs.sqlite" }
  /// Copies of inputs that jobs not yet submitted still need.
  var assetFolder: String { "\(dataFolder)/assets" }

  /// The process's variables; text that is not UTF-8 is left out.
  static func processEnvironment() -> [String: String] {
    var variables: [String: String] = [:]
    guard var entry = filmgate_environ() else { return variables }
    while let pointer = entry.pointee {
      entry += 1
      let bytes = UnsafeRawBufferPointer(start: pointer, count: strlen(pointer))
      guard let text = String(validating: bytes, as: UTF8.self), let equals = text.firstIndex(of: "=") else { continue }
      variables[String(text[..<equals])] = String(text[text.index(after: equals)...])
    }
    return variables
  }
}
