// SPDX-License-Identifier: Apache-2.0

/// What a Range header asks of a representation whose length is known (RFC 9110, 14).
public enum ByteRange: Sendable, Hashable {
  /// Send everything with 200: no range, or one this server does not serve (several ranges, other units, bad syntax).
  case whole
  /// Send these bytes with 206; never empty.
  case part(Range<UInt64>)
  /// Answer 416: no byte of the representation is asked for.
  case unsatisfiable

  public init(header: String?, length: UInt64) {
    self = .whole
    guard let header, let equals = header.utf8.firstIndex(of: UInt8(ascii: "=")),
      equalIgnoringCase(header[..<equals], "bytes")
    else { return }
    let specifier = String(header[header.utf8.index(after: equals)...]).trimmingSpaces()
    guard let dash = specifier.utf8.firstIndex(of: UInt8(ascii: "-")) else { return }
    let first = String(specifier[..<dash])
    let last = String(specifier[specifier.utf8.index(after: dash)...])
    if first.isEmpty {
      guard let suffix = decimal(last) else { return }
      self = suffix == 0 || length == 0 ? .unsatisfiable : .part((length - min(suffix, length))..<length)
      return
    }
    guard let start = decimal(first) else { return }
    if last.isEmpty {
      self = start < length ? .part(start..<length) : .unsatisfiable
      return
    }
    guard let end = decimal(last), start <= end else { return }
    self = start < length ? .part(start..<min(end, length - 1) + 1) : .unsatisfiable
  }

  /// The Content-Range value of a 206 or 416 answer; nil for the whole.
  public func contentRange(length: UInt64) -> String? {
    switch self {
    case .whole: nil
    case .part(let range): "bytes \(range.lowerBound)-\(range.upperBound - 1)/\(length)"
    case .unsatisfiable: "bytes */\(length)"
    }
  }
}

/// Digits only; a number beyond what fits lies beyond every end.
private func decimal(_ text: String) -> UInt64? {
  guard !text.isEmpty, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
  return UInt64(text) ?? .max
}
