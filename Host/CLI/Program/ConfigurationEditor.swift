// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import OrderedJSON
import VideoDocuments

/// Changes one top-level text of the configuration file and leaves every other line, comments included, as it is.
enum ConfigurationEditor {
  static func set(_ key: String, to value: String, in path: String) throws(Failure) {
    var lines = try read(path).split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
    // A JSON text is a YAML text too, whatever stands in it.
    let line = "\(key): \(JSON.string(value).text)"
    if let index = lines.firstIndex(where: { $0.hasPrefix("\(key):") }) {
      lines[index] = line
    } else {
      if lines == [""] { lines = [] }
      lines.insert(line, at: 0)
      if lines.last != "" { lines.append("") }
    }
    try replace(path, with: lines.joined(separator: "\n"))
  }

  private static func read(_ path: String) throws(Failure) -> String {
    let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC, 0)
    guard descriptor >= 0 else {
      if errno == ENOENT { return "" }
      throw failure(path, "read")
    }
    defer { close(descriptor) }
    var bytes: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65_536)
    while true {
      let count = Glibc.read(descriptor, &buffer, buffer.count)
      if count < 0, errno == EINTR { continue }
      guard count >= 0 else { throw failure(path, "read") }
      if count == 0 { break }
      bytes += buffer[0..<count]
    }
    return String(decoding: bytes, as: UTF8.self)
  }

  private static func replace(_ path: String, with text: String) throws(Failure) {
    let folder = path.lastIndex(of: "/").map { String(path[..<$0]) } ?? "."
    var made = folder.hasPrefix("/") ? "" : "."
    for part in folder.split(separator: "/") {
      made += "/\(part)"
      if mkdir(made, 0o700) != 0, errno != EEXIST { throw failure(made, "made") }
    }
    let part = "\(path).part"
    let descriptor = filmgate_open(part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o600)
    guard descriptor >= 0 else { throw failure(part, "written") }
    defer { close(descriptor) }
    let bytes = Array(text.utf8)
    guard write(descriptor, bytes, bytes.count) == bytes.count, fsync(descriptor) == 0, rename(part, path) == 0 else {
      unlink(part)
      throw failure(path, "written")
    }
  }

  private static func failure(_ path: String, _ verb: String) -> Failure {
    Failure(
      .internal, "\(path) cannot be \(verb): \(String(cString: strerror(errno))).",
      advice: "check the folder's space and rights")
  }
}
