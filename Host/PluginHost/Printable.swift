// SPDX-License-Identifier: Apache-2.0

/// What a plugin wrote, made fit for a terminal and a log: one line, no control characters, bounded.
func printable(_ bytes: some Sequence<UInt8>, maximumBytes: Int = 512) -> String {
  var kept: [UInt8] = []
  for byte in bytes {
    guard kept.count < maximumBytes else {
      kept.append(contentsOf: "…".utf8)
      break
    }
    kept.append(byte < 0x20 || byte == 0x7F ? 0x20 : byte)
  }
  var text = String(decoding: kept, as: UTF8.self)
  // C1 controls and the direction marks can rewrite what stands before them on a terminal.
  text.unicodeScalars.removeAll { (0x80...0x9F).contains($0.value) || $0.properties.isBidiControl }
  return text
}
