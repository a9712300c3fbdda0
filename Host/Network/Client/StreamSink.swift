// SPDX-License-Identifier: Apache-2.0
import EventLoop

/// Between libcurl, which pushes, and a reader, who pulls.
@LoopActor final class StreamSink: TransferSink {
  /// What came first.
  enum Start {
    case head(ResponseHead)
    /// The exchange is over without an answer that brings the file.
    case ended(TransferEnd)
  }

  /// What all streams may hold together, before each has to be content with the least.
  private static let sharedBytes = 8 * 1024 * 1024
  private static let leastWindowBytes = 32 * 1024
  /// Streams that have begun and not ended.
  private static var openCount = 0

  /// Bytes that may wait to be taken: with many readers, fewer for each.
  private static var windowBytes: Int {
    min(DownloadStream.windowBytes, max(leastWindowBytes, sharedBytes / max(1, openCount)))
  }

  private let download: DownloadDescription
  private var transfer: Transfer?
  private var task: Task<Void, Never>?
  private var head: ResponseHead?
  private var pending: [UInt8] = []
  private var byteCount: Int64 = 0
  private var isPaused = false
  private var end: TransferEnd?
  /// Whoever waits for the head, a piece or the end.
  private var waiter: LoopContinuation<Void>?
  private var timer: LoopTimer?

  init(_ download: DownloadDescription) { self.download = download }

  /// Begins the transfer and waits for the head.
  func start(_ plan: TransferPlan) async -> Start {
    let transfer = Transfer(plan, sink: self)
    self.transfer = transfer
    Self.openCount += 1
    task = Task { @LoopActor in
      // A stream that was let go of before this ran must not begin.
      let end = self.end == nil ? await HTTPClient.run(transfer) : nil
      if let end { self.finish(end) }
    }
    let patience = plan.connectTimeoutMilliseconds + Int64(download.lowSpeedSeconds) * 1000
    while true {
      if let head { return .head(head) }
      if let end { return .ended(end) }
      await waitForNews(milliseconds: patience)
    }
  }

  func next() async -> Result<[UInt8]?, TransportFailure> {
    precondition(waiter == nil, "two readers of one stream")
    while true {
      if !pending.isEmpty {
        let piece = pending
        pending = []
        if isPaused, let transfer {
          isPaused = false
          // libcurl hands over what it kept from inside this call.
          HTTPClient.resume(transfer)
        }
        return .success(piece)
      }
      switch end {
      case .response: return .success(nil)
      case .failed(let failure): return .failure(failure)
      case nil: await waitForNews(milliseconds: Int64(download.lowSpeedSeconds) * 1000)
      }
    }
  }

  /// Ends the transfer, whoever waits.
  func cancel() {
    guard end == nil else { return }
    stop(TransportFailure(.cancelled, .unknown, "cancelled"))
  }

  // MARK: libcurl's side

  func accepts(_ status: Int) -> Bool { status == 200 || status == 206 }

  func begins(_ head: ResponseHead) {
    guard self.head == nil else { return }
    self.head = head
    wake()
  }

  func receive(_ bytes: UnsafeRawBufferPointer, _ head: ResponseHead) -> SinkReply {
    // Nobody wants it any more; libcurl is about to be told.
    guard end == nil else { return .taken }
    if byteCount + Int64(bytes.count) > download.maximumBytes ?? .max {
      return .tooLarge(limitBytes: Int(download.maximumBytes ?? 0))
    }
    if !pending.isEmpty && pending.count + bytes.count > Self.windowBytes {
      isPaused = true
      return .wait
    }
    pending.append(contentsOf: bytes)
    byteCount += Int64(bytes.count)
    wake()
    return .taken
  }

  // MARK: Waiting

  private func waitForNews(milliseconds: Int64) async {
    await EventLoop.suspend { continuation in
      waiter = continuation
      timer = EventLoop.after(nanoseconds: UInt64(milliseconds) * 1_000_000) {
        self.stop(TransportFailure(.slow, .unknown, "nothing came for \(milliseconds / 1000) s"))
      }
    }
  }

  private func wake() {
    timer?.cancel()
    timer = nil
    waiter?.resume()
    waiter = nil
  }

  private func stop(_ failure: TransportFailure) {
    pending = []
    finish(.failed(failure))
    task?.cancel()
  }

  private func finish(_ end: TransferEnd) {
    guard self.end == nil else { return }
    self.end = end
    if transfer != nil { Self.openCount -= 1 }
    transfer = nil
    wake()
  }
}
