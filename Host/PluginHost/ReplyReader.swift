// SPDX-License-Identifier: Apache-2.0
import Glibc
import Loader

/// Takes apart what a worker sends, trusting none of it: a false header is noticed at once, before its payload is
/// waited for, so that never more than one reply of legal size is held.
struct ReplyReader {
  enum Event {
    case frame(word: UInt32, payload: [UInt8])
    case violation(WorkerVerdict.ForgedReply)
    /// More bytes are needed.
    case incomplete
  }

  /// What one read takes.
  private static let readBytes = 64 << 10

  private var buffer: [UInt8] = []
  private var start = 0

  /// Reads once. Returns what read returned: 0 at the end of file, -1 with errno.
  mutating func fill(from descriptor: Int32, flags: Int32) -> Int {
    if start > 0 {
      buffer.removeFirst(start)
      start = 0
    }
    return withUnsafeTemporaryAllocation(byteCount: ReplyReader.readBytes, alignment: 16) { room -> Int in
      let received = recv(descriptor, room.baseAddress, room.count, flags)
      if received > 0 { buffer.append(contentsOf: room[..<received]) }
      return received
    }
  }

  /// The next frame. `sequence` is the call that the worker has to answer now, nil when there is none.
  mutating func next(sequence: UInt32?, maximumBytes: Int) -> Event {
    let available = buffer.count - start
    guard available > 0 else { return .incomplete }
    guard let sequence else { return .violation(.unasked) }
    let header = buffer.withUnsafeBytes { WireFrame(UnsafeRawBufferPointer(rebasing: $0[start...])) }
    guard let header else { return .incomplete }
    guard header.sequence == sequence else { return .violation(.otherSequence) }
    guard header.length <= UInt32(clamping: maximumBytes) else { return .violation(.tooLong(bytes: header.length)) }
    let end = start + WireFrame.headerBytes + Int(header.length)
    guard buffer.count >= end else { return .incomplete }
    let payload = Array(buffer[(start + WireFrame.headerBytes)..<end])
    start = end
    return .frame(word: header.word, payload: payload)
  }

  /// Whether bytes are left that no call asked for.
  var hasLeftovers: Bool { start < buffer.count }
}
