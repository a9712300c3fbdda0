// SPDX-License-Identifier: Apache-2.0

/// The header of every frame between host and worker: three 32-bit numbers, least significant byte first.
///
/// A request names an operation by its index in the manifest, a reply carries the status. The host chooses the sequence
/// and a reply repeats it. The worker's first frame, unasked, is its hello (`Hello`) with sequence 0.
public struct WireFrame: Sendable, Equatable {
  /// Bytes of a header.
  public static let headerBytes = 12
  /// A reply's status when the operation is disabled or there is none of that index.
  public static let noOperation: UInt32 = 0xFFFF_FFFE
  /// A reply's status when the arguments do not fit the declaration.
  public static let malformedArguments: UInt32 = 0xFFFF_FFFF

  /// Bytes that follow the header.
  public var length: UInt32
  public var sequence: UInt32
  /// The operation's index, or the status.
  public var word: UInt32

  public init(length: UInt32, sequence: UInt32, word: UInt32) {
    self.length = length
    self.sequence = sequence
    self.word = word
  }

  /// Reads a header from the first bytes, nil when there are too few.
  public init?(_ bytes: UnsafeRawBufferPointer) {
    guard bytes.count >= WireFrame.headerBytes else { return nil }
    length = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 0, as: UInt32.self))
    sequence = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 4, as: UInt32.self))
    word = UInt32(littleEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt32.self))
  }

  /// Writes the header over the first bytes, of which there must be enough.
  public func store(into bytes: UnsafeMutableRawBufferPointer) {
    guard bytes.count >= WireFrame.headerBytes else { return }
    bytes.storeBytes(of: length.littleEndian, toByteOffset: 0, as: UInt32.self)
    bytes.storeBytes(of: sequence.littleEndian, toByteOffset: 4, as: UInt32.self)
    bytes.storeBytes(of: word.littleEndian, toByteOffset: 8, as: UInt32.self)
  }
}

/// How well a worker is jailed.
public enum JailLevel: UInt8, Sendable, Hashable, CaseIterable, Comparable {
  /// System calls are not filtered: a plugin could do whatever the user can.
  case none
  /// System calls are filtered, but while a plugin is being loaded it could read files.
  case partial
  /// System calls are filtered, and no file can be opened from the start.
  case full

  public static func < (left: JailLevel, right: JailLevel) -> Bool { left.rawValue < right.rawValue }

  /// The name in lists and documents.
  public var name: String {
    switch self {
    case .none: "none"
    case .partial: "partial"
    case .full: "full"
    }
  }
}

/// A worker's first frame: what it loaded, or why it could not. The payload is the jail level (1 byte), the number of
/// operations (32 bits), for each the reason why it is disabled (a 32-bit length, 0 for none, and the sentence), and the
/// manifest. When the status is not 0 the payload is one sentence.
public struct Hello: Sendable, Equatable {
  /// The hello's status in the header.
  public enum Status: UInt32, Sendable {
    case ready
    /// The file cannot be used; the payload says why.
    case refused
    /// The file needs another library, which the jail as it is does not let it open.
    case needsLibraries
    /// The worker itself failed before it came to the file.
    case workerFailed
  }

  /// Bytes that a hello can have: a manifest and a sentence for each operation.
  public static let maximumBytes = PluginLibrary.maximumManifestBytes + OutputSink.maximumBytes

  public var jailLevel: JailLevel
  /// For each operation in the manifest's order, why it is disabled, nil where it is not.
  public var disabled: [String?]
  public var manifest: [UInt8]

  public init(jailLevel: JailLevel, disabled: [String?], manifest: [UInt8]) {
    self.jailLevel = jailLevel
    self.disabled = disabled
    self.manifest = manifest
  }

  public func encoded() -> [UInt8] {
    var bytes: [UInt8] = [jailLevel.rawValue]
    bytes.appendLittleEndian(UInt32(disabled.count))
    for sentence in disabled {
      let text = Array((sentence ?? "").utf8)
      bytes.appendLittleEndian(UInt32(text.count))
      bytes.append(contentsOf: text)
    }
    bytes.append(contentsOf: manifest)
    return bytes
  }

  /// Reads a hello; nil when it is short or a length is false.
  public init?(_ bytes: [UInt8]) {
    var reader = ByteReader(bytes)
    guard let level = reader.byte(), let jailLevel = JailLevel(rawValue: level), let count = reader.number(UInt32.self),
      Int(count) <= bytes.count
    else { return nil }
    self.jailLevel = jailLevel
    disabled = []
    for _ in 0..<count {
      guard let length = reader.number(UInt32.self), let text = reader.bytes(Int(length)) else { return nil }
      disabled.append(text.isEmpty ? nil : String(decoding: text, as: UTF8.self))
    }
    manifest = Array(reader.rest())
  }
}

/// Reads numbers and blocks from bytes that may be wrong; every read past the end is nil.
public struct ByteReader {
  private let source: [UInt8]
  private var offset = 0

  public init(_ source: [UInt8]) { self.source = source }

  public var remaining: Int { source.count - offset }

  public mutating func byte() -> UInt8? {
    guard offset < source.count else { return nil }
    offset += 1
    return source[offset - 1]
  }

  /// A number, least significant byte first.
  public mutating func number<Number: FixedWidthInteger>(_: Number.Type) -> Number? {
    let width = MemoryLayout<Number>.size
    guard remaining >= width else { return nil }
    let value = source.withUnsafeBytes { $0.loadUnaligned(fromByteOffset: offset, as: Number.self) }
    offset += width
    return Number(littleEndian: value)
  }

  public mutating func bytes(_ count: Int) -> ArraySlice<UInt8>? {
    guard count >= 0, remaining >= count else { return nil }
    offset += count
    return source[(offset - count)..<offset]
  }

  public mutating func rest() -> ArraySlice<UInt8> {
    defer { offset = source.count }
    return source[offset...]
  }
}
