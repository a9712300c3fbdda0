// SPDX-License-Identifier: Apache-2.0
import Glibc
import Loader

/// The worker's end of the socket pair.
enum Channel {
  static let descriptor: Int32 = 3
  /// The memory file with the plugin's bytes, until it is loaded.
  static let pluginDescriptor: Int32 = 4

  /// Writes all of it, nothing of it being a frame's header. Returns false when the host is gone.
  static func write(_ bytes: UnsafeRawBufferPointer) -> Bool {
    var rest = bytes
    while let base = rest.baseAddress, !rest.isEmpty {
      let count = Glibc.write(descriptor, base, rest.count)
      if count < 0 {
        if errno == EINTR { continue }
        return false
      }
      rest = UnsafeRawBufferPointer(rebasing: rest[count...])
    }
    return true
  }

  /// Sends the hello.
  static func send(_ status: Hello.Status, _ payload: [UInt8]) -> Bool {
    var frame = [UInt8](repeating: 0, count: WireFrame.headerBytes)
    frame.append(contentsOf: payload)
    frame.withUnsafeMutableBytes {
      WireFrame(length: UInt32(clamping: payload.count), sequence: 0, word: status.rawValue).store(into: $0)
    }
    return frame.withUnsafeBytes(write)
  }

  /// Says why there will be no answers, and ends. Not by exit(), which runs what the plugin registered.
  static func end(_ status: Hello.Status, _ sentence: String) -> Never {
    _ = send(status, Array(sentence.utf8))
    _exit(0)
  }
}
