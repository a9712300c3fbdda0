// SPDX-License-Identifier: Apache-2.0
import Glibc

/// An incremental parser of HTTP/1.x requests, pure: bytes go in by `feed`, events come out by `next`. The events do
/// not depend on how the bytes were sliced, but for the slicing of bodies. A failure is final.
public struct RequestParser: Sendable {
  public enum Event: Sendable, Hashable {
    case head(RequestHead)
    /// A piece of the body, decoded, never empty.
    case body([UInt8])
    /// The end of the request; the next one may follow.
    case end
  }

  private enum State {
    case requestLine
    case fields
    case body(remaining: UInt64)
    case chunkSize
    case chunkData(remaining: UInt64)
    case chunkEnd
    case trailers
    case end
    case failed(RequestFailure)
  }

  private let limits: HTTPLimits
  private var state = State.requestLine
  private var buffer: [UInt8] = []
  /// The first byte not consumed.
  private var start = 0
  /// Bytes from `start` on that are known to hold no line end.
  private var scanned = 0
  /// Counters of the message at hand: bytes of head or trailers, fields, decoded body, chunk extensions.
  private var headBytes = 0
  private var fieldCount = 0
  private var bodyBytes: UInt64 = 0
  private var extensionBytes = 0
  private var skippedEmptyLine = false
  private var line = HeadGrammar.RequestLine(method: "", target: "", path: "", query: nil, version: .http11)
  private var headers = HTTPHeaders()

  public init(limits: HTTPLimits = HTTPLimits()) { self.limits = limits }

  /// Bytes fed and not yet turned into events.
  public var unparsedBytes: Int { buffer.count - start }

  /// Part of a head has come and the rest has not.
  public var isWithinHead: Bool {
    switch state {
    case .requestLine: unparsedBytes > 0 || skippedEmptyLine
    case .fields: true
    default: false
    }
  }

  public mutating func feed(_ bytes: some Collection<UInt8>) {
    if start == buffer.count {
      // Giving the memory back here is what keeps an idle connection small.
      buffer = Array(bytes)
      start = 0
    } else {
      buffer.removeFirst(start)
      start = 0
      buffer.append(contentsOf: bytes)
    }
  }

  /// The next event; nil when more bytes are needed.
  public mutating func next() throws(RequestFailure) -> Event? {
    do {
      let event = try advance()
      if start == buffer.count {
        buffer = []
        start = 0
      }
      return event
    } catch {
      state = .failed(error)
      buffer = []
      start = 0
      throw error
    }
  }

  private mutating func advance() throws(RequestFailure) -> Event? {
    while true {
      switch state {
      case .requestLine:
        guard try readRequestLine() else { return nil }
      case .fields:
        guard try readFields() else { return nil }
        let framing = try HeadGrammar.framing(
          method: line.method, version: line.version, headers: headers, bodyLimit: limits.bodyBytes)
        switch framing {
        case .empty: state = .end
        case .length(let count): state = .body(remaining: count)
        case .chunked: state = .chunkSize
        }
        let head = RequestHead(
          method: line.method, target: line.target, path: line.path, query: line.query, version: line.version,
          headers: headers, framing: framing)
        headers = HTTPHeaders()
        headBytes = 0
        fieldCount = 0
        return .head(head)
      case .body(let remaining):
        guard let piece = takeBytes(atMost: remaining) else { return nil }
        let left = remaining - UInt64(piece.count)
        state = left == 0 ? .end : .body(remaining: left)
        return .body(piece)
      case .chunkSize:
        guard try readChunkSize() else { return nil }
      case .chunkData(let remaining):
        guard let piece = takeBytes(atMost: remaining) else { return nil }
        let left = remaining - UInt64(piece.count)
        state = left == 0 ? .chunkEnd : .chunkData(remaining: left)
        return .body(piece)
      case .chunkEnd:
        guard let first = buffer[start...].first else { return nil }
        guard first == 0x0D else { throw .malformedChunk }
        guard unparsedBytes >= 2 else { return nil }
        guard buffer[start + 1] == 0x0A else { throw .malformedChunk }
        start += 2
        state = .chunkSize
      case .trailers:
        // Trailers are checked like fields and dropped: nothing here may depend on them.
        guard try readFields() else { return nil }
        headers = HTTPHeaders()
        state = .end
      case .end:
        state = .requestLine
        headBytes = 0
        fieldCount = 0
        bodyBytes = 0
        extensionBytes = 0
        skippedEmptyLine = false
        return .end
      case .failed(let failure):
        throw failure
      }
    }
  }

