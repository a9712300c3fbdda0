// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

/// One client connection. While it waits for a request it is only a watch and this object; a request runs as a task,
/// which reads the body and writes the answer through it.
@LoopActor final class HTTPConnection {
  enum Phase {
    /// Between requests, or within a head.
    case waiting
    /// A request is with the responder, or its answer is being sent.
    case serving
    /// The last answer is out; the client is given a moment to read it, what it still sends is thrown away.
    case lingering
    case closed
  }

  let descriptor: Int32
  let server: HTTPServer
  var phase = Phase.waiting { didSet { findLine() } }
  /// Its place among those that wait in the same way; the line's to write.
  var line: ConnectionLine?
  var ahead: HTTPConnection?
  var behind: HTTPConnection?
  var parser: RequestParser
  private(set) var watch: Watch?
  private var task: Task<Void, Never>?
  private var isTaskCancelled = false
  private lazy var peer = ListeningSocket.peer(descriptor)
  private var requestBody: HTTPBody?
  /// Counts requests and their ends: what was asked for one must not reach into the next.
  private var turn: UInt64 = 0
  /// A thread uses the descriptor: its number must not be given to another connection yet.
  var isDescriptorLent = false

  // Reading
  private(set) var bodyIsComplete = true
  private var isBodyOpen = false {
    didSet { if isBodyOpen != oldValue { server.openBodies += isBodyOpen ? 1 : -1 } }
  }
  private(set) var bodyFailure: HTTPBodyFailure?
  /// The client waits for "100 Continue" before it sends the body.
  private(set) var owesContinue = false
  private(set) var readWaiter: LoopContinuation<Void>?
  private var reachedEnd = false
  /// Of the piece of the body that came last; 0 at its beginning.
  private var pieceBytes = 0
  /// How long was waited for the body, less the time that the bytes that came may take.
  private(set) var bodyWaitedNanoseconds: Int64 = 0
  private(set) var readWaitStart: UInt64 = 0

  // Writing
  private(set) var writeWaiter: LoopContinuation<Void>?
  /// The stream being sent, to tell it when the client leaves.
  var outgoing: (any HTTPBodyStream)?
  var answerHasBegun = false

  // Times, monotonic
  private(set) var idleSince = EventLoop.monotonicNanoseconds
  private(set) var headSince: UInt64? { didSet { findLine() } }
  var progressAt: UInt64 = 0
  private(set) var peerLeftAt: UInt64?
  private(set) var lingerSince: UInt64 = 0

  init(_ descriptor: Int32, _ server: HTTPServer) {
    self.descriptor = descriptor
    self.server = server
    parser = RequestParser(limits: server.limits)
  }

  func start(refusing: Bool) {
    do throws(SystemFailure) {
      watch = try EventLoop.watch(descriptor, [.readable, .hangup]) { [unowned self] reported in handle(reported) }
    } catch {
      return close()
    }
    findLine()
    if refusing { refuse(.tooManyConnections) }
  }

  private func findLine() {
    let line: ConnectionLine? =
      switch phase {
      case .waiting: headSince == nil ? server.idle : server.withinHead
      case .lingering: server.lingering
      case .serving, .closed: nil
      }
    guard line !== self.line else { return }
    self.line?.leave(self)
    line?.join(self)
  }

  // MARK: Events

  private var wanted: Interest {
    var wanted: Interest = []
    switch phase {
    case .waiting, .lingering: wanted.insert(.readable)
    case .serving:
      if readWaiter != nil { wanted.insert(.readable) }
      if peerLeftAt == nil { wanted.insert(.hangup) }
    case .closed: break
    }
    if writeWaiter != nil { wanted.insert(.writable) }
    return wanted
  }

  func handle(_ reported: Interest) {
    // Closing drops the server's reference while this runs.
    withExtendedLifetime(self) {
      let wasWanted = reported.subtracting([.error]).isSubset(of: wanted)
      if reported.contains(.error) { return close() }
      if reported.contains(.writable), let waiter = writeWaiter {
        writeWaiter = nil
        waiter.resume()
      }
      if !reported.isDisjoint(with: [.readable, .hangup]) {
        if phase != .serving || readWaiter != nil {
          read()
        } else if reported.contains(.hangup), peerLeftAt == nil {
          peerLeftAt = EventLoop.monotonicNanoseconds
        }
      }
      // Interest is narrowed only by an event nobody wanted: most requests then cost no change at all.
      guard !wasWanted, phase != .closed, let watch else { return }
      setInterest(watch.interest.intersection(wanted))
    }
  }

