// SPDX-License-Identifier: Apache-2.0
import CLinux
public import EventLoop
import Glibc

/// Why a server did not start.
public enum HTTPServerFailure: Error, Sendable, Hashable {
  /// The host is not a numeric address, nor "localhost".
  case notAnAddress(String)
  case system(SystemFailure)
}

extension HTTPServerFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notAnAddress(let host): "\"\(host)\" is not an IPv4 or IPv6 address."
    case .system(let failure): "\(failure)"
    }
  }
}

/// An HTTP/1.1 server on the event loop.
@LoopActor public final class HTTPServer {
  /// Connections beyond the limit that are taken in to be told 503; then accepting stops for a while.
  private static let refusedConnections = 64
  /// Connections accepted in one round of the loop.
  private static let acceptsPerRound = 64
  /// How long accepting rests when the process is out of descriptors, or of places.
  private static let acceptPauseNanoseconds: UInt64 = 100_000_000
  /// A client that was told 503 is given at least so long to read it.
  private static let leastLingerNanoseconds: UInt64 = 100_000_000
  /// From so many bodies on less is read of each at once.
  private static let manyBodies = 64
  /// Connections that are closed at once for want of descriptors, or because their clients do nothing.
  private static let shedAtOnce = 64
  /// How often deadlines are looked at.
  private static let sweepNanoseconds: UInt64 = 500_000_000

  /// The address and port bound, also where 0 asked for any port.
  public let address: ServerAddress
  public var port: UInt16 { address.port }
  let responder: any HTTPResponder
  /// What is changed holds for what begins from then on.
  public var limits: HTTPLimits
  /// No new request is taken on any connection.
  private(set) var isDraining = false
  private var listener: Int32
  private var watch: Watch?
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  /// Those on which nothing is under way, by how they wait.
  let idle = ConnectionLine()
  let withinHead = ConnectionLine()
  let lingering = ConnectionLine()
  /// When it was last looked for clients that do nothing.
  private var stalledLookAt: UInt64 = 0
  private var sweep: LoopTimer?
  private var emptyWaiters: [LoopContinuation<Void>] = []
  private var date = (second: Int64.min, text: "")
  /// Bodies of requests that are under way.
  var openBodies = 0
  /// How much of a body is read at once: what is read waits in memory until it is worked on, and many may wait.
  var bodyReadBytes: Int { openBodies > Self.manyBodies ? scratch.count / 4 : scratch.count }
  /// What connections read into; its content never outlives a call.
  let scratch = UnsafeMutableRawBufferPointer.allocate(byteCount: 64 * 1024, alignment: 16)

  /// Binds, listens and serves until `drain` or `stop`.
  public static func start(
    host: String, port: UInt16, responder: any HTTPResponder, limits: HTTPLimits = HTTPLimits()
  ) throws(HTTPServerFailure) -> HTTPServer {
    try start(listener: ListeningSocket.open(host: host, port: port), responder: responder, limits: limits)
  }

  /// Serves on a listening, non-blocking socket that someone else made; takes it over.
  public static func start(
    listener: Int32, responder: any HTTPResponder, limits: HTTPLimits = HTTPLimits()
  ) throws(HTTPServerFailure) -> HTTPServer {
    let server = HTTPServer(listener: listener, responder: responder, limits: limits)
    do {
      server.watch = try EventLoop.watch(listener, .readable) { _ in server.accept() }
    } catch {
      close(listener)
      throw .system(error)
    }
    return server
  }

  private init(listener: Int32, responder: any HTTPResponder, limits: HTTPLimits) {
    self.listener = listener
    self.responder = responder
    self.limits = limits
    address = ServerAddress(
      host: ListeningSocket.localHost(listener), port: ListeningSocket.localPort(listener))
  }

  isolated deinit { scratch.deallocate() }

  /// Connections open at the moment.
  public var connectionCount: Int { connections.count }

  /// Takes no new connection or request, lets what is under way finish, and returns when all connections are closed:
  /// after `graceNanoseconds` they are closed as they are.
  public func drain(graceNanoseconds: UInt64) async {
    isDraining = true
    closeListener()
    for connection in connections.values { connection.drain() }
    guard !connections.isEmpty else { return }
    let timer = EventLoop.after(nanoseconds: graceNanoseconds) { self.stop() }
    await EventLoop.suspend { continuation in emptyWaiters.append(continuation) }
    timer.cancel()
  }

