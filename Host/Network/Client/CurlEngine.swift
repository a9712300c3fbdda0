// SPDX-License-Identifier: Apache-2.0
import CCurl
import EventLoop

/// libcurl's multi interface on the event loop: libcurl says which sockets and which time it waits for, the loop tells it
/// what happened. Lives as long as the process.
@LoopActor final class CurlEngine {
  /// Idle connections that are kept.
  static let keptConnections = 1024
  private static let nameCacheSeconds = 60

  private let library: CurlLibrary
  private let multi: CurlLibrary.Handle
  private var watches: [curl_socket_t: Watch] = [:]
  private var timer: LoopTimer?
  private var active: [CurlLibrary.Handle: Transfer] = [:]
  /// Beyond the bounds of a lane transfers wait here, where their time does not run yet.
  private var activeByLane: [TransferPlan.Lane: LaneCount] = [:]
  private var waiting: [Transfer] = []

  init?(_ library: CurlLibrary) {
    guard let multi = library.multiInit() else { return nil }
    self.library = library
    self.multi = multi
    let context = Unmanaged.passUnretained(self).toOpaque()
    let set = library.setMultiOption
    filmgate_curl_multi_set_socket(set, multi, CurlCallbacks.socket)
    filmgate_curl_multi_set_pointer(set, multi, CURLMOPT_SOCKETDATA, context)
    filmgate_curl_multi_set_timer(set, multi, CurlCallbacks.timer)
    filmgate_curl_multi_set_pointer(set, multi, CURLMOPT_TIMERDATA, context)
    filmgate_curl_multi_set_long(set, multi, CURLMOPT_MAXCONNECTS, Self.keptConnections)
    filmgate_curl_multi_set_long(set, multi, CURLMOPT_PIPELINING, Int(CURLPIPE_MULTIPLEX))
  }

  /// Runs the transfer to its end. Cancelling the task ends it too.
  func run(_ transfer: Transfer) async -> TransferEnd {
    await withTaskCancellationHandler {
      await EventLoop.suspend { continuation in
        transfer.finish = { continuation.resume(returning: $0) }
        if Task.isCancelled {
          finish(transfer, .failed(TransportFailure(.cancelled, .notSent, "cancelled")))
        } else {
          transfer.isQueued = true
          waiting.append(transfer)
          startWaiting()
        }
      }
    } onCancel: {
      Task { @LoopActor in self.cancel(transfer) }
    }
  }

  /// Lets a transfer go on whose callback asked to wait.
  func resume(_ transfer: Transfer) {
    guard let handle = transfer.handle else { return }
    _ = library.easyPause(handle, Int32(CURLPAUSE_CONT))
  }

  private func cancel(_ transfer: Transfer) {
    if transfer.isQueued {
      waiting.removeAll { $0 === transfer }
      finish(transfer, .failed(TransportFailure(.cancelled, .notSent, "cancelled")))
    } else if let handle = transfer.handle {
      let isSent = transfer.starts > 0 && sentBytes(handle) > 0
      close(transfer, handle)
      finish(transfer, .failed(TransportFailure(.cancelled, isSent ? .unknown : .notSent, "cancelled")))
      startWaiting()
    }
  }

  private func startWaiting() {
    var index = 0
    while index < waiting.count {
      if hasRoom(for: waiting[index].plan) {
        start(waiting.remove(at: index))
      } else {
        index += 1
      }
    }
  }

  private func hasRoom(for plan: TransferPlan) -> Bool {
    let active = activeByLane[plan.lane, default: LaneCount()]
    return active.count < plan.lane.inAll && active.byHost[plan.url.origin, default: 0] < plan.lane.perHost
  }

