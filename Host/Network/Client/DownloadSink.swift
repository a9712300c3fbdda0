// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// Writes a download to its file on the pool for what blocks, and makes libcurl wait when the disk is slower than the
/// network, or it is others' turn: at most `windowBytes` are in memory, twice that while the pool writes.
@LoopActor final class DownloadSink: TransferSink {
  /// Bytes that may wait to be written; with many downloads, fewer for each.
  private static var windowBytes: Int { min(1024 * 1024, max(leastWindowBytes, sharedBytes / max(1, openCount))) }
  private static let leastWindowBytes = 2 * TransferPlan.mediaBufferBytes
  /// Pieces of this size and more take turns. Waiting makes libcurl forget how slow the transfer is, so a trickle must not.
  private static let bulkBytes = 16 * 1024
  private static let sharedBytes = 32 * 1024 * 1024
  private static var openCount = 0
  private static let progressIntervalNanoseconds: UInt64 = 100_000_000

  private let descriptor: Int32
  private let resumeAtByte: Int64
  private let maximumBytes: Int64?
  private let progress: (@LoopActor (DownloadProgress) -> Void)?
  /// Called when a transfer that was told to wait may go on.
  var resume: (() -> Void)?
  /// What the file holds once everything taken is written.
  private(set) var byteCount: Int64
  private var writtenBytes: Int64
  private var totalBytes: Int64?
  private var hasBegun = false
  private var pending: [UInt8] = []
  private var isWriting = false
  private var isWaiting = false
  /// Its turn has come for what libcurl holds.
  private var hasTurn = false
  private var failure: Int32?
  private var idle: LoopContinuation<Void>?
  private var lastProgress: UInt64 = 0

  init(
    _ descriptor: Int32, resumeAtByte: Int64, maximumBytes: Int64?,
    progress: (@LoopActor (DownloadProgress) -> Void)?
  ) {
    self.descriptor = descriptor
    self.resumeAtByte = resumeAtByte
    self.maximumBytes = maximumBytes
    self.progress = progress
    byteCount = resumeAtByte
    writtenBytes = resumeAtByte
    Self.openCount += 1
  }

  isolated deinit { Self.openCount -= 1 }

  /// Whether an answer of this status brings the file, or the rest of it where that was asked for.
  func accepts(_ status: Int) -> Bool { status == 200 || (status == 206 && resumeAtByte > 0) }

  func begins(_ head: ResponseHead) {}

  func receive(_ bytes: UnsafeRawBufferPointer, _ head: ResponseHead) -> SinkReply {
    if let failure { return .failed(errno: failure) }
    if !hasBegun && !begin(head) { return .wrongPart }
    let limit = maximumBytes ?? .max
    if byteCount + Int64(bytes.count) > limit || (totalBytes ?? 0) > limit {
      return .tooLarge(limitBytes: Int(limit))
    }
    if !pending.isEmpty && pending.count + bytes.count > Self.windowBytes {
      isWaiting = true
      return .wait
    }
    guard hasTurn || bytes.count < Self.bulkBytes || takeTurn(bytes.count) else { return .wait }
    hasTurn = false
    pending.append(contentsOf: bytes)
    byteCount += Int64(bytes.count)
    if !isWriting { write() }
    let now = EventLoop.monotonicNanoseconds
    if now - lastProgress >= Self.progressIntervalNanoseconds {
      lastProgress = now
      progress?(DownloadProgress(byteCount: byteCount, totalBytes: totalBytes))
    }
    return .taken
  }

  private func takeTurn(_ count: Int) -> Bool {
    EventLoop.bulkTurn(bytes: count) {
      self.hasTurn = true
      self.resume?()
    }
  }

  private func begin(_ head: ResponseHead) -> Bool {
    if head.status == 206 {
      guard let range = head.headers.first("content-range"), range.hasPrefix("bytes \(resumeAtByte)-") else {
        return false
      }
    } else {
      byteCount = 0
      writtenBytes = 0
    }
    hasBegun = true
    totalBytes = head.headers.first("content-length").flatMap { Int64($0) }.flatMap { length in
      let total = length.addingReportingOverflow(byteCount)
      return total.overflow ? nil : total.partialValue
    }
    return true
  }

  private func write() {
    isWriting = true
    let bytes = pending
    pending = []
    let offset = writtenBytes
    let descriptor = descriptor
    Task {
      let code = await Blocking.run { Self.writeAll(bytes, descriptor, offset) }
      wrote(bytes.count, code)
    }
  }

  private func wrote(_ count: Int, _ code: Int32) {
    isWriting = false
    if code == 0 { writtenBytes += Int64(count) } else { failure = code }
    if !pending.isEmpty && failure == nil { write() }
    if isWaiting {
      isWaiting = false
      resume?()
    }
    if !isWriting {
      idle?.resume()
      idle = nil
    }
  }

  /// Waits until everything taken is in the file; nil, or the error number of a write that failed. Cuts off what an
  /// earlier, longer attempt may have left.
  func close(_ head: ResponseHead, isComplete: Bool) async -> Int32? {
    // A file without a byte never comes to `receive`.
    if isComplete && !hasBegun && accepts(head.status ?? 0) { _ = begin(head) }
    if isWriting { await EventLoop.suspend { continuation in idle = continuation } }
    let size = writtenBytes
    let descriptor = descriptor
    byteCount = size
    progress?(DownloadProgress(byteCount: size, totalBytes: totalBytes))
    guard failure == nil else { return failure }
    guard hasBegun else { return nil }
    let code = await Blocking.run { ftruncate(descriptor, off_t(size)) == 0 ? 0 : filmgate_errno() }
    return code == 0 ? nil : code
  }

  private nonisolated static func writeAll(_ bytes: [UInt8], _ descriptor: Int32, _ offset: Int64) -> Int32 {
    bytes.withUnsafeBytes { buffer in
      var done = 0
      while done < buffer.count {
        let count = pwrite(
          descriptor, buffer.baseAddress?.advanced(by: done), buffer.count - done, off_t(offset) + off_t(done))
        if count < 0 {
          let code = filmgate_errno()
          if code == EINTR { continue }
          return code
        }
        done += count
      }
      return 0
    }
  }
}
