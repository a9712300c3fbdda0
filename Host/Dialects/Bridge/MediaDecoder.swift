// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
import VideoDocuments

/// Decodes one base64 text of a JSON string into a file, strictly: no white space, right padding, no stray bits.
struct MediaDecoder {
  enum Progress {
    case more
    /// The closing quote was read.
    case end
    /// A byte that bare base64 does not have, perhaps behind a backslash: it was text after all.
    case notBase64(isEscaped: Bool)
  }

  /// Characters decoded at a time.
  private static let chunkCharacters = 16 << 10

  let place: String
  /// From the head of a `data:` link; such a link must be base64, whereas a bare text may turn out to be none.
  let declaredType: String?
  let file: HoistedFile
  private let isLink: Bool
  private let maximumBytes: Int64
  private var pending: [UInt8] = []
  private var byteCount: Int64 = 0
  private var paddingCount = 0
  private var hasBackslash = false

  init(
    place: String, declaredType: String?, isLink: Bool, folder: String, maximumBytes: Int64, share: IntakeShare?
  ) throws(Failure) {
    self.place = place
    self.declaredType = declaredType
    self.isLink = isLink
    self.maximumBytes = maximumBytes
    do throws(SystemFailure) {
      file = try HoistedFile(folder: folder, share: share)
    } catch {
      throw Self.failure(error)
    }
    pending.reserveCapacity(Self.chunkCharacters)
  }

  /// Takes the characters from `start` on that can only be base64, as many as one chunk has room for, and returns where
  /// they end: most of a medium goes this way rather than byte by byte.
  mutating func takeRun(_ bytes: ArraySlice<UInt8>, from start: Int) throws(Failure) -> Int {
    guard !hasBackslash, paddingCount == 0 else { return start }
    let limit = min(bytes.endIndex, start + Self.chunkCharacters - pending.count)
    let end = bytes.withUnsafeBufferPointer { buffer in
      var index = start - bytes.startIndex
      let limit = limit - bytes.startIndex
      while index < limit, InlineMediaHoister.isBase64(buffer[index]), buffer[index] != UInt8(ascii: "=") { index += 1 }
      return index + bytes.startIndex
    }
    pending.append(contentsOf: bytes[start..<end])
    if pending.count >= Self.chunkCharacters { _ = try flush(isLast: false) }
    return end
  }

  mutating func take(_ byte: UInt8) throws(Failure) -> Progress {
    let isEscaped = hasBackslash
    hasBackslash = false
    if !isEscaped {
      if byte == UInt8(ascii: "\\") {
        hasBackslash = true
        return .more
      }
      if byte == UInt8(ascii: "\"") { return .end }
    }
    guard fits(byte, isEscaped: isEscaped) else {
      if isLink { throw notBase64() }
      return .notBase64(isEscaped: isEscaped)
    }
    pending.append(byte)
    // Padding ends the text, so what comes with it is the last chunk.
    if pending.count >= Self.chunkCharacters, paddingCount == 0 { _ = try flush(isLast: false) }
    return .more
  }

  /// Whether the byte can be the next one of a base64 text; a slash may be escaped.
  private mutating func fits(_ byte: UInt8, isEscaped: Bool) -> Bool {
    if isEscaped { return byte == UInt8(ascii: "/") && paddingCount == 0 }
    guard byte == UInt8(ascii: "=") else { return paddingCount == 0 && InlineMediaHoister.isBase64(byte) }
    paddingCount += 1
    return paddingCount <= 2
  }

  /// Decodes what is left. The byte count, or nil for a bare text that is no base64, or that is none of a medium: a
  /// prompt without a space in it is base64 too.
  mutating func finish() throws(Failure) -> Int64? {
    guard try flush(isLast: true) else { return nil }
    guard !isLink else { return byteCount }
    do throws(SystemFailure) {
      let head = try file.bytes(count: Int(min(byteCount, Int64(MediaType.sniffedBytes))))
      return MediaType(sniffing: head) == nil ? nil : byteCount
    } catch {
      throw Self.failure(error)
    }
  }

  /// Decodes the pending characters; false when they are not base64 and need not be. They stay pending then.
  private mutating func flush(isLast: Bool) throws(Failure) -> Bool {
    let bytes: [UInt8]
    do throws(Base64.DecodingFailure) {
      bytes = try Base64.decode(pending[...], .standard, isLast: isLast)
    } catch {
      if isLink { throw notBase64() }
      return false
    }
    byteCount += Int64(bytes.count)
    guard byteCount <= maximumBytes else {
      throw Failure(
        .limit, "\(place) has more than \(maximumBytes >> 20) MiB.", field: place,
        advice: "Give a smaller file, or a link.")
    }
    try file.claim(bytes.count)
    do throws(SystemFailure) { try file.write(bytes) } catch { throw Self.failure(error) }
    pending.removeAll(keepingCapacity: true)
    return true
  }

  /// The characters as they came, for a text that is no base64: encoding what was decoded gives them back exactly,
  /// because decoding is strict. Nil when there are more than `limit` of them.
  func original(limit: Int) throws(Failure) -> [UInt8]? {
    guard byteCount <= Int64(limit) / 4 * 3 else { return nil }
    do throws(SystemFailure) {
      return Array(Base64.encode(try file.bytes(count: Int(byteCount))).utf8) + pending
    } catch {
      throw Self.failure(error)
    }
  }

  private func notBase64() -> Failure {
    Failure(
      .invalid, "\(place) is not valid base64.", field: place,
      advice: "Encode it with the standard alphabet, with padding and without line breaks.")
  }

  static func failure(_ failure: SystemFailure) -> Failure {
    Failure(
      .internal, "A file for the request's media cannot be written: \(failure).",
      advice: "Check the space of the temporary folder.")
  }
}