  private func setInterest(_ interest: Interest) {
    do throws(SystemFailure) { try watch?.update(interest) } catch { close() }
  }

  /// Sees to it that what is waited for is watched.
  private func widenInterest() {
    guard let watch, !watch.interest.isSuperset(of: wanted) else { return }
    setInterest(watch.interest.union(wanted))
  }

  private func read() {
    let most = phase == .serving ? server.bodyReadBytes : server.scratch.count
    let count = recv(descriptor, server.scratch.baseAddress, most, 0)
    if count < 0 {
      let failure = filmgate_errno()
      if failure != EAGAIN && failure != EINTR { close() }
      return
    }
    if phase == .lingering {
      if count == 0 { close() }
      return
    }
    if count == 0 {
      reachedEnd = true
    } else {
      parser.feed(UnsafeRawBufferPointer(rebasing: server.scratch[..<count]))
    }
    if phase == .serving {
      resumeReader()
    } else if reachedEnd {
      close()
    } else {
      proceed()
    }
  }

  // MARK: Requests

  /// Looks for the next request in what has come.
  private func proceed() {
    guard phase == .waiting else { return }
    do throws(RequestFailure) {
      guard case .head(let head) = try parser.next() else {
        if parser.isWithinHead {
          if headSince == nil { headSince = EventLoop.monotonicNanoseconds }
        } else {
          headSince = nil
        }
        return widenInterest()
      }
      try begin(head)
    } catch {
      refuse(error)
    }
  }

  private func begin(_ head: RequestHead) throws(RequestFailure) {
    phase = .serving
    turn += 1
    headSince = nil
    bodyIsComplete = head.framing == .empty
    bodyFailure = nil
    pieceBytes = 0
    bodyWaitedNanoseconds = 0
    owesContinue = head.expectsContinue
    answerHasBegun = false
    // An empty body's end is an event too.
    if bodyIsComplete { _ = try parser.next() } else { isBodyOpen = true }
    let turn = turn
    // The body lets go of this at the request's end.
    let pull: @LoopActor () async throws(HTTPBodyFailure) -> [UInt8]? = { [self] () throws(HTTPBodyFailure) in
      try await nextPiece(turn)
    }
    let body: HTTPBody
    switch head.framing {
    case .empty: body = HTTPBody([])
    case .length(let length): body = HTTPBody(length: length, pull: pull)
    case .chunked: body = HTTPBody(length: nil, pull: pull)
    }
    requestBody = body
    let request = HTTPRequest(head: head, body: body, peer: peer)
    isTaskCancelled = false
    task = Task { @LoopActor in
      let response = await server.responder.respond(to: request)
      await send(response, for: head)
    }
  }

  /// Answers what no responder will see, and ends the connection.
  func refuse(_ failure: RequestFailure) {
    phase = .serving
    answerHasBegun = false
    bodyFailure = .refused(failure)
    server.responder.noteRefusal(failure, peer: peer)
    let head = RequestHead(method: "", target: "", path: "")
    task = Task { @LoopActor in await send(.refusal(failure), for: head) }
  }

  /// After an answer: the next request, or the end.
  func finish(keepingAlive: Bool) {
    guard phase == .serving else { return }
    task = nil
    outgoing = nil
    endBody()
    guard keepingAlive, !server.isDraining else { return linger() }
    phase = .waiting
    idleSince = EventLoop.monotonicNanoseconds
    // An unread byte and the end of the stream both show as readable.
    peerLeftAt = nil
    widenInterest()
    proceed()
  }

  /// Ends our side. Closing at once with bytes unread would reset the connection, and the client could lose the answer.
  private func linger() {
    phase = .lingering
    lingerSince = EventLoop.monotonicNanoseconds
    parser = RequestParser(limits: server.limits)
    guard !reachedEnd, shutdown(descriptor, Int32(SHUT_WR)) == 0 else { return close() }
    widenInterest()
  }

  func drain() {
    // A head under way is left to its deadline; an idle connection has nothing to wait for.
    if phase == .waiting, headSince == nil { close() }
  }

  func close() {
    guard phase != .closed else { return }
    phase = .closed
    watch?.cancel()
    watch = nil
    if isDescriptorLent { shutdown(descriptor, Int32(SHUT_RDWR)) } else { Glibc.close(descriptor) }
    cancelTask()
    outgoing = nil
    endBody()
    writeWaiter?.resume()
    writeWaiter = nil
    server.remove(self)
  }

