// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs

/// The waits of callers, all of which end at once when the gateway is to end.
@LoopActor public final class OpenWaits {
  private let feed: JobFeed
  private var watches: [ObjectIdentifier: JobWatch] = [:]
  /// No wait begins any more.
  public private(set) var isDraining = false

  public nonisolated init(_ feed: JobFeed) { self.feed = feed }

  /// How many there are.
  public var count: Int { watches.count }

  func open(_ jobID: String) -> JobWatch {
    let watch = feed.watch(jobID)
    watches[ObjectIdentifier(watch)] = watch
    return watch
  }

  func close(_ watch: JobWatch) {
    watches[ObjectIdentifier(watch)] = nil
    watch.end()
  }

  /// Ends every wait; to be called before the server drains.
  public func drain() {
    isDraining = true
    for watch in Array(watches.values) { close(watch) }
  }
}
