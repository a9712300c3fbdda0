// SPDX-License-Identifier: Apache-2.0

import CLinux
import EventLoop
import Glibc
public import VideoDocuments

/// A file that holds secrets and that its owner alone may read. Its functions may block.
public struct SecretFile: Sendable {
  public let path: String
  /// What messages call it, such as `key file`.
  private let name: String

  public init(path: String, name: String) {
    self.path = path
    self.name = name
  }

  /// The whole file; nil when there is none. Throws when others may read or change it.
  public func read(maximumBytes: Int) throws(Failure) -> [UInt8]? {
    let contents: SmallFile.Contents
    do throws(SmallFile.ReadFailure) {
      guard let found = try SmallFile.read(path, maximumBytes: maximumBytes) else { return nil }
      contents = found
    } catch {
      throw failure(error)
    }
    guard contents.mode & 0o077 == 0 else {
      throw Failure(
        .authentication, "The \(name) \(path) can be read or changed by others (mode \(octal(contents.mode))).",
        advice: "Run `chmod 600 \(path)`, and replace the keys if somebody may have read them.")
    }
    guard contents.owner == geteuid() || contents.owner == 0 else {
      throw Failure(
        .authentication, "The \(name) \(path) belongs to another user (\(contents.owner)).",
        advice: "Remove it, or take it over with `chown`.")
    }
    try checkFolder()
    return contents.bytes
  }

  /// Makes the file with mode 0600, whole or not at all. False when it is there already, perhaps because another process
  /// was faster.
  public func create(_ bytes: [UInt8]) throws(Failure) -> Bool {
    try write { (path) throws(SystemFailure) in try SmallFile.create(path, with: bytes) }
  }

  /// Writes the file anew with mode 0600, whole or not at all.
  func replace(with bytes: [UInt8]) throws(Failure) {
    try write { (path) throws(SystemFailure) in try SmallFile.replace(path, with: bytes) }
  }

  private func write<Output>(_ body: (String) throws(SystemFailure) -> Output) throws(Failure) -> Output {
    try checkFolder()
    do throws(SystemFailure) {
      return try body(resolvedPath)
    } catch {
      throw Failure(
        .internal, "The \(name) \(path) cannot be written: \(error).", advice: "Check the folder's space and rights.")
    }
  }

  /// Where the bytes are: a key file may be a link into a folder of dotfiles.
  private var resolvedPath: String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }

  private func checkFolder() throws(Failure) {
    let folder = SmallFile.parent(of: resolvedPath)
    var status = stat()
    guard stat(folder, &status) == 0 else { return }
    guard status.st_mode & 0o022 == 0 else {
      throw Failure(
        .authentication, "The folder \(folder) can be changed by others (mode \(octal(status.st_mode & 0o7777))).",
        advice: "Run `chmod 700 \(folder)`.")
    }
  }

  private func failure(_ failure: SmallFile.ReadFailure) -> Failure {
    switch failure {
    case .system(let system):
      Failure(.authentication, "The \(name) \(path) cannot be read: \(system).", advice: "Check its rights.")
    case .tooLarge(let limit):
      Failure(
        .authentication, "The \(name) \(path) is larger than \(shownBytes(Int64(limit))).",
        advice: "It is no \(name); move it away.")
    case .notRegular:
      Failure(.authentication, "The \(name) \(path) is not a file.", advice: "Move it away.")
    }
  }
}

private func octal(_ mode: UInt32) -> String { "0" + String(mode, radix: 8) }
