// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import HTTPServer
import Jobs
public import OrderedJSON
public import Store
public import VideoDocuments

/// Server-sent events of one job: its state now, then each change, until it is over or the caller's key works no more.
///
/// The id of an event is the job's revision and the word for its state. A client that comes back with `Last-Event-ID`
/// gets what it has not seen: each event is the whole state, so nothing is lost where several changes became one.
@LoopActor public struct EventStream {
  public typealias View = @LoopActor (JobRecord) -> JSON

  private let store: any Store
  private let waits: OpenWaits
  private let heartbeatMilliseconds: Int64

  public nonisolated init(store: any Store, waits: OpenWaits, heartbeatMilliseconds: Int64 = 15_000) {
    self.store = store
    self.waits = waits
    self.heartbeatMilliseconds = heartbeatMilliseconds
  }

  /// The answer to a request for a job's events; `view` writes the job as its caller may see it.
  public func respond(
    _ request: HTTPRequest, job: JobRecord, view: @escaping View
  ) async throws(Failure) -> HTTPResponse {
    guard !waits.isDraining else {
      throw Failure(
        .unreachable, "The gateway is ending.", advice: "Connect again in a moment.", retryAfterMilliseconds: 1_000)
    }
    let watch = waits.open(job.id, keyID: job.callerKeyID)
    let current: JobRecord
    do throws(Failure) {
      // What was written before the watch began is in the store.
      current = try await store.job(job.id) ?? job
    } catch {
      waits.close(watch)
      throw error
    }
    let seen = request.head.headers["last-event-id"]
    let state = VisibleState(current)
    // What comes after the end is only tidied up: no caller sees it.
    let hasSeenEnd = state.isFinal && seen?.hasSuffix("-\(state.word)") == true
    let hasSeenAll = seen == Self.id(of: current)
    if hasSeenEnd {
      waits.close(watch)
      // The one answer after which a browser does not come back.
      return HTTPResponse(status: 204, headers: ["Cache-Control": "no-store"])
    }
    let body = EventBody(
      current, hasSeenAll: hasSeenAll, watch: watch, waits: waits, store: store, view: view,
      heartbeatMilliseconds: heartbeatMilliseconds)
    return HTTPResponse(
      status: 200,
      headers: [
        "Content-Type": "text/event-stream", "Cache-Control": "no-store",
        // Proxies that collect answers would keep the events to themselves.
        "X-Accel-Buffering": "no",
      ], body: .stream(body))
  }
}

extension EventStream {
  fileprivate static func id(of job: JobRecord) -> String { "\(job.revision)-\(VisibleState(job).word)" }
}

/// The events as they are asked for: while the client does not read, changes pile up to one.
@LoopActor private final class EventBody: HTTPBodyStream {
  let length: UInt64? = nil
  private let watch: JobWatch
  private let waits: OpenWaits
  private let store: any Store
  private let view: EventStream.View
  private let heartbeatMilliseconds: Int64
  /// The newest state that is known.
  private var job: JobRecord
  /// What the client has seen last, without its id.
  private var shown: String?
  private var hasBegun = false
  private var isOver = false

  init(
    _ job: JobRecord, hasSeenAll: Bool, watch: JobWatch, waits: OpenWaits, store: any Store,
    view: @escaping EventStream.View, heartbeatMilliseconds: Int64
  ) {
    self.job = job
    self.watch = watch
    self.waits = waits
    self.store = store
    self.view = view
    self.heartbeatMilliseconds = heartbeatMilliseconds
    if hasSeenAll { shown = content }
  }

  /// An event without its id.
  private var content: String { "event: video.\(VisibleState(job).word)\ndata: \(view(job).text)\n" }

  func next() async throws(HTTPBodyFailure) -> [UInt8]? {
    while !isOver, waits.refusal(watch) == nil {
      let content = content
      if content != shown {
        let isFinal = VisibleState(job).isFinal
        shown = content
        let opening = hasBegun ? "" : "retry: 2000\n"
        hasBegun = true
        if isFinal { cancel() }
        return Array("\(opening)id: \(EventStream.id(of: job))\n\(content)\n".utf8)
      }
      if VisibleState(job).isFinal { break }
      if let newer = await watch.next(after: job.revision, timeoutMilliseconds: heartbeatMilliseconds) {
        job = newer
        continue
      }
      if isOver || waits.isDraining || waits.refusal(watch) != nil { break }
      // Another process may have written it. A progress that is reckoned from the time moves on as well.
      if let stored = (try? await store.job(job.id)) ?? nil, stored.revision > job.revision { job = stored }
      if self.content == shown, !isOver { return Array(": still there\n\n".utf8) }
    }
    cancel()
    return nil
  }

  func cancel() {
    guard !isOver else { return }
    isOver = true
    waits.close(watch)
  }
}
