// SPDX-License-Identifier: Apache-2.0
import EventLoop
import VideoDocuments

/// The tasks of a sandbox, at most so many.
@LoopActor final class TaskTable {
  private let maximumCount: Int
  /// Oldest first.
  private var order: [TaskRecord] = []
  private var byID: [String: TaskRecord] = [:]
  private var byMediaName: [String: TaskRecord] = [:]

  init(maximumCount: Int) { self.maximumCount = max(1, maximumCount) }

  var count: Int { order.count }

  /// Adds a task; the oldest one that is over makes room.
  func add(_ record: TaskRecord) throws(Failure) {
    if order.count >= maximumCount {
      guard let oldest = order.first(where: { $0.task.phase.isTerminal }) else {
        throw Failure(
          .rateLimited, "The sandbox has \(maximumCount) unfinished tasks and takes no more.",
          retryAfterMilliseconds: 1_000)
      }
      remove(oldest)
    }
    order.append(record)
    byID[record.task.id] = record
  }

  /// A task of the endpoint, by its id or by the caller's own.
  func find(_ id: String, at endpoint: EndpointKey) throws(Failure) -> TaskRecord {
    if let record = byID[id], record.endpoint == endpoint { return record }
    if let record = order.last(where: { $0.endpoint == endpoint && $0.externalIDs.contains(id) }) { return record }
    throw Failure(.notFound, "There is no task \"\(id.prefix(80))\" here.", field: "id")
  }

  /// One page of the endpoint's tasks, newest first, and how many there are on all pages.
  func page(_ filter: TaskFilter, at endpoint: EndpointKey) -> (tasks: [VideoTask], total: Int) {
    let ids = Set(filter.ids)
    let found = order.reversed().filter { record in
      record.endpoint == endpoint
        && (ids.isEmpty || ids.contains(record.task.id) || !ids.isDisjoint(with: record.externalIDs))
        && (filter.phase == nil || filter.phase == record.task.phase)
        && (filter.model == nil || filter.model == record.task.model)
        && (filter.scenarios.isEmpty || filter.scenarios.contains(TaskFilter.scenario(of: record.task.request)))
    }
    let size = max(1, filter.pageSize)
    let (start, hasOverflowed) = (max(1, filter.pageNumber) - 1).multipliedReportingOverflow(by: size)
    guard !hasOverflowed else { return ([], found.count) }
    return (found.dropFirst(start).prefix(size).map { $0.snapshot }, found.count)
  }

  /// Forgets a task and its clip.
  func remove(_ record: TaskRecord) {
    record.abandon()
    order.removeAll { $0 === record }
    byID[record.task.id] = nil
    if let clip = record.clip { byMediaName[clip.name] = nil }
  }

  func removeAll() {
    for record in order { record.abandon() }
    order = []
    byID = [:]
    byMediaName = [:]
  }

  /// Puts a clip on show, unless its task is gone.
  func serve(_ clip: ServedClip, of record: TaskRecord) {
    guard byID[record.task.id] === record else { return }
    record.clip = clip
    byMediaName[clip.name] = record
  }

  /// The clip under an unguessable name.
  func clip(named name: String) -> ServedClip? { byMediaName[name]?.clip }
}
