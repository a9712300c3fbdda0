// SPDX-License-Identifier: Apache-2.0

import CLinux
import Glibc
import Jobs
import OrderedJSON

/// One line of the log while it is put together.
struct LogLine {
  private let format: LogConfiguration.Format
  private var bytes: [UInt8] = []

  init(_ format: LogConfiguration.Format, _ level: LogConfiguration.Level, _ event: String, time: String) {
    self.format = format
    bytes.reserveCapacity(384)
    if format == .json { bytes.append(UInt8(ascii: "{")) }
    add("time", time)
    add("level", level.rawValue)
    add("event", event)
  }

  /// A text; nothing where there is none.
  mutating func add(_ name: StaticString, _ value: String?) {
    guard let value, !value.isEmpty else { return }
    begin(name)
    if format == .json || !Self.isPlain(value) {
      JSON.writeString(value, into: &bytes)
    } else {
      bytes.append(contentsOf: value.utf8)
    }
  }

  mutating func add(_ name: StaticString, _ value: (some BinaryInteger)?) {
    guard let value else { return }
    begin(name)
    bytes.append(contentsOf: "\(value)".utf8)
  }

  consuming func finished() -> [UInt8] {
    var bytes = bytes
    if format == .json { bytes.append(UInt8(ascii: "}")) }
    bytes.append(UInt8(ascii: "\n"))
    return bytes
  }

  private mutating func begin(_ name: StaticString) {
    let name = UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount)
    switch format {
    case .json:
      if bytes.count > 1 { bytes.append(UInt8(ascii: ",")) }
      bytes.append(UInt8(ascii: "\""))
      bytes.append(contentsOf: name)
      bytes.append(contentsOf: "\":".utf8)
    case .text:
      if !bytes.isEmpty { bytes.append(UInt8(ascii: " ")) }
      bytes.append(contentsOf: name)
      bytes.append(UInt8(ascii: "="))
    }
  }

  private static func isPlain(_ text: String) -> Bool {
    text.utf8.allSatisfy { $0 > 0x20 && $0 != UInt8(ascii: "\"") && $0 != UInt8(ascii: "=") && $0 < 0x7F }
  }
}

/// The time as logs have it, `2026-01-31T12:34:56.789Z`. Remembers the second, which most lines share.
struct LogClock {
  private var second = Int.min
  private var prefix = ""

  mutating func now() -> String {
    var time = timespec()
    clock_gettime(CLOCK_REALTIME, &time)
    if time.tv_sec != second {
      second = time.tv_sec
      var parts = tm()
      gmtime_r(&time.tv_sec, &parts)
      let date =
        "\(digits(Int(parts.tm_year) + 1900, 4))-\(digits(Int(parts.tm_mon) + 1, 2))-\(digits(Int(parts.tm_mday), 2))"
      let clock = "\(digits(Int(parts.tm_hour), 2)):\(digits(Int(parts.tm_min), 2)):\(digits(Int(parts.tm_sec), 2))"
      prefix = "\(date)T\(clock)."
    }
    return "\(prefix)\(digits(time.tv_nsec / 1_000_000, 3))Z"
  }

  private func digits(_ value: Int, _ count: Int) -> String {
    let text = String(value)
    return String(repeating: "0", count: max(0, count - text.count)) + text
  }
}
