// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
import OrderedJSON
public import Store
public import VideoDocuments

/// The gateway's log: one line for each request, each change of a job, and what else an operator should know.
@LoopActor public final class RequestLog {
  /// Routes that something asks for every few seconds; they are written at level debug.
  private static let quietRoutes: Set<String> = ["/healthz", "/readyz", "/metrics"]
  private static let maximumPathBytes = 256
  private static let maximumMessageBytes = 512

  private var configuration: LogConfiguration
  private var sink: LogSink
  private var clock = LogClock()
  /// Where jobs stood when they were last written of.
  private var states: [String: JobState] = [:]
  private var dropsOfEarlierSinks = 0

  /// Opens the file, where the configuration names one.
  public static func open(_ configuration: LogConfiguration) async throws(Failure) -> RequestLog {
    RequestLog(configuration, try await sink(for: configuration))
  }

  private init(_ configuration: LogConfiguration, _ sink: LogSink) {
    self.configuration = configuration
    self.sink = sink
  }

  private static func sink(for configuration: LogConfiguration) async throws(Failure) -> LogSink {
    let (file, format) = (configuration.file, configuration.format)
    return try await Blocking.run { () -> Result<LogSink, Failure> in
      do throws(Failure) {
        return .success(try LogSink(file: file) { noticeOfDropped($0, format) })
      } catch {
        return .failure(error)
      }
    }.get()
  }

  private nonisolated static func noticeOfDropped(_ count: Int, _ format: LogConfiguration.Format) -> [UInt8] {
    var clock = LogClock()
    var line = LogLine(format, .warning, "log", time: clock.now())
    line.add("message", "\(count) lines were dropped: nobody read them in time.")
    return line.finished()
  }

  /// Goes on by another configuration, in a file opened anew: the old one may have been renamed.
  public func reopen(_ configuration: LogConfiguration) async throws(Failure) {
    let sink = try await Self.sink(for: configuration)
    dropsOfEarlierSinks += self.sink.droppedLines
    self.sink = sink
    self.configuration = configuration
  }

  /// Lines that nobody read in time, and that were dropped for it.
  public var droppedLines: Int { dropsOfEarlierSinks + sink.droppedLines }

  /// Waits a moment for what is still to be written.
  public func flush() async { await sink.flush(milliseconds: 1_000) }

  // MARK: What is written

  public func request(_ request: LoggedRequest) {
    let isQuiet = Self.quietRoutes.contains(request.route) && request.status < 500
    let level: LogConfiguration.Level = request.status >= 500 ? .error : isQuiet ? .debug : .info
    write(level, "request") { line in
      line.add("request_id", request.requestID)
      line.add("key", request.keyID)
      line.add("method", request.method)
      line.add("route", request.route)
      if request.route == "unmatched" {
        let path = LoggedPath.masked(request.path)
        line.add("path", String(decoding: path.utf8.prefix(Self.maximumPathBytes), as: UTF8.self))
      }
      line.add("query", LoggedQuery.masked(request.query))
      line.add("status", request.status)
      line.add("bytes", request.bytes)
      line.add("microseconds", request.nanoseconds / 1_000)
      line.add("job", request.jobID)
      if request.warningCount > 0 { line.add("warnings", request.warningCount) }
      line.add("failure", request.failure)
      line.add("message", request.message.map { Self.short($0) })
      line.add("peer", request.peer)
    }
  }

  /// Somebody was turned away before a route was known.
  func refusal(status: Int, reason: String, peer: String) {
    write(status >= 500 ? .warning : .info, "refusal") { line in
      line.add("status", status)
      line.add("message", Self.short(reason))
      line.add("peer", peer)
    }
  }

  /// One attempt to deliver a webhook. Of its address the host alone: the rest is the caller's secret.
  public func webhook(_ report: Webhooks.Report) {
    let (message, outcome) = (report.message, report.outcome)
    write(outcome.state == .delivered ? .info : .warning, "webhook") { line in
      line.add("webhook", message.id)
      line.add("job", message.jobID)
      line.add("key", message.keyID)
      line.add("type", message.event.rawValue)
      line.add("host", message.lane.host)
      line.add("state", outcome.state.rawValue)
      line.add("attempt", message.failures + 1)
      line.add("status", outcome.attempt.status)
      line.add("milliseconds", outcome.attempt.elapsedMilliseconds)
      line.add("message", outcome.attempt.problem.map { Self.short($0) })
    }
  }

  /// Writes of every change of a job's state from now on; `open` are the jobs that were there before.
  public func follow(_ feed: JobFeed, since open: [JobRecord] = []) {
    for job in open where states[job.id] == nil { states[job.id] = job.state }
    feed.observe { [weak self] job, _ in self?.job(job) }
  }

  /// Writes a line when the job's state is another one than before.
  func job(_ job: JobRecord) {
    let earlier = states[job.id]
    guard earlier != job.state else { return }
    if job.state.isLive || job.state == .unknown {
      states[job.id] = job.state
    } else {
      states[job.id] = nil
      // Over before, and only tidied up.
      if earlier == nil, job.revision > 2 { return }
    }
    let failure = job.task.failure
    write(job.state == .unknown ? .error : failure == nil ? .info : .warning, "job") { line in
      line.add("job", job.id)
      line.add("state", job.state.rawValue)
      line.add("before", earlier?.rawValue)
      line.add("plugin", job.pluginID)
      line.add("model", job.task.model)
      line.add("account", job.account)
      line.add("key", job.caller?.keyID)
      line.add("request_id", job.caller?.requestID)
      line.add("upstream_id", job.task.upstreamID)
      line.add("failure", failure?.kind.rawValue)
      line.add("message", failure.map { Self.short($0.message) })
    }
  }

  /// Something else that happened; the message is one sentence.
  public func note(_ level: LogConfiguration.Level, _ event: String, _ message: String, plugin: String? = nil) {
    write(level, event) { line in
      line.add("plugin", plugin)
      line.add("message", Self.short(message))
    }
  }

  private func write(_ level: LogConfiguration.Level, _ event: String, _ fill: (inout LogLine) -> Void) {
    guard level >= configuration.level, configuration.level != .off else { return }
    var line = LogLine(configuration.format, level, event, time: clock.now())
    fill(&line)
    sink.add(line.finished())
  }

  private static func short(_ text: String) -> String {
    text.utf8.count <= maximumMessageBytes
      ? text : String(decoding: text.utf8.prefix(maximumMessageBytes), as: UTF8.self) + "…"
  }
}
