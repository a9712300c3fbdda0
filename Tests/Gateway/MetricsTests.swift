// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Gateway
import Jobs
import OrderedJSON
import PluginHost
import Store
import Testing
import VideoDocuments

@Suite("Metrics") struct MetricsTests {
  @LoopActor static func job(_ id: String, _ state: JobState, model: String = "acme-1") -> JobRecord {
    var job = JobRecord(
      task: VideoTask(id: id, request: VideoRequest(model: model), phase: .queued, createdAtMilliseconds: 1_000),
      pluginID: "acme", pluginVersion: "1.0.0", account: "main",
      connection: Connection(profile: "official", baseURL: ""))
    job.state = state
    return job
  }

  @Test("requests are counted by route, method and class of status, with their times")
  func requests() async {
    let metrics = GatewayMetrics(version: "1.2.3")
    for status in [200, 201, 404] {
      await metrics.requestBegan()
      await metrics.requestFinished(route: "/v1/videos/{id}", method: "GET", status: status, nanoseconds: 2_000_000)
    }
    await metrics.requestBegan()
    await metrics.requestBegan()
    await metrics.requestFinished(route: "un\"usual\\", method: "BREW", status: 501, nanoseconds: 90_000_000_000)
    let text = await metrics.text()
    let lines = text.split(separator: "\n")
    for line in [
      #"filmgate_build_info{version="1.2.3"} 1"#,
      #"filmgate_http_requests_total{route="/v1/videos/{id}",method="GET",status="2xx"} 2"#,
      #"filmgate_http_requests_total{route="/v1/videos/{id}",method="GET",status="4xx"} 1"#,
      #"filmgate_http_requests_total{route="un\"usual\\",method="other",status="5xx"} 1"#,
      #"filmgate_http_request_duration_seconds_bucket{route="/v1/videos/{id}",le="0.001"} 0"#,
      #"filmgate_http_request_duration_seconds_bucket{route="/v1/videos/{id}",le="0.0025"} 3"#,
      #"filmgate_http_request_duration_seconds_sum{route="/v1/videos/{id}"} 0.006"#,
      #"filmgate_http_request_duration_seconds_bucket{route="un\"usual\\",le="60.0"} 0"#,
      #"filmgate_http_request_duration_seconds_bucket{route="un\"usual\\",le="+Inf"} 1"#,
      "filmgate_http_requests_in_flight 1",
    ] {
      #expect(lines.contains { $0 == line }, "\(line)")
    }
  }

  @Test("routes that come and go do not make series without end")
  func boundedRoutes() async {
    let metrics = GatewayMetrics(version: "1")
    for number in 0..<2_000 {
      await metrics.requestBegan()
      await metrics.requestFinished(route: "/r\(number)", method: "GET", status: 200, nanoseconds: 1)
    }
    let text = await metrics.text()
    #expect(text.contains(#"filmgate_http_requests_total{route="other",method="GET",status="2xx"} 1500"#))
    #expect(text.split(separator: "\n").count { $0.hasPrefix("filmgate_http_requests_total{") } == 501)
  }

