// SPDX-License-Identifier: Apache-2.0
import CLinux
import Glibc

/// A descriptor under watch. The loop keeps it, and its handler, until `cancel()`.
@LoopActor public final class Watch {
  /// The watched descriptor; it stays the caller's to close, after `cancel()`.
  public let descriptor: Int32
  /// What is waited for now.
  public private(set) var interest: Interest = []
  /// The slot and its generation in the table; nil once cancelled.
  fileprivate var token: UInt64?
  fileprivate var handler: (@LoopActor (Interest) -> Void)?
  private var isRegistered = false

  fileprivate init(_ descriptor: Int32, _ token: UInt64, _ handler: @escaping @LoopActor (Interest) -> Void) {
    self.descriptor = descriptor
    self.token = token
    self.handler = handler
  }

  /// Waits for something else from now on. With an empty interest nothing is reported, not even hangup or error.
  /// After `cancel()` it does nothing.
  public func update(_ interest: Interest) throws(SystemFailure) {
    guard let token, interest != self.interest || !isRegistered else { return }
    let epoll = LoopExecutor.shared.epoll
    // epoll reports error and hangup even for no events: an empty interest must leave the set, or the loop spins.
    if interest.isEmpty {
      if isRegistered { epoll_ctl(epoll, EPOLL_CTL_DEL, descriptor, nil) }
      isRegistered = false
    } else {
      var event = epoll_event(events: interest.epollEvents, data: epoll_data_t(u64: token))
      guard epoll_ctl(epoll, isRegistered ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, descriptor, &event) == 0 else {
        throw SystemFailure.last("epoll_ctl")
      }
      isRegistered = true
    }
    self.interest = interest
  }

  /// Ends the watch: the handler is not called again, not even for an event of the same round. Never closes the
  /// descriptor; call it before closing.
  public func cancel() {
    guard let token else { return }
    if isRegistered { epoll_ctl(LoopExecutor.shared.epoll, EPOLL_CTL_DEL, descriptor, nil) }
    isRegistered = false
    interest = []
    handler = nil
    self.token = nil
    WatchTable.shared.remove(token)
  }
}

/// The watches by slot. A token holds the slot and its generation, so that an event already taken from the kernel
/// does not reach a newer watch in a reused slot.
@LoopActor final class WatchTable {
  static let shared = WatchTable()

  /// The token of the loop's own wake descriptor; slots never get this high.
  nonisolated static let wakeToken = UInt64.max

  private struct Slot {
    var generation: UInt32 = 0
    var watch: Watch?
  }

  private var slots: [Slot] = []
  private var free: [Int] = []

  func add(
    _ descriptor: Int32, _ interest: Interest, _ handler: @escaping @LoopActor (Interest) -> Void
  ) throws(SystemFailure) -> Watch {
    let index: Int
    if let reused = free.popLast() {
      index = reused
    } else {
      index = slots.count
      slots.append(Slot())
    }
    let watch = Watch(descriptor, UInt64(slots[index].generation) << 32 | UInt64(index), handler)
    slots[index].watch = watch
    do {
      try watch.update(interest)
    } catch {
      watch.cancel()
      throw error
    }
    return watch
  }

  fileprivate func remove(_ token: UInt64) {
    let index = Int(token & 0xFFFF_FFFF)
    slots[index].watch = nil
    slots[index].generation &+= 1
    free.append(index)
  }

  func dispatch(_ token: UInt64, _ reported: Interest) {
    let index = Int(token & 0xFFFF_FFFF)
    guard index < slots.count, slots[index].generation == UInt32(token >> 32), let watch = slots[index].watch,
      // An earlier handler of the same round may have changed what is waited for.
      !reported.isDisjoint(with: watch.interest.union([.hangup, .error])), !watch.interest.isEmpty
    else { return }
    watch.handler?(reported)
  }
}
