// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Glibc
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// The job commands against a gateway.
@LoopActor struct RemoteJobs {
  let session: Session
  let gateway: RemoteGateway
  let interruption: MainThread.Interruption
  /// Where clips go that were given no place; nil: as they are called.
  var usualOutput: String?

  /// The longest that one question waits for news.
  private static let waitSeconds = 20

  func list(limit: Int) async throws(Failure) -> Int32 {
    let word = session.command.value("state")
    var path = "/v1/jobs?limit=\(word == nil ? limit : 1000)"
    if let word { path += "&state=" + JobAccess.states(word).map { $0.rawValue }.joined(separator: ",") }
    var jobs: [JobRecord] = []
    for element in try await gateway.get(path)["data"]?.array ?? [] { jobs.append(try gateway.record(element)) }
    let shown = jobs.filter { word == nil || JobLines.state($0) == word }.prefix(limit)
    if session.wantsJSON {
      session.terminal.result(JSON.array(shown.map { JobLines.json($0) }).text)
      return ExitCode.done.rawValue
    }
    let now = SystemClock().nowMilliseconds
    for job in shown {
      session.terminal.result(JobLines.line(job, nowMilliseconds: now, style: session.terminal.style))
    }
    if shown.isEmpty { session.terminal.say("There are no such jobs.") }
    return ExitCode.done.rawValue
  }

  func show() async throws(Failure) -> Int32 {
    let job = try await gateway.job(session.command.positionals[0])
    var events: [JobLogEntry] = []
    let history = try await gateway.get("/v1/jobs/\(PercentEncoding.encode(job.id))/history")
    for element in history["data"]?.array ?? [] {
      events.append(
        JobLogEntry(
          element["kind"]?.string ?? "", atMilliseconds: Int64(element["at_ms"]?.int ?? 0),
          detail: element["detail"]?.object ?? JSONObject()))
    }
    guard session.wantsJSON else {
      session.terminal.result(JobLines.page(job, events, style: session.terminal.style))
      return ExitCode.done.rawValue
    }
    session.terminal.result(JobLines.json(job, events).text)
    return ExitCode.done.rawValue
  }

  func cancel() async throws(Failure) -> Int32 {
    let job = try await gateway.job(session.command.positionals[0])
    do throws(Failure) {
      _ = try await gateway.post("/v1/video/generations/\(PercentEncoding.encode(job.id))/cancel")
    } catch {
      guard error.kind == .invalid || error.kind == .unsupported else { throw error }
      var failure = error
      let isThere = job.state == .done || job.state == .collecting
      failure.advice =
        isThere ? "`filmgate get \(job.id)` saves the clip" : "`filmgate show \(job.id)` tells how it stands"
      return session.fail(failure, .providerFailed)
    }
    if session.wantsJSON {
      let cancelled = try await gateway.job(job.id)
      session.terminal.result(JSON.object(["event": "cancelled", "job": JobLines.json(cancelled)]).text)
    } else {
      session.terminal.result("\(job.id) cancelled")
    }
    return ExitCode.done.rawValue
  }

  /// For a key that may administer the gateway; the job may be any caller's.
  func settle(_ settlement: Settlement) async throws(Failure) -> Int32 {
    let id = PercentEncoding.encode(session.command.positionals[0])
    let job = try gateway.record(try await gateway.post("/v1/admin/jobs/\(id)/settle", json: settlement.json))
    return SettleCommand.tell(job, session)
  }

  func examine() async throws(Failure) -> Int32 {
    let ready = try await gateway.get("/readyz")
    _ = try await gateway.get("/v1/jobs?limit=1")
    session.terminal.result("\(gateway.base.hostHeader) is \(ready["status"]?.string ?? "there"), and the key works")
    return ExitCode.done.rawValue
  }

