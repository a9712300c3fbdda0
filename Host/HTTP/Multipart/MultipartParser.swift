// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An incremental parser of multipart/form-data bodies (RFC 7578), pure: bytes go in by `feed`, events come out by
/// `next`. The events do not depend on how the bytes were sliced, but for the slicing of data. A failure is final.
///
/// Stricter than RFC 2046 wherever parsers differ: lines end in CR LF, nothing stands before the first boundary but one
/// line end and nothing after the last but one, no white space follows a boundary, and content may hold no line that
/// begins with it.
public struct MultipartParser: Sendable {
  public enum Event: Sendable, Hashable {
    case part(MultipartPartHead)
    /// A piece of the part's bytes, never empty.
    case data([UInt8])
    case partEnd
    /// The end of the whole body.
    case end
  }

  private enum State {
    case opening
    case afterDelimiter
    case head
    case contentStart
    case content
    case afterClose
    case ended
    case failed(MultipartFailure)
  }

  private enum Match {
    case none
    /// All bytes there are agree, and more are needed.
    case partial
    case full
  }

  private let limits: MultipartLimits
  /// CR LF and the boundary with its two hyphens.
  private let delimiter: [UInt8]
  private var state = State.opening
  private var buffer: [UInt8] = []
  /// The first byte not consumed.
  private var start = 0
  /// Bytes from `start` on that are known to hold no line end.
  private var scanned = 0
  private var isComplete = false
  private var headBytes = 0
  private var headers = HTTPHeaders()
  /// Parts begun.
  private var parts = 0

  /// Takes the boundary from a Content-Type.
  public init(contentType: String?, limits: MultipartLimits = MultipartLimits()) throws(MultipartFailure) {
    guard let contentType, let type = FieldParameters(contentType, quoting: .pairs),
      type.value == "multipart/form-data"
    else {
      let begins = contentType.map { equalIgnoringCase($0.prefix(19), "multipart/form-data") } ?? false
      throw begins ? .malformedBoundary : .notMultipart
    }
    guard let boundary = type["boundary"], (1...70).contains(boundary.utf8.count), boundary.utf8.last != 0x20,
      boundary.utf8.allSatisfy(Self.isBoundaryByte)
    else { throw .malformedBoundary }
    self.limits = limits
    delimiter = Array("\r\n--\(boundary)".utf8)
  }

  /// `bchars` of RFC 2046, 5.1.1.
  private static func isBoundaryByte(_ byte: UInt8) -> Bool {
    switch byte {
    case 0x30...0x39, 0x41...0x5A, 0x61...0x7A: true
    default: boundaryMarks.contains(byte)
    }
  }

  private static let boundaryMarks = Array("'()+_,-./:=? ".utf8)

  /// Bytes fed and not yet turned into events: never more than a piece, a head or a delimiter.
  public var unparsedBytes: Int { buffer.count - start }

  public mutating func feed(_ bytes: [UInt8]) {
    if start == buffer.count {
      buffer = bytes
    } else {
      buffer.removeFirst(start)
      buffer += bytes
    }
    start = 0
  }

  /// Says that no more bytes will come: `next` then ends with `end` or a failure.
  public mutating func finish() { isComplete = true }

  /// The next event; nil when more bytes are needed.
  public mutating func next() throws(MultipartFailure) -> Event? {
    do throws(MultipartFailure) {
      if let event = try advance() { return event }
      if isComplete { throw MultipartFailure.truncated }
      return nil
    } catch {
      state = .failed(error)
      buffer = []
      start = 0
      throw error
    }
  }

