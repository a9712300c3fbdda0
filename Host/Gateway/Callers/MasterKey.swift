// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import VideoDocuments

/// What the secrets of callers' keys are derived from: 32 random bytes in a file beside the database, which itself holds
/// no secret. Printing one shows nothing.
struct MasterKey: Sendable, CustomStringConvertible, CustomReflectable {
  static let byteCount = 32

  let bytes: [UInt8]
  private let code: KeyedHMACSHA256

  /// The file of a database.
  static func path(besideDatabase path: String) -> String { "\(path)-key" }

  /// Reads the file, and makes it where there is none and `mayCreate` is set; nil where it is not. Several processes may
  /// do so at once: one of them makes it.
  static func open(_ path: String, mayCreate: Bool) async throws(Failure) -> MasterKey? {
    try await Blocking.run { () -> Result<MasterKey?, Failure> in
      do throws(Failure) {
        let file = SecretFile(path: path, name: "master key file")
        if let key = try read(file) { return .success(key) }
        guard mayCreate else { return .success(nil) }
        _ = try file.create(SecureRandom.bytes(byteCount))
        return .success(try read(file))
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private static func read(_ file: SecretFile) throws(Failure) -> MasterKey? {
    guard let bytes = try file.read(maximumBytes: byteCount) else { return nil }
    guard bytes.count == byteCount else {
      throw Failure(
        .authentication, "The master key file \(file.path) has \(bytes.count) bytes instead of \(byteCount).",
        advice: "Restore it from a copy.")
    }
    return MasterKey(bytes: bytes)
  }

  private init(bytes: [UInt8]) {
    self.bytes = bytes
    code = KeyedHMACSHA256(key: bytes)
  }

  /// The same for every text, whether there is a key of that id or not: who guesses ids learns nothing from the time.
  func secret(of keyID: String) -> String { Base32.encode(code.code(message: keyID)) }

  var description: String { "MasterKey(\(Secrets.mask))" }
  var customMirror: Mirror { Mirror(self, children: []) }
}