  // MARK: Parts

  private mutating func readRequestLine() throws(RequestFailure) -> Bool {
    while true {
      // What cannot begin a request (a TLS greeting, say) is refused at its first byte.
      if let first = buffer[start...].first, !(0x41...0x5A).contains(first), first != 0x0D || skippedEmptyLine {
        throw first == 0x0A ? .bareLineEnd : .malformedRequestLine
      }
      let limit = limits.requestLineBytes
      guard let range = try takeLine(limit: limit, tooLong: .requestLineTooLong(limit: limit)) else { return false }
      if range.isEmpty {
        // One empty line before a request is tolerated (RFC 9112, 2.2).
        skippedEmptyLine = true
        continue
      }
      headBytes = range.count + 2
      line = try HeadGrammar.requestLine(buffer[range])
      state = .fields
      return true
    }
  }

  /// Reads fields up to and with the empty line; false when bytes are missing.
  private mutating func readFields() throws(RequestFailure) -> Bool {
    while true {
      let left = limits.headBytes - headBytes
      guard let range = try takeLine(limit: left, tooLong: .headTooLarge(limit: limits.headBytes)) else {
        return false
      }
      headBytes += range.count + 2
      if range.isEmpty { return true }
      fieldCount += 1
      guard fieldCount <= limits.fields else { throw .tooManyFields(limit: limits.fields) }
      headers.fields.append(try HeadGrammar.field(buffer[range]))
    }
  }

  private mutating func readChunkSize() throws(RequestFailure) -> Bool {
    // The size line is bounded by its twelve digits and what is left for extensions.
    let limit = 12 + 2 + limits.chunkExtensionBytes - extensionBytes
    guard let range = try takeLine(limit: limit, tooLong: .malformedChunk) else { return false }
    let text = buffer[range]
    let digits = text.prefix { hexadecimalValue($0) != nil }
    let rest = text.dropFirst(digits.count)
    guard (1...12).contains(digits.count), rest.isEmpty || rest.first == UInt8(ascii: ";"),
      rest.allSatisfy({ $0 >= 0x20 && $0 < 0x7F || $0 == 0x09 })
    else { throw .malformedChunk }
    extensionBytes += rest.count
    guard extensionBytes <= limits.chunkExtensionBytes else { throw .malformedChunk }
    let size = digits.reduce(UInt64(0)) { $0 << 4 | UInt64(hexadecimalValue($1) ?? 0) }
    guard size <= limits.bodyBytes - bodyBytes else { throw .bodyTooLarge(limit: limits.bodyBytes) }
    bodyBytes += size
    state = size == 0 ? .trailers : .chunkData(remaining: size)
    return true
  }

  // MARK: Bytes

  /// Takes a line with its CR LF and returns the range of its content; nil when its end has not come.
  private mutating func takeLine(
    limit: Int, tooLong: RequestFailure
  ) throws(RequestFailure) -> Range<Int>? {
    let from = start + scanned
    let end = buffer.withUnsafeBytes { bytes -> Int? in
      guard let base = bytes.baseAddress, from < bytes.count,
        let found = memchr(base + from, 0x0A, bytes.count - from)
      else { return nil }
      return UnsafeRawPointer(found) - base
    }
    guard let end else {
      scanned = unparsedBytes
      guard scanned < limit else { throw tooLong }
      return nil
    }
    guard end + 1 - start <= limit else { throw tooLong }
    guard end > start, buffer[end - 1] == 0x0D else { throw .bareLineEnd }
    let range = start..<(end - 1)
    start = end + 1
    scanned = 0
    return range
  }

  private mutating func takeBytes(atMost count: UInt64) -> [UInt8]? {
    let taken = Int(min(count, UInt64(unparsedBytes)))
    guard taken > 0 else { return nil }
    defer { start += taken }
    return start == 0 && taken == buffer.count ? buffer : Array(buffer[start..<(start + taken)])
  }
}