  /// `wait` and `get`: a time of 0 looks once.
  func save(timeoutMilliseconds: Int64?) async throws(Failure) -> Int32 {
    let job = try await gateway.job(session.command.positionals[0])
    let wanted = session.command.value("output")
    if let wanted, wanted != "-" {
      try OutputCheck.check(wanted, mayReplace: session.command.isOn("overwrite"), writes: true)
    }
    return try await follow(job, output: wanted, timeoutMilliseconds: timeoutMilliseconds, JobDisplay(session))
  }

  /// Waits for a job's end, and brings its clip here.
  func follow(
    _ start: JobRecord, output: String?, timeoutMilliseconds: Int64?, _ display: JobDisplay
  ) async throws(Failure) -> Int32 {
    let clock = SystemClock()
    let deadline = timeoutMilliseconds.map { clock.nowMilliseconds + $0 }
    var job = start
    display.show(job)
    while job.state.isLive, job.state != .collecting {
      let left = deadline.map { max(0, $0 - clock.nowMilliseconds) }
      if interruption.isInterrupted || left == 0 { break }
      job = try await next(job, waitSeconds: min(Self.waitSeconds, Int((left ?? .max) / 1_000) + 1))
      display.show(job)
    }
    display.finish()
    guard !job.state.isLive || job.state == .collecting else {
      if !session.wantsJSON { session.terminal.result(job.id) }
      display.event("left", ["job": .string(job.id), "state": .string(JobLines.state(job))])
      display.say("The job goes on at the gateway; `filmgate wait \(job.id)` comes back to it.")
      return (interruption.isInterrupted ? ExitCode.interrupted : .stillRunning).rawValue
    }
    guard job.state == .done || job.state == .collecting else { return ended(job) }
    return try await fetch(job, output, display)
  }

  /// One question; the first interrupt ends the wait.
  private func next(_ job: JobRecord, waitSeconds: Int) async throws(Failure) -> JobRecord {
    let gateway = gateway
    let asking = Task { @LoopActor () -> Result<JobRecord, Failure> in
      do throws(Failure) {
        return .success(try await gateway.job(job.id, waitSeconds: waitSeconds))
      } catch {
        return .failure(error)
      }
    }
    interruption.onInterrupt { asking.cancel() }
    let result = await asking.value
    if case .failure = result, interruption.isInterrupted { return job }
    return try result.get()
  }

  private func ended(_ job: JobRecord) -> Int32 {
    let fallback = Failure(
      job.state == .cancelled ? .cancelled : job.state == .expired ? .expired : .upstream,
      "The job \(JobLines.state(job)).", isRetryable: false)
    let failure = JobLines.failure(job) ?? fallback
    let code = ExitCode(failure)
    return session.fail(failure, code == .unreachable && job.acceptedAtMilliseconds != nil ? .providerFailed : code)
  }

  private func fetch(_ done: JobRecord, _ output: String?, _ display: JobDisplay) async throws(Failure) -> Int32 {
    var job = done
    let writesToStandardOutput = output == "-"
    let folder = writesToStandardOutput ? try TemporaryFolder.make() : nil
    defer { folder?.remove() }
    let path =
      folder.map { "\($0.path)/clip.mp4" }
      ?? OutputPath.expand(output ?? usualOutput, id: job.id, model: job.task.model)
    job.outputPath = Purchase.absolute(path)
    job.isOverwriting = session.command.isOn("overwrite")
    let archive = FileArchive(client: gateway.client)
    for index in job.task.outputs.indices {
      let file: ArchivedFile
      do throws(CollectTrouble) {
        file = try await archive.download(job.task.outputs[index], at: index, for: job) { received, total in
          display.downloading(job.id, received: received, total: total)
        }
      } catch {
        throw error.failure
      }
      if writesToStandardOutput {
        try FileCopy.copy(file.path, to: "-")
        break
      }
      if !session.wantsJSON { session.terminal.result(file.path) }
      display.event("saved", ["job": .string(job.id), "path": .string(file.path)])
    }
    display.event("done", ["job": JobLines.json(job)])
    return ExitCode.done.rawValue
  }
}