  /// Closes everything at once; tasks under way are cancelled.
  public func stop() {
    isDraining = true
    closeListener()
    for connection in Array(connections.values) { connection.close() }
  }

  // MARK: Connections

  private func accept() {
    defer { startSweep() }
    for _ in 0..<Self.acceptsPerRound {
      guard hasRoomToAnswer() else { return pauseAccepting() }
      guard let descriptor = ListeningSocket.accept(listener) else {
        // These do not go away by asking again at once; anything else concerns one connection, or is "none left".
        guard [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(filmgate_errno()) else { return }
        for _ in 0..<Self.shedAtOnce { longestWaiting?.close() }
        return pauseAccepting()
      }
      take(descriptor)
    }
  }

  /// Serves a client on a connected, non-blocking socket.
  func take(_ descriptor: Int32) {
    let isRefused = !makeRoom()
    let connection = HTTPConnection(descriptor, self)
    connections[ObjectIdentifier(connection)] = connection
    connection.start(refusing: isRefused)
  }

  // MARK: Room

  /// The connection that is missed least.
  private var longestWaiting: HTTPConnection? { lingering.first ?? idle.first ?? withinHead.first }

  /// Sees to a place for one more, at the cost of whoever does nothing with theirs: thousands who only hold connections
  /// must not keep out those who want something.
  private func makeRoom() -> Bool {
    let excess = connections.count + 1 - limits.connections
    guard excess > 0 else { return true }
    if lingering.count + idle.count + withinHead.count < excess { shedStalled() }
    guard lingering.count + idle.count + withinHead.count >= connections.count + 1 - limits.connections else {
      return false
    }
    while connections.count >= limits.connections {
      guard let connection = longestWaiting else { return false }
      let line = connection.line
      // Its request may have come, and only not been looked at.
      connection.catchUp()
      if connection.line === line { connection.close() }
    }
    return true
  }

  /// Ends requests whose clients have neither sent nor taken anything for long, the longest first.
  private func shedStalled() {
    let now = EventLoop.monotonicNanoseconds
    guard now - stalledLookAt >= Self.acceptPauseNanoseconds else { return }
    stalledLookAt = now
    var stalled: [(since: UInt64, connection: HTTPConnection)] = []
    for connection in connections.values {
      guard let since = connection.stalledSince, now > since, now - since > limits.stalledNanoseconds else { continue }
      stalled.append((since, connection))
    }
    stalled.sort { $0.since < $1.since }
    for (_, connection) in stalled.prefix(Self.shedAtOnce) { connection.close() }
  }

  /// Whether one more can be taken in, if only to be told 503.
  private func hasRoomToAnswer() -> Bool {
    guard connections.count >= limits.connections + Self.refusedConnections else { return true }
    guard let oldest = lingering.first,
      EventLoop.monotonicNanoseconds - oldest.lingerSince >= Self.leastLingerNanoseconds
    else { return false }
    oldest.close()
    return true
  }

  private func pauseAccepting() {
    guard let watch, (try? watch.update([])) != nil else { return }
    EventLoop.after(nanoseconds: Self.acceptPauseNanoseconds) {
      guard let watch = self.watch else { return }
      do throws(SystemFailure) { try watch.update(.readable) } catch { self.pauseAccepting() }
    }
  }

  func remove(_ connection: HTTPConnection) {
    connections[ObjectIdentifier(connection)] = nil
    guard connections.isEmpty else { return }
    sweep?.cancel()
    sweep = nil
    for waiter in emptyWaiters { waiter.resume() }
    emptyWaiters = []
  }

  private func startSweep() {
    guard sweep == nil, !connections.isEmpty else { return }
    sweep = EventLoop.after(nanoseconds: Self.sweepNanoseconds) {
      self.sweep = nil
      let now = EventLoop.monotonicNanoseconds
      for connection in Array(self.connections.values) { connection.checkDeadlines(now) }
      self.startSweep()
    }
  }

  private func closeListener() {
    watch?.cancel()
    watch = nil
    if listener >= 0 { close(listener) }
    listener = -1
  }

  /// The Date field's value, made once a second.
  func dateText() -> String {
    var now = timespec()
    clock_gettime(CLOCK_REALTIME, &now)
    if date.second != Int64(now.tv_sec) {
      date = (Int64(now.tv_sec), HTTPDate.text(secondsSince1970: Int64(now.tv_sec)))
    }
    return date.text
  }
}
