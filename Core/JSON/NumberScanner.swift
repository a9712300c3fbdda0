// SPDX-License-Identifier: Apache-2.0

/// What stands at a place where a number should.
enum NumberScan: Equatable {
  case number(end: Int)
  /// The first byte that no number can have there.
  case invalid(at: Int)
  /// The input ended inside the number.
  case truncated
}

/// Finds the end of the number that starts at `start`, by the grammar of RFC 8259 section 6.
func scanNumber(_ base: UnsafePointer<UInt8>, from start: Int, to end: Int) -> NumberScan {
  var position = start
  if position < end, base[position] == UInt8(ascii: "-") { position += 1 }
  guard position < end else { return .truncated }
  if base[position] == UInt8(ascii: "0") {
    position += 1
    if position < end, isDigit(base[position]) { return .invalid(at: position) }
  } else {
    guard isDigit(base[position]) else { return .invalid(at: position) }
    skipDigits(base, &position, end)
  }
  if position < end, base[position] == UInt8(ascii: ".") {
    position += 1
    guard position < end else { return .truncated }
    guard isDigit(base[position]) else { return .invalid(at: position) }
    skipDigits(base, &position, end)
  }
  if position < end, base[position] | 0x20 == UInt8(ascii: "e") {
    position += 1
    if position < end, base[position] == UInt8(ascii: "+") || base[position] == UInt8(ascii: "-") { position += 1 }
    guard position < end else { return .truncated }
    guard isDigit(base[position]) else { return .invalid(at: position) }
    skipDigits(base, &position, end)
  }
  return .number(end: position)
}

@inline(__always)
private func isDigit(_ byte: UInt8) -> Bool { byte &- UInt8(ascii: "0") <= 9 }

@inline(__always)
private func skipDigits(_ base: UnsafePointer<UInt8>, _ position: inout Int, _ end: Int) {
  while position < end, isDigit(base[position]) { position += 1 }
}