  private func start(_ transfer: Transfer) {
    transfer.isQueued = false
    // Always a new handle: a used one keeps its buffer over a reset and then refuses another size. It costs 10 µs.
    guard let handle = library.easyInit() else {
      return finish(transfer, .failed(TransportFailure(.system, .notSent, "no memory for a transfer")))
    }
    transfer.handle = handle
    active[handle] = transfer
    let isAlone = activeByLane[transfer.plan.lane, default: LaneCount()].add(transfer.plan.url.origin) == 1
    var options = CurlOptions(library, handle)
    options.apply(transfer, isAlone: isAlone)
    if options.failed != CURLE_OK {
      close(transfer, handle)
      let text = library.easyText(options.failed).map { String(cString: $0) } ?? "?"
      return finish(transfer, .failed(TransportFailure(.system, .notSent, text)))
    }
    _ = library.multiAdd(multi, handle)
  }

  private func close(_ transfer: Transfer, _ handle: CurlLibrary.Handle) {
    _ = library.multiRemove(multi, handle)
    active[handle] = nil
    transfer.handle = nil
    activeByLane[transfer.plan.lane]?.remove(transfer.plan.url.origin)
    library.listFree(transfer.headerList)
    transfer.headerList = nil
    library.easyCleanup(handle)
  }

  private func finish(_ transfer: Transfer, _ end: TransferEnd) {
    // Cleared first: the closure holds the continuation, which may be resumed once.
    let finish = transfer.finish
    transfer.finish = nil
    transfer.isQueued = false
    finish?(end)
  }

  private func sentBytes(_ handle: CurlLibrary.Handle) -> Int {
    var bytes = 0
    filmgate_curl_get_long(library.getInfo, handle, CURLINFO_REQUEST_SIZE, &bytes)
    return bytes
  }

  // MARK: What libcurl waits for

  func watch(_ descriptor: curl_socket_t, _ what: Int32) -> Int32 {
    guard what != CURL_POLL_REMOVE else {
      watches.removeValue(forKey: descriptor)?.cancel()
      return 0
    }
    var interest: Interest = []
    if what & CURL_POLL_IN != 0 { interest.insert(.readable) }
    if what & CURL_POLL_OUT != 0 { interest.insert(.writable) }
    do throws(SystemFailure) {
      if let watch = watches[descriptor] {
        try watch.update(interest)
      } else {
        watches[descriptor] = try EventLoop.watch(descriptor, interest) { reported in
          self.act(descriptor, reported)
        }
      }
      return 0
    } catch {
      return -1
    }
  }

  func setTimer(_ milliseconds: Int) {
    timer?.cancel()
    timer = nil
    guard milliseconds >= 0 else { return }
    timer = EventLoop.after(nanoseconds: UInt64(milliseconds) * 1_000_000) {
      self.timer = nil
      self.act(curl_socket_t(CURL_SOCKET_TIMEOUT), [])
    }
  }

  private func act(_ descriptor: curl_socket_t, _ reported: Interest) {
    var mask: Int32 = 0
    if !reported.isDisjoint(with: [.readable, .hangup]) { mask |= CURL_CSELECT_IN }
    if reported.contains(.writable) { mask |= CURL_CSELECT_OUT }
    if reported.contains(.error) { mask |= CURL_CSELECT_ERR }
    var running: Int32 = 0
    _ = library.multiAction(multi, descriptor, mask, &running)
    collect()
  }

  private func collect() {
    var left: Int32 = 0
    while let message = library.multiRead(multi, &left) {
      guard message.pointee.msg == CURLMSG_DONE, let handle = message.pointee.easy_handle,
        let transfer = active[handle]
      else { continue }
      // The message is gone once its handle is removed.
      let code = message.pointee.data.result
      let text = library.easyText(code).map { String(cString: $0) } ?? ""
      let end = transfer.end(code, sentBytes: sentBytes(handle), libraryText: text)
      close(transfer, handle)
      finish(transfer, end)
    }
    if !waiting.isEmpty { startWaiting() }
  }
}

/// The transfers of one lane that are under way.
private struct LaneCount {
  private(set) var count = 0
  private(set) var byHost: [String: Int] = [:]

  /// The number with that host, the new one among them.
  mutating func add(_ host: String) -> Int {
    count += 1
    byHost[host, default: 0] += 1
    return byHost[host, default: 0]
  }

  mutating func remove(_ host: String) {
    count -= 1
    byHost[host] = byHost[host].flatMap { $0 > 1 ? $0 - 1 : nil }
  }
}
