// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
public import VideoDocuments

/// The waits of callers. All of them end at once when the gateway is to end, and those of a key within a second or so
/// when it works no more.
@LoopActor public final class OpenWaits {
  /// Which of these keys work no more, and why.
  public typealias Refusals = @LoopActor @Sendable (_ keyIDs: Set<String>) async -> [String: Failure]

  private static let checkNanoseconds: UInt64 = 1_000_000_000

  private struct Wait {
    var watch: JobWatch
    var keyID: String
  }

  private let feed: JobFeed
  private let refusals: Refusals
  private var open: [ObjectIdentifier: Wait] = [:]
  private var refused: [ObjectIdentifier: Failure] = [:]
  private var isChecking = false
  /// No wait begins any more.
  public private(set) var isDraining = false

  public nonisolated init(_ feed: JobFeed, refusals: @escaping Refusals = { _ in [:] }) {
    self.feed = feed
    self.refusals = refusals
  }

  /// How many there are.
  public var count: Int { open.count }

  /// Watches a job for the holder of a key.
  func open(_ jobID: String, keyID: String) -> JobWatch {
    let watch = feed.watch(jobID)
    open[ObjectIdentifier(watch)] = Wait(watch: watch, keyID: keyID)
    if !isChecking {
      isChecking = true
      Task { @LoopActor in await self.checkKeys() }
    }
    return watch
  }

  /// Why the wait was ended before its time; nil while its key works.
  func refusal(_ watch: JobWatch) -> Failure? { refused[ObjectIdentifier(watch)] }

  func close(_ watch: JobWatch) {
    open[ObjectIdentifier(watch)] = nil
    refused[ObjectIdentifier(watch)] = nil
    watch.end()
  }

  /// Ends every wait; to be called before the server drains.
  public func drain() {
    isDraining = true
    for wait in Array(open.values) { close(wait.watch) }
  }

  /// Goes on as long as anybody waits.
  private func checkKeys() async {
    while !open.isEmpty, (try? await EventLoop.sleep(nanoseconds: Self.checkNanoseconds)) != nil {
      let failures = await refusals(Set(open.values.map { $0.keyID }))
      guard !failures.isEmpty else { continue }
      for (id, wait) in open {
        guard let failure = failures[wait.keyID] else { continue }
        refused[id] = failure
        wait.watch.end()
      }
    }
    isChecking = false
  }
}
