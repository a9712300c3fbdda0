// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
public import VideoDocuments

/// One medium that was taken out of a body.
public struct HoistedMedia: Sendable {
  /// Stands in the body as `filmgate-asset:NAME`.
  public var name: String
  public var file: HoistedFile
  public var byteCount: Int64
  /// What a `data:` link said of the type; not to be believed.
  public var declaredType: String?
  /// Where it stood, such as `images[0]`.
  public var place: String
}

/// A body without its media.
public struct HoistedBody: Sendable {
  public var json: [UInt8]
  public var media: [HoistedMedia]
}

/// Takes long base64 texts and all base64 `data:` links out of a JSON body while it arrives, so that neither a plugin
/// nor the JSON parser ever holds a picture. In their place stands `"filmgate-asset:NAME"`.
///
/// It follows the JSON just far enough to tell values from names and to say where a medium stood; whether the rest is
/// valid JSON is for the parser that reads the result. Writes files: use it where blocking is allowed.
public struct InlineMediaHoister: Sendable {
  public struct Limits: Sendable, Hashable {
    /// What is left after the media are gone.
    public var maximumDocumentBytes = 8 << 20
    public var maximumMedia = 32
    /// Of one medium, decoded.
    public var maximumMediaBytes: Int64 = 64 << 20
    public var maximumDepth = 64

    public init() {}
  }

  /// Bare base64 shorter than this many characters stays where it is: it could be any word.
  public static let shortestBareCharacters = 4096
  /// The longest head of a `data:` link.
  static let longestLinkHeadBytes = 256

  private let folder: String
  private let limits: Limits
  private let share: IntakeShare?
  private var output: [UInt8] = []
  private var media: [HoistedMedia] = []
  private var place = JSONPlace()
  private var state = State.structure

  private enum State {
    /// Between strings.
    case structure
    /// In a name, or in a value that was found to be no medium.
    case plainString(isEscaped: Bool, isKey: Bool)
    /// In a value that may be a medium; its raw bytes are held back.
    case undecided(Candidate)
    /// In a medium.
    case medium(MediaDecoder)
  }

  /// A string value whose nature is open.
  private struct Candidate {
    /// As it came, without the opening quote.
    var raw: [UInt8] = []
    /// With `\/` resolved.
    var text: [UInt8] = []
    var hasBackslash = false
  }

  /// Files are made in `folder`, and take room of `share`.
  public init(folder: String = "/tmp", limits: Limits = Limits(), share: IntakeShare? = nil) {
    self.folder = folder
    self.limits = limits
    self.share = share
  }

  /// Takes a whole body.
  public static func hoist(
    _ body: [UInt8], folder: String = "/tmp", limits: Limits = Limits()
  ) throws(Failure) -> HoistedBody {
    var hoister = InlineMediaHoister(folder: folder, limits: limits)
    try hoister.consume(body[...])
    return try hoister.finish()
  }

  /// Takes the next piece of the body.
  public mutating func consume(_ bytes: ArraySlice<UInt8>) throws(Failure) {
    var index = bytes.startIndex
    while index < bytes.endIndex {
      switch state {
      case .structure: index = try readStructure(bytes, index)
      case .plainString(let isEscaped, let isKey): index = readPlain(bytes, index, isEscaped, isKey)
      case .undecided(var candidate):
        // Taken out of the state, so that its buffers are not copied.
        state = .structure
        index = try readUndecided(bytes, index, &candidate)
      case .medium(var decoder):
        state = .structure
        index = try readMedium(bytes, index, &decoder)
      }
      guard output.count <= limits.maximumDocumentBytes else { throw tooLong }
    }
    try share?.hold(output.capacity)
  }

  private var tooLong: Failure {
    Failure(
      .limit, "The request has more than \(ByteText.text(Int64(limits.maximumDocumentBytes))) beside its media.",
      field: "request", advice: "Shorten it.")
  }

  /// Takes back what was held for a medium and is text.
  private mutating func takeBack(_ decoder: MediaDecoder) throws(Failure) {
    guard let text = try decoder.original(limit: limits.maximumDocumentBytes) else { throw tooLong }
    output += text
  }

  /// Ends the body.
  public consuming func finish() throws(Failure) -> HoistedBody {
    switch state {
    case .structure, .plainString: break
    // The text ends within a string: what was held back goes to the parser, which will say so.
    case .undecided(let candidate): output += candidate.raw
    case .medium(let decoder):
      throw Failure(
        .invalid, "The request ends in the middle of \(decoder.place).", field: decoder.place, advice: "Send all of it."
      )
    }
    // Some clients write a byte order mark, which a reader may ignore (RFC 8259, 8.1).
    if output.starts(with: [0xEF, 0xBB, 0xBF]) { output.removeFirst(3) }
    return HoistedBody(json: output, media: media)
  }