  private mutating func advance() throws(MultipartFailure) -> Event? {
    while true {
      switch state {
      case .opening:
        let isLineEndFirst = buffer[start...].first == 0x0D
        switch match(isLineEndFirst ? delimiter[...] : delimiter.dropFirst(2)) {
        case .none: throw .missingOpening
        case .partial: return nil
        case .full: take(delimiter.count - (isLineEndFirst ? 0 : 2))
        }
        state = .afterDelimiter
      case .afterDelimiter:
        guard let isLast = try readDelimiterEnd() else { return nil }
        if isLast {
          state = .afterClose
        } else {
          parts += 1
          guard parts <= limits.parts else { throw .tooManyParts(limit: limits.parts) }
          headBytes = 0
          headers = HTTPHeaders()
          state = .head
        }
      case .head:
        guard try readHead() else { return nil }
        state = .contentStart
        return .part(try MultipartPartHead(headers, part: parts))
      case .contentStart:
        // The empty line's end cannot be the boundary's as well.
        switch match(delimiter.dropFirst(2)) {
        case .none: state = .content
        case .partial: return nil
        case .full: throw .malformedDelimiter(part: parts + 1)
        }
      case .content:
        let (position, isFound) = searchDelimiter()
        if position > start {
          defer { take(position - start) }
          return .data(start == 0 && position == buffer.count ? buffer : Array(buffer[start..<position]))
        }
        guard isFound else { return nil }
        take(delimiter.count)
        state = .afterDelimiter
        return .partEnd
      case .afterClose:
        let rest = buffer[start...]
        guard [0x0D, 0x0A].starts(with: rest) else { throw .bytesAfterEnd }
        guard isComplete else { return nil }
        guard rest.count != 1 else { throw .bytesAfterEnd }
        take(rest.count)
        state = .ended
      case .ended: return .end
      case .failed(let failure): throw failure
      }
    }
  }

  // MARK: Parts

  /// What follows a boundary: true for the hyphens of the last one, false for a line end.
  private mutating func readDelimiterEnd() throws(MultipartFailure) -> Bool? {
    switch match([0x0D, 0x0A]) {
    case .full:
      take(2)
      return false
    case .partial: return nil
    case .none: break
    }
    switch match([UInt8(ascii: "-"), UInt8(ascii: "-")]) {
    case .full:
      take(2)
      return true
    case .partial: return nil
    case .none: throw .malformedDelimiter(part: parts + 1)
    }
  }

  /// Reads header lines up to and with the empty one; false when bytes are missing.
  private mutating func readHead() throws(MultipartFailure) -> Bool {
    while true {
      guard let line = try takeLine(limit: limits.partHeadBytes - headBytes) else { return false }
      headBytes += line.count + 2
      if line.isEmpty { return true }
      guard headers.fields.count < limits.partFields, !buffer[line].starts(with: delimiter.dropFirst(2)) else {
        throw .malformedPartHead(part: parts)
      }
      do throws(RequestFailure) {
        headers.fields.append(try HeadGrammar.field(buffer[line]))
      } catch {
        throw .malformedPartHead(part: parts)
      }
    }
  }

  // MARK: Bytes

  private mutating func take(_ count: Int) {
    start += count
    scanned = 0
    if start == buffer.count {
      buffer = []
      start = 0
    }
  }

  private func match(_ expected: ArraySlice<UInt8>) -> Match {
    let rest = buffer[start...].prefix(expected.count)
    guard expected.starts(with: rest) else { return .none }
    return rest.count == expected.count ? .full : .partial
  }

  /// Where the delimiter begins, or else from where on it still could.
  private func searchDelimiter() -> (position: Int, isFound: Bool) {
    buffer.withUnsafeBytes { bytes in
      guard let base = bytes.baseAddress else { return (start, false) }
      var from = start
      while from < bytes.count, let hit = memchr(base + from, 0x0D, bytes.count - from) {
        let position = UnsafeRawPointer(hit) - base
        let length = min(delimiter.count, bytes.count - position)
        if memcmp(hit, delimiter, length) == 0 { return (position, length == delimiter.count) }
        from = position + 1
      }
      return (bytes.count, false)
    }
  }

  /// Takes a line with its CR LF and returns the range of its content; nil when its end has not come.
  private mutating func takeLine(limit: Int) throws(MultipartFailure) -> Range<Int>? {
    let tooLarge = MultipartFailure.partHeadTooLarge(part: parts, limit: limits.partHeadBytes)
    guard let end = buffer[(start + scanned)...].firstIndex(of: 0x0A) else {
      scanned = unparsedBytes
      guard scanned < limit else { throw tooLarge }
      return nil
    }
    guard end + 1 - start <= limit else { throw tooLarge }
    guard end > start, buffer[end - 1] == 0x0D else { throw .malformedPartHead(part: parts) }
    let range = start..<(end - 1)
    // The buffer stays until the caller has looked at the line.
    start = end + 1
    scanned = 0
    return range
  }
}
