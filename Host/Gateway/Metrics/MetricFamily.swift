// SPDX-License-Identifier: Apache-2.0

/// One metric: its name, what it counts, and the labels that its series have.
public struct MetricFamily: Sendable, Hashable {
  public enum Kind: String, Sendable, Hashable {
    case counter
    case gauge
    case histogram
  }

  public let name: String
  public let kind: Kind
  /// One sentence.
  public let help: String
  public let labels: [String]

  init(_ name: String, _ kind: Kind, _ help: String, _ labels: [String] = []) {
    self.name = name
    self.kind = kind
    self.help = help
    self.labels = labels
  }
}

extension MetricFamily {
  static let buildInfo = MetricFamily("filmgate_build_info", .gauge, "Always 1; the label is the version.", ["version"])
  static let requests = MetricFamily(
    "filmgate_http_requests_total", .counter,
    "Requests answered. The route is a pattern such as /v1/videos/{id}, or unmatched.", ["route", "method", "status"])
  static let refusals = MetricFamily(
    "filmgate_http_refusals_total", .counter,
    "Connections turned away before a route was known, by status: 408, 431, 503 and the like.", ["status"])
  static let requestSeconds = MetricFamily(
    "filmgate_http_request_duration_seconds", .histogram,
    "Time from a request's head to its answer's head, by route.", ["route"])
  static let requestsInFlight = MetricFamily(
    "filmgate_http_requests_in_flight", .gauge, "Requests whose answer has not begun.")
  static let connections = MetricFamily("filmgate_http_connections", .gauge, "Open connections of callers.")
  static let jobsCreated = MetricFamily(
    "filmgate_jobs_created_total", .counter, "Jobs written down since the start.", ["plugin", "model"])
  static let jobs = MetricFamily(
    "filmgate_jobs", .gauge, "Jobs that are not over, by where they stand.", ["state", "plugin", "model"])
  static let jobsFinished = MetricFamily(
    "filmgate_jobs_finished_total", .counter, "Jobs that ended since the start, by how.", ["state", "plugin", "model"])
  static let jobSeconds = MetricFamily(
    "filmgate_job_duration_seconds", .histogram, "Time from a job's creation to its clip being there.", ["plugin"])
  static let jobFailures = MetricFamily(
    "filmgate_job_failures_total", .counter, "Jobs that ended without a clip, by the kind of failure.",
    ["plugin", "kind"])
  static let queueDepth = MetricFamily(
    "filmgate_queue_depth", .gauge, "Jobs that wait to be submitted, by the account that is to pay.", ["account"])
  static let vendorRequests = MetricFamily(
    "filmgate_vendor_requests_total", .counter,
    "Requests to providers, by outcome: 2xx to 5xx, not_sent, or unknown where no whole answer came.",
    ["plugin", "outcome"])
  static let vendorSeconds = MetricFamily(
    "filmgate_vendor_request_duration_seconds", .histogram, "Time that providers take to answer.", ["plugin"])
  static let vendorFailures = MetricFamily(
    "filmgate_vendor_failures_total", .counter,
    "Failures of providers by kind, such as rate_limited, unreachable or refused_prompt.", ["plugin", "kind"])
  static let pollLag = MetricFamily(
    "filmgate_poll_lag_seconds", .histogram, "How much later than planned providers are asked how a job stands.")
  static let pluginInfo = MetricFamily(
    "filmgate_plugin_info", .gauge, "1 for a plugin that is in use, 0 for one that is quarantined.",
    ["plugin", "version"])
  static let pluginCalls = MetricFamily(
    "filmgate_plugin_calls_total", .counter, "Calls into plugins that were answered.", ["plugin", "operation"])
  static let pluginSeconds = MetricFamily(
    "filmgate_plugin_call_duration_seconds", .histogram, "Time of calls into plugins, with the wait for a worker.",
    ["plugin"])
  static let pluginFailures = MetricFamily(
    "filmgate_plugin_call_failures_total", .counter,
    "Calls into plugins without an answer, by reason: how the worker ended (crash, trap, abort, memory, hang, policy, "
      + "exit, killed, forged_reply), or cannot_start, interrupted, refused, changed, malformed.", ["plugin", "reason"])
  static let webhookOutbox = MetricFamily(
    "filmgate_webhook_outbox", .gauge, "Webhooks that still have to be delivered.")
  static let webhookAttempts = MetricFamily(
    "filmgate_webhook_attempts_total", .counter,
    "Attempts to deliver webhooks, by what became of the message: delivered, pending (it is tried again), stopped or "
      + "abandoned.", ["outcome"])
  static let archiveBytes = MetricFamily("filmgate_archive_bytes", .gauge, "Bytes of the clips that are kept.")
  static let archivedBytes = MetricFamily(
    "filmgate_archived_bytes_total", .counter, "Bytes of clips that were brought home since the start.", ["plugin"])
  static let logDropped = MetricFamily(
    "filmgate_log_lines_dropped_total", .counter, "Lines of the log that nobody read in time.")
  static let residentBytes = MetricFamily(
    "process_resident_memory_bytes", .gauge, "Memory of the process, without its workers.")
  static let workerBytes = MetricFamily(
    "filmgate_worker_resident_memory_bytes", .gauge, "Memory of the plugins' workers together.")
  static let workers = MetricFamily("filmgate_workers", .gauge, "Worker processes.")
  static let openDescriptors = MetricFamily("process_open_fds", .gauge, "Open file descriptors.")
  static let maximumDescriptors = MetricFamily("process_max_fds", .gauge, "File descriptors that may be open.")
  static let processorSeconds = MetricFamily(
    "process_cpu_seconds_total", .counter, "Processor time of the process, without its workers.")
  static let startTime = MetricFamily(
    "process_start_time_seconds", .gauge, "When the process began, in unix seconds.")

  /// All of them, in the order in which they are written.
  public static let all = [
    buildInfo, requests, refusals, requestSeconds, requestsInFlight, connections, jobsCreated, jobs, jobsFinished,
    jobSeconds,
    jobFailures, queueDepth, vendorRequests, vendorSeconds, vendorFailures, pollLag, pluginInfo, pluginCalls,
    pluginSeconds, pluginFailures, webhookOutbox, webhookAttempts, archiveBytes, archivedBytes, logDropped,
    residentBytes, workerBytes,
    workers, openDescriptors, maximumDescriptors, processorSeconds, startTime,
  ]
}
