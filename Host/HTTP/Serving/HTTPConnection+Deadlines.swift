// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Glibc

extension HTTPConnection {
  private enum Overdue {
    case idle
    case head
    case body
    case writing
    case abandoned
    case lingering
  }

  /// Ends what has taken too long.
  func checkDeadlines(_ now: UInt64) {
    guard overdue(now) != nil else { return }
    catchUp()
    switch overdue(now) {
    case nil: break
    case .head: refuse(.headTimedOut)
    case .body: giveUpBody()
    case .idle, .writing, .abandoned, .lingering: close()
    }
  }

  /// The loop may be the one that is late: what the client did by now counts.
  func catchUp() {
    guard let watch, !watch.interest.isEmpty else { return }
    var asked = pollfd(fd: descriptor, events: 0, revents: 0)
    if watch.interest.contains(.readable) { asked.events |= Int16(POLLIN) }
    if watch.interest.contains(.writable) { asked.events |= Int16(POLLOUT) }
    guard poll(&asked, 1, 0) > 0 else { return }
    var reported: Interest = []
    if asked.revents & Int16(POLLIN) != 0 { reported.insert(.readable) }
    if asked.revents & Int16(POLLOUT) != 0 { reported.insert(.writable) }
    if asked.revents & Int16(POLLERR) != 0 { reported.insert(.error) }
    handle(reported)
  }

  private func overdue(_ now: UInt64) -> Overdue? {
    let limits = server.limits
    func isOver(_ since: UInt64, _ allowed: UInt64) -> Bool { now > since && now - since > allowed }
    switch phase {
    case .waiting:
      if let headSince { return isOver(headSince, limits.headNanoseconds) ? .head : nil }
      return isOver(idleSince, limits.idleNanoseconds) ? .idle : nil
    case .serving:
      if isBodyTooSlow(now) { return .body }
      if writeWaiter != nil { return isOver(progressAt, limits.idleNanoseconds) ? .writing : nil }
      // A client that closed its end and still takes the answer has not left.
      if let peerLeftAt, isOver(max(peerLeftAt, progressAt), limits.abandonedNanoseconds) { return .abandoned }
      return nil
    case .lingering: return isOver(lingerSince, limits.lingerNanoseconds) ? .lingering : nil
    case .closed: return nil
    }
  }

  private func isBodyTooSlow(_ now: UInt64) -> Bool {
    guard readWaiter != nil else { return false }
    let waited = bodyWaitedNanoseconds + Int64(clamping: now > readWaitStart ? now - readWaitStart : 0)
    return waited > Int64(clamping: server.limits.bodyGraceNanoseconds)
  }

  /// Since when the client has neither sent nor taken a byte that is waited for; nil while it is not its turn.
  var stalledSince: UInt64? {
    guard phase == .serving else { return nil }
    return readWaiter != nil ? readWaitStart : writeWaiter != nil ? progressAt : nil
  }
}
