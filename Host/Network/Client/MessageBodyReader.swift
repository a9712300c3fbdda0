// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// Reads a body from its beginning to its end in slices of any size. Holds at most one slice of a file.
struct MessageBodyReader {
  /// How much of a file is read for one round of base64; a multiple of three.
  private static let encodingChunkBytes = 48 * 1024

  private let pieces: [MessageBody.Piece]
  private var index = 0
  /// How many bytes of the piece's source are consumed.
  private var offset: Int64 = 0
  /// Encoded characters that did not fit the last slice.
  private var carry: [UInt8] = []
  private var scratch: [UInt8] = []

  init(_ body: MessageBody) { pieces = body.pieces }

  /// Goes back to the beginning.
  mutating func rewind() {
    index = 0
    offset = 0
    carry = []
  }

  /// Fills as much of `output` as possible and returns how much; 0 only at the end (or for an empty `output`).
  mutating func read(into output: UnsafeMutableRawBufferPointer) throws(MessageBodyFailure) -> Int {
    var written = 0
    while written < output.count {
      let rest = UnsafeMutableRawBufferPointer(rebasing: output[written...])
      if !carry.isEmpty {
        let count = min(carry.count, rest.count)
        rest.copyBytes(from: carry[..<count])
        carry.removeFirst(count)
        written += count
        continue
      }
      guard index < pieces.count else { break }
      let count: Int
      switch pieces[index] {
      case .bytes(let bytes):
        count = min(bytes.count - Int(offset), rest.count)
        rest.copyBytes(from: bytes[Int(offset)..<(Int(offset) + count)])
        offset += Int64(count)
      case .raw(let file):
        count = Int(min(file.byteCount - offset, Int64(rest.count)))
        try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: rest[..<count]))
        offset += Int64(count)
      case .base64(let file): count = try encode(file, into: rest)
      }
      written += count
      if count == 0 && carry.isEmpty {
        index += 1
        offset = 0
      }
    }
    return written
  }

  /// Encodes whole groups straight into `output`; where not even one fits, one group goes to `carry`.
  private mutating func encode(
    _ file: AssetFile, into output: UnsafeMutableRawBufferPointer
  ) throws(MessageBodyFailure) -> Int {
    let wanted = min(max(output.count / 4, 1) * 3, Self.encodingChunkBytes)
    let count = Int(min(file.byteCount - offset, Int64(wanted)))
    guard count > 0 else { return 0 }
    if scratch.isEmpty { scratch = [UInt8](repeating: 0, count: Self.encodingChunkBytes) }
    let failure = scratch.withUnsafeMutableBytes { buffer -> MessageBodyFailure? in
      do throws(MessageBodyFailure) {
        try file.read(at: offset, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<count]))
        return nil
      } catch {
        return error
      }
    }
    if let failure { throw failure }
    offset += Int64(count)
    if output.count >= 4 {
      return scratch.withUnsafeBytes { Base64.encode(UnsafeRawBufferPointer(rebasing: $0[..<count]), into: output) }
    }
    carry = Array(Base64.encode(Array(scratch[..<count])).utf8)
    return 0
  }
}