  private mutating func readStructure(_ bytes: ArraySlice<UInt8>, _ start: Int) throws(Failure) -> Int {
    var index = start
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      output.append(byte)
      guard byte == UInt8(ascii: "\"") else {
        guard place.advance(byte, maximumDepth: limits.maximumDepth) else {
          throw Failure(
            .limit, "The request is nested deeper than \(limits.maximumDepth) levels.", field: "request",
            advice: "Make it flatter.")
        }
        continue
      }
      if place.isAtKey {
        place.beginKey()
        state = .plainString(isEscaped: false, isKey: true)
      } else {
        state = .undecided(Candidate())
      }
      return index
    }
    return index
  }

  private mutating func readPlain(_ bytes: ArraySlice<UInt8>, _ start: Int, _ escaped: Bool, _ isKey: Bool) -> Int {
    var isEscaped = escaped
    var index = start
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      output.append(byte)
      if isEscaped {
        isEscaped = false
      } else if byte == UInt8(ascii: "\\") {
        isEscaped = true
      } else if byte == UInt8(ascii: "\"") {
        state = .structure
        return index
      }
      if isKey { place.addToKey(byte) }
    }
    state = .plainString(isEscaped: isEscaped, isKey: isKey)
    return index
  }

  private mutating func readUndecided(
    _ bytes: ArraySlice<UInt8>, _ start: Int, _ candidate: inout Candidate
  ) throws(Failure) -> Int {
    var index = start
    while index < bytes.endIndex {
      let byte = bytes[index]
      index += 1
      candidate.raw.append(byte)
      if candidate.hasBackslash {
        candidate.hasBackslash = false
        // Only the slash is escaped by writers of base64; anything else is text.
        guard byte == UInt8(ascii: "/") else { return giveUp(candidate, index) }
        candidate.text.append(byte)
      } else if byte == UInt8(ascii: "\\") {
        candidate.hasBackslash = true
        continue
      } else if byte == UInt8(ascii: "\"") {
        // Too short to be a medium, or a link without its comma.
        output += candidate.raw
        return index
      } else {
        candidate.text.append(byte)
      }
      switch Self.nature(of: candidate.text) {
      case .open: continue
      case .text: return giveUp(candidate, index)
      case .link(let type): try begin(type: type, isLink: true, initial: [])
      case .bare: try begin(type: nil, isLink: false, initial: candidate.text)
      }
      return index
    }
    state = .undecided(candidate)
    return index
  }

  private mutating func giveUp(_ candidate: Candidate, _ index: Int) -> Int {
    output += candidate.raw
    state = .plainString(isEscaped: false, isKey: false)
    return index
  }

  private mutating func begin(type: String?, isLink: Bool, initial: [UInt8]) throws(Failure) {
    guard media.count < limits.maximumMedia else {
      throw Failure(
        .limit, "The request holds more than \(limits.maximumMedia) media.", field: place.text,
        advice: "Leave some out, or give links.")
    }
    var decoder = try MediaDecoder(
      place: place.text, declaredType: type, isLink: isLink, folder: folder, maximumBytes: limits.maximumMediaBytes,
      share: share)
    for byte in initial { _ = try decoder.take(byte) }
    state = .medium(decoder)
  }

  private mutating func readMedium(
    _ bytes: ArraySlice<UInt8>, _ start: Int, _ decoder: inout MediaDecoder
  ) throws(Failure) -> Int {
    var index = start
    while index < bytes.endIndex {
      let end = try decoder.takeRun(bytes, from: index)
      guard end == index else {
        index = end
        continue
      }
      let byte = bytes[index]
      index += 1
      switch try decoder.take(byte) {
      case .more: continue
      case .end:
        guard let count = try decoder.finish() else {
          try takeBack(decoder)
          output.append(byte)
          return index
        }
        let name = "inline-\(media.count + 1)"
        media.append(
          HoistedMedia(
            name: name, file: decoder.file, byteCount: count, declaredType: decoder.declaredType, place: decoder.place))
        output += "\(InlineMedia.scheme):\(name)\"".utf8
        return index
      case .notBase64(let isEscaped):
        // A long word without spaces that is no base64 after all.
        try takeBack(decoder)
        if isEscaped { output.append(UInt8(ascii: "\\")) }
        output.append(byte)
        state = .plainString(isEscaped: false, isKey: false)
        return index
      }
    }
    state = .medium(decoder)
    return index
  }

  private enum Nature {
    case open
    case text
    case link(type: String?)
    case bare
  }

  private static let linkStart = Array("data:".utf8)

  /// What the beginning of a value shows.
  private static func nature(of text: [UInt8]) -> Nature {
    let isLink = zip(text, linkStart).allSatisfy { $0 | 0x20 == $1 || $0 == $1 }
    if isLink {
      guard text.count > linkStart.count else { return .open }
      guard let last = text.last, last == UInt8(ascii: ",") else {
        return text.count <= longestLinkHeadBytes ? .open : .text
      }
      let head = String(decoding: text.dropFirst(linkStart.count).dropLast(), as: UTF8.self)
      guard head.lowercased().hasSuffix(";base64") else { return .text }
      let type = head.split(separator: ";", omittingEmptySubsequences: false)[0]
      return .link(type: type.isEmpty ? nil : String(type))
    }
    guard let last = text.last, isBase64(last) else { return .text }
    return text.count < shortestBareCharacters ? .open : .bare
  }

  /// Whether a file may have to be written for the body: it is long enough for a bare medium, or `data:` occurs in it.
  static func mayHoldMedium(_ body: [UInt8]) -> Bool {
    guard body.count < shortestBareCharacters else { return true }
    return body.withUnsafeBufferPointer { body in
      for end in linkStart.count..<max(body.count, linkStart.count) where body[end - 1] == UInt8(ascii: ":") {
        let start = end - linkStart.count
        if (0..<linkStart.count - 1).allSatisfy({ body[start + $0] | 0x20 == linkStart[$0] }) { return true }
      }
      return false
    }
  }

  static func isBase64(_ byte: UInt8) -> Bool {
    (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || (0x30...0x39).contains(byte)
      || byte == UInt8(ascii: "+") || byte == UInt8(ascii: "/") || byte == UInt8(ascii: "=")
  }
}