  func takeDescriptorBack() {
    isDescriptorLent = false
    if phase == .closed { Glibc.close(descriptor) }
  }

  /// A responder that kept the body must not read the next request's through it, nor wait for it.
  private func endBody() {
    turn += 1
    isBodyOpen = false
    requestBody?.cancel()
    requestBody = nil
    resumeReader()
  }

  private func cancelTask() {
    guard !isTaskCancelled else { return }
    isTaskCancelled = true
    task?.cancel()
    task = nil
    outgoing?.cancel()
  }

  // MARK: Body

  /// The next piece of the body of the request of that turn, nil at its end.
  private func nextPiece(_ asked: UInt64) async throws(HTTPBodyFailure) -> [UInt8]? {
    while true {
      guard asked == turn, phase == .serving else { throw .disconnected }
      if let bodyFailure { throw bodyFailure }
      if bodyIsComplete { return nil }
      do throws(RequestFailure) {
        switch try parser.next() {
        case .body(let piece):
          pieceBytes = piece.count
          payForWaiting(piece.count)
          owesContinue = false
          return piece
        case .end:
          bodyIsComplete = true
          isBodyOpen = false
          continue
        case .head, nil: break
        }
      } catch {
        bodyFailure = .refused(error)
        continue
      }
      if reachedEnd {
        bodyFailure = .disconnected
        continue
      }
      if owesContinue, !answerHasBegun {
        owesContinue = false
        sendInterim()
      }
      // The beginning of a body is served at once, the rest in turn; until then it waits in the kernel.
      if pieceBytes > 0 {
        await EventLoop.bulkTurn(bytes: pieceBytes)
        guard asked == turn, phase == .serving else { throw .disconnected }
      }
      guard readWaiter == nil else { throw .concurrentRead }
      await waitReadable()
    }
  }

  /// What is left of the body of the request at hand.
  func nextPiece() async throws(HTTPBodyFailure) -> [UInt8]? { try await nextPiece(turn) }

  private func waitReadable() async {
    await EventLoop.suspend { continuation in
      readWaiter = continuation
      readWaitStart = EventLoop.monotonicNanoseconds
      widenInterest()
    }
  }

  private func payForWaiting(_ count: Int) {
    let limits = server.limits
    let paid = UInt64(count) * 1_000_000_000 / max(1, limits.bodyBytesPerSecond)
    bodyWaitedNanoseconds = max(
      -Int64(clamping: limits.bodyCreditNanoseconds), bodyWaitedNanoseconds - Int64(clamping: paid))
  }

  /// Ends the wait for a body that comes too slowly.
  func giveUpBody() {
    bodyFailure = .refused(.bodyTimedOut)
    resumeReader()
  }

  private func resumeReader() {
    guard let waiter = readWaiter else { return }
    readWaiter = nil
    bodyWaitedNanoseconds += Int64(clamping: EventLoop.monotonicNanoseconds - readWaitStart)
    waiter.resume()
  }

  // MARK: Writing

  /// Gives leave to send the body. When the socket is full the client is left to its own patience: this must never
  /// wait, for the answer could begin meanwhile.
  private func sendInterim() {
    let bytes = ResponseHead.interim100
    let count = Glibc.send(descriptor, bytes, bytes.count, Int32(MSG_NOSIGNAL))
    if count > 0, count < bytes.count { close() }
  }

  /// Writes all of it as the client takes it; false when the connection is gone. With `moreFollows` the kernel may keep
  /// the bytes back to fill a packet with those to come.
  func write(_ bytes: [UInt8], moreFollows: Bool = false) async -> Bool {
    var offset = 0
    let flags = Int32(MSG_NOSIGNAL) | (moreFollows ? Int32(MSG_MORE) : 0)
    progressAt = EventLoop.monotonicNanoseconds
    while offset < bytes.count {
      guard phase == .serving else { return false }
      let count = bytes.withUnsafeBytes { buffer in
        Glibc.send(descriptor, buffer.baseAddress.map { $0 + offset }, buffer.count - offset, flags)
      }
      if count >= 0 {
        offset += count
        progressAt = EventLoop.monotonicNanoseconds
        continue
      }
      switch filmgate_errno() {
      case EINTR: continue
      case EAGAIN: await waitWritable()
      default:
        close()
        return false
      }
    }
    return phase == .serving
  }

  func waitWritable() async {
    await EventLoop.suspend { continuation in
      writeWaiter = continuation
      widenInterest()
    }
  }
}
