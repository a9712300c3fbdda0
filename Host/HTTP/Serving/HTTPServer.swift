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
  /// How often deadlines are looked at.
  private static let sweepNanoseconds: UInt64 = 500_000_000

  /// The address and port bound, also where 0 asked for any port.
  public let address: ServerAddress
  public var port: UInt16 { address.port }
  let responder: any HTTPResponder
  private(set) var limits: HTTPLimits
  /// No new request is taken on any connection.
  private(set) var isDraining = false
  private var listener: Int32
  private var watch: Watch?
  private var connections: [ObjectIdentifier: HTTPConnection] = [:]
  private var sweep: LoopTimer?
  private var emptyWaiters: [LoopContinuation<Void>] = []
  private var date = (second: Int64.min, text: "")
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

  /// Takes another limit of connections from now on; those that are open stay.
  public func limitConnections(_ count: Int) { limits.connections = count }

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
      guard connections.count < limits.connections + Self.refusedConnections else { return pauseAccepting() }
      guard let descriptor = ListeningSocket.accept(listener) else {
        // These do not go away by asking again at once; anything else concerns one connection, or is "none left".
        let lacking = [EMFILE, ENFILE, ENOBUFS, ENOMEM].contains(filmgate_errno())
        return lacking ? pauseAccepting() : ()
      }
      take(descriptor)
    }
  }

  /// Serves a client on a connected, non-blocking socket.
  func take(_ descriptor: Int32) {
    let connection = HTTPConnection(descriptor, self)
    let isRefused = connections.count >= limits.connections
    connections[ObjectIdentifier(connection)] = connection
    connection.start(refusing: isRefused)
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
