// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import HTTPServer

extension GatewayMetrics {
  /// All metrics in the text format of Prometheus.
  public func text() async -> String {
    let process = await Blocking.run { (figures: ProcessFigures.read(), start: ProcessFigures.startTime()) }
    let connections = await sources.connections?()
    let outbox = await sources.webhookOutbox?()
    let archive = await sources.archiveBytes?()
    let dropped = await sources.droppedLogLines?()

    var writer = MetricWriter()
    writer.begin(.buildInfo)
    writer.add(.buildInfo, [version], 1)
    writeRequests(&writer)
    writer.write(.refusals, refusals)
    writer.write(.requestsInFlight, requestsInFlight)
    if let connections { writer.write(.connections, connections) }
    writer.write(.jobsCreated, census.created)
    writer.write(.jobs, census.jobs)
    writer.write(.jobsFinished, census.finished)
    writer.write(.jobSeconds, census.seconds)
    writer.write(.jobFailures, census.failures)
    writer.write(.queueDepth, census.queue)
    writer.write(.vendorRequests, vendorRequests)
    writer.write(.vendorSeconds, vendorSeconds)
    writer.write(.vendorFailures, vendorFailures)
    writer.write(.pollLag, ["": pollLag])
    if !plugins.isEmpty {
      writer.begin(.pluginInfo)
      for plugin in plugins { writer.add(.pluginInfo, [plugin.id, plugin.version], plugin.isInUse ? 1 : 0) }
    }
    writer.write(.pluginCalls, pluginCalls)
    writer.write(.pluginSeconds, pluginSeconds)
    writer.write(.pluginFailures, pluginFailures)
    if let outbox { writer.write(.webhookOutbox, outbox) }
    writer.write(.webhookAttempts, webhookAttempts)
    if let archive { writer.write(.archiveBytes, archive) }
    writer.write(.archivedBytes, archivedBytes)
    if let dropped { writer.write(.logDropped, dropped) }
    writer.write(.residentBytes, process.figures.residentBytes)
    writer.write(.workerBytes, process.figures.workerBytes)
    writer.write(.workers, process.figures.workerCount)
    writer.write(.openDescriptors, process.figures.openDescriptors)
    writer.write(.maximumDescriptors, process.figures.maximumDescriptors)
    writer.write(.processorSeconds, process.figures.processorSeconds)
    writer.write(.startTime, process.start)
    return writer.text
  }

  private func writeRequests(_ writer: inout MetricWriter) {
    guard !routes.isEmpty else { return }
    let sorted = routes.sorted { $0.key < $1.key }
    writer.begin(.requests)
    for (route, series) in sorted {
      for row in series.series { writer.add(.requests, [route, row.method, row.status], row.count) }
    }
    writer.write(.requestSeconds, routes.mapValues { $0.seconds })
  }

  /// The answer to `GET /metrics`.
  public func response() async -> HTTPResponse {
    HTTPResponse(
      status: 200, headers: HTTPHeaders([HTTPField(name: "Content-Type", value: MetricWriter.contentType)]),
      body: .bytes(Array(await text().utf8)))
  }
}
