// SPDX-License-Identifier: Apache-2.0
public import FilmgateABI
import Glibc

/// Where a call's output goes: the `filmgate_out` of the contract, backed by one buffer of fixed size.
///
/// The buffer is reserved once and its pages are touched only as far as an answer reaches, so that a call allocates
/// nothing. One sink serves one call at a time.
public final class OutputSink {
  /// Bytes that one call may write.
  public static let maximumBytes = 1 << 20
  /// Free bytes in front of the output, in which a frame header can be put so that a reply needs one write.
  public static let headroom = 12

  /// What the C side sees, followed by what it does not. `interface` must stay first: the callback gets its address.
  private struct Cell {
    var interface: filmgate_out
    var base: UnsafeMutableRawPointer
    var count: Int
    var limit: Int
    var hasOverflowed: Bool
  }

  private let cell: UnsafeMutablePointer<Cell>
  private let storage: UnsafeMutableRawPointer

  /// A sink that takes up to `limit` bytes.
  public init(limit: Int = OutputSink.maximumBytes) {
    storage = .allocate(byteCount: OutputSink.headroom + limit, alignment: 16)
    cell = .allocate(capacity: 1)
    cell.initialize(
      to: Cell(
        interface: filmgate_out(write: OutputSink.append), base: storage + OutputSink.headroom, count: 0,
        limit: limit, hasOverflowed: false))
  }

  deinit {
    cell.deallocate()
    storage.deallocate()
  }

  /// What a plugin is passed for `out`.
  public var interface: UnsafeMutablePointer<filmgate_out> {
    UnsafeMutableRawPointer(cell).assumingMemoryBound(to: filmgate_out.self)
  }

  /// Empties the sink for the next call.
  public func reset() {
    cell.pointee.count = 0
    cell.pointee.hasOverflowed = false
  }

  /// Whether more was written than fits; the output is then not whole.
  public var hasOverflowed: Bool { cell.pointee.hasOverflowed }

  /// The status that counts for a call that returned `returned`: output beyond the limit is FILMGATE_LIMIT and is
  /// dropped, a number outside the contract's list is FILMGATE_INTERNAL.
  public func effectiveStatus(_ returned: Int32) -> Int32 {
    if hasOverflowed {
      reset()
      return Int32(bitPattern: FILMGATE_LIMIT.rawValue)
    }
    let isKnown = returned >= 0 && returned <= Int32(bitPattern: FILMGATE_INTERNAL.rawValue)
    return isKnown ? returned : Int32(bitPattern: FILMGATE_INTERNAL.rawValue)
  }

  /// What was written, valid until the next call.
  public var output: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: storage + OutputSink.headroom, count: cell.pointee.count)
  }

  /// The output with its headroom, for a reply in one write.
  public var outputWithHeadroom: UnsafeMutableRawBufferPointer {
    UnsafeMutableRawBufferPointer(start: storage, count: OutputSink.headroom + cell.pointee.count)
  }

  /// Puts a text in place of what was written, cut to the limit.
  public func replace(with text: String) {
    reset()
    var text = text
    text.withUTF8 { bytes in
      let count = min(bytes.count, cell.pointee.limit)
      guard count > 0, let source = bytes.baseAddress else { return }
      memcpy(cell.pointee.base, source, count)
      cell.pointee.count = count
    }
  }

  // The C callback: static and without isolation, as it is called from the plugin's code on whatever thread runs it.
  private static let append: @convention(c) (UnsafeMutablePointer<filmgate_out>, UnsafeRawPointer?, UInt64) -> Int32 = {
    out, data, length in
    let cell = UnsafeMutableRawPointer(out).assumingMemoryBound(to: Cell.self)
    guard length > 0 else { return 0 }
    guard let data else { return 1 }
    let room = cell.pointee.limit - cell.pointee.count
    guard room >= 0, length <= UInt64(room), !cell.pointee.hasOverflowed else {
      cell.pointee.hasOverflowed = true
      return 1
    }
    memcpy(cell.pointee.base + cell.pointee.count, data, Int(length))
    cell.pointee.count += Int(length)
    return 0
  }
}
