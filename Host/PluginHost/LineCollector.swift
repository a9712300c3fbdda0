// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc
import OrderedJSON

/// One line that a plugin logged, or that it or its runtime wrote to standard error.
public struct PluginLogLine: Sendable, Hashable {
  /// The file's name.
  public let plugin: String
  /// 0 debug, 1 information, 2 warning, 3 error.
  public let level: Int
  /// One line without control characters.
  public let text: String

  public init(plugin: String, level: Int, text: String) {
    self.plugin = plugin
    self.level = level
    self.text = text
  }
}

/// Collects the lines of a worker's standard error; keeps the last ones, and passes on a bounded number.
struct LineCollector {
  typealias Handler = @Sendable (PluginLogLine) -> Void

  private static let readBytes = 16 << 10
  private static let maximumLineBytes = 1024
  /// Lines of one worker that are passed on; what a chatty plugin says beyond is dropped.
  private static let maximumLines = 1000

  private let plugin: String
  private let handler: Handler
  private var partial: [UInt8] = []
  private var lines = 0
  /// The last line that does not look like part of a stack trace, for verdicts.
  private(set) var lastWords: String?

  init(plugin: String, handler: @escaping Handler) {
    self.plugin = plugin
    self.handler = handler
  }

  /// No more will come.
  private(set) var isAtEnd = false

  /// Reads what has come, at most one portion. Returns whether there was any.
  @discardableResult
  mutating func read(from descriptor: Int32) -> Bool {
    withUnsafeTemporaryAllocation(byteCount: LineCollector.readBytes, alignment: 1) { room -> Bool in
      let count = Glibc.read(descriptor, room.baseAddress, room.count)
      guard count > 0 else {
        if count == 0 || filmgate_errno() != EAGAIN && filmgate_errno() != EINTR { isAtEnd = true }
        return false
      }
      for byte in room[..<count] {
        if byte == 0x0A {
          finishLine()
        } else if partial.count < LineCollector.maximumLineBytes {
          partial.append(byte)
        }
      }
      return true
    }
  }

  /// Reads the rest after the process ended.
  mutating func drain(from descriptor: Int32) {
    // A pipe holds 64 KiB; its writer is gone, so this ends.
    for _ in 0..<16 {
      guard read(from: descriptor) else { break }
    }
    finishLine()
  }

  private mutating func finishLine() {
    defer { partial.removeAll(keepingCapacity: true) }
    guard !partial.isEmpty else { return }
    var level = 2
    var text = partial[...]
    if text.count >= 3, text[0] == 0x3C, text[2] == 0x3E, text[1] >= 0x30, text[1] <= 0x33 {
      level = Int(text[1]) - 0x30
      text = text.dropFirst(3)
    } else {
      note(text)
    }
    guard lines <= LineCollector.maximumLines else { return }
    lines += 1
    if lines > LineCollector.maximumLines {
      handler(PluginLogLine(plugin: plugin, level: 2, text: "further lines of this worker are dropped"))
    } else {
      handler(PluginLogLine(plugin: plugin, level: level, text: printable(text)))
    }
  }

  /// Runtimes print the reason first and a stack trace after it: the first such line says the most.
  private mutating func note(_ line: ArraySlice<UInt8>) {
    guard lastWords == nil || !isReason(lastWords ?? "") else { return }
    let text = printable(line, maximumBytes: 200)
    guard lastWords == nil || isReason(text) else { return }
    lastWords = text
  }

  private func isReason(_ line: String) -> Bool {
    line.holds("error:") || line.holds("panicked")
  }
}
