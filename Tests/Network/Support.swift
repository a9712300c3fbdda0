// SPDX-License-Identifier: Apache-2.0
import Foundation

/// A file with given bytes that goes away with the value.
final class TemporaryFile {
  let path: String
  let descriptor: Int32

  init(_ bytes: [UInt8] = []) throws {
    path = NSTemporaryDirectory() + "/filmgate-test-\(UUID().uuidString)"
    try Data(bytes).write(to: URL(fileURLWithPath: path))
    descriptor = open(path, O_RDWR | O_CLOEXEC)
  }

  deinit {
    close(descriptor)
    unlink(path)
  }

  var contents: [UInt8] { (try? Data(contentsOf: URL(fileURLWithPath: path))).map { [UInt8]($0) } ?? [] }
}

/// 2026-01-02T03:04:05Z, the moment of the vectors.
let vectorSeconds: Int64 = 1_767_323_045
let vectorMilliseconds = vectorSeconds * 1000