  @Test("jobs are counted where they stand, once as created, and once as ended; made-up models are all one")
  func jobs() async throws {
    let metrics = GatewayMetrics(version: "1")
    let feed = JobFeed()
    let manifest = try Manifest(
      ["manifest": 1, "id": "acme", "version": "1.0.0", "operations": [], "models": [["id": "acme-1"]]])
    await metrics.use(
      PluginCatalog(plugins: []), Catalog([CatalogEntry(manifest)]))
    await metrics.follow(feed, since: [await Self.job("old", .watching)])
    await feed.publish(await Self.job("old", .done))
    await feed.publish(await Self.job("new", .planned, model: "whatever a caller says"))
    await feed.publish(await Self.job("two", .planned))
    await feed.publish(await Self.job("two", .submitting))
    var failed = await Self.job("three", .planned)
    await feed.publish(failed)
    failed.state = .failed
    failed.task.failure = Failure(.refusedPrompt, "No.")
    await feed.publish(failed)
    await feed.publish(failed)
    let lines = await metrics.text().split(separator: "\n")
    for line in [
      #"filmgate_jobs_created_total{plugin="acme",model="acme-1"} 2"#,
      #"filmgate_jobs_created_total{plugin="acme",model="other"} 1"#,
      #"filmgate_jobs{state="planned",plugin="acme",model="other"} 1"#,
      #"filmgate_jobs{state="submitting",plugin="acme",model="acme-1"} 1"#,
      #"filmgate_jobs_finished_total{state="done",plugin="acme",model="acme-1"} 1"#,
      #"filmgate_jobs_finished_total{state="failed",plugin="acme",model="acme-1"} 1"#,
      #"filmgate_job_failures_total{plugin="acme",kind="refused_prompt"} 1"#,
      #"filmgate_job_duration_seconds_count{plugin="acme"} 1"#,
      #"filmgate_queue_depth{account="main"} 1"#,
    ] {
      #expect(lines.contains { $0 == line }, "\(line)")
    }
    #expect(!lines.contains { $0.contains("whatever") })
  }

  @Test("what providers and plugins do is counted by outcome and kind")
  func providers() async throws {
    let metrics = GatewayMetrics(version: "1")
    let job = await Self.job("one", .watching)
    let step = HTTPStep("GET", path: "/", retry: .safe)
    for outcome in [
      WireOutcome.answered(WireAnswer(status: 204)), .answered(WireAnswer(status: 429)),
      .notSent(Failure(.unreachable, "Gone.")),
    ] {
      _ = await MeasuredWire(FixedWire(outcome: outcome), metrics).send(step, for: job)
    }
    await metrics.pluginCalled(
      "acme", operation: "poll", nanoseconds: 100, .success(WorkerReply(status: 0, output: [])))
    await metrics.pluginCalled(
      "acme", operation: "poll", nanoseconds: 100, .failure(.ended(.trap, lastWords: "secret")))
    let lines = await metrics.text().split(separator: "\n")
    for line in [
      #"filmgate_vendor_requests_total{plugin="acme",outcome="2xx"} 1"#,
      #"filmgate_vendor_requests_total{plugin="acme",outcome="4xx"} 1"#,
      #"filmgate_vendor_requests_total{plugin="acme",outcome="not_sent"} 1"#,
      #"filmgate_vendor_failures_total{plugin="acme",kind="unreachable"} 1"#,
      #"filmgate_vendor_request_duration_seconds_count{plugin="acme"} 3"#,
      #"filmgate_plugin_calls_total{plugin="acme",operation="poll"} 1"#,
      #"filmgate_plugin_call_failures_total{plugin="acme",reason="trap"} 1"#,
    ] {
      #expect(lines.contains { $0 == line }, "\(line)")
    }
  }

  @Test("every line belongs to a family that is documented, with its labels and no others")
  func documented() async {
    let metrics = GatewayMetrics(version: "1")
    await metrics.requestBegan()
    await metrics.requestFinished(route: "/", method: "GET", status: 200, nanoseconds: 1)
    var seen: Set<String> = []
    for line in await metrics.text().split(separator: "\n") where !line.hasPrefix("#") {
      let name = line.prefix { $0 != "{" && $0 != " " }
      let family = MetricFamily.all.first { family in
        name == family.name
          || family.kind == .histogram && ["_bucket", "_sum", "_count"].contains { name == family.name + $0 }
      }
      #expect(family != nil, "\(line)")
      seen.insert(family?.name ?? "")
    }
    #expect(seen.isSuperset(of: ["process_open_fds", "process_resident_memory_bytes", "filmgate_workers"]))
    #expect(Set(MetricFamily.all.map { $0.name }).count == MetricFamily.all.count)
  }
}

private struct FixedWire: Wire {
  let outcome: WireOutcome
  func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome { outcome }
}
