// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import OrderedJSON
import Store
import VideoDocuments

/// What people, pipes and scripts get to see of a job on its way.
@LoopActor final class JobDisplay {
  private let session: Session
  private let progress: ProgressDisplay
  private var started = EventLoop.monotonicNanoseconds
  private var lastState = ""
  private var lastTrouble: Failure?
  private var ticker: LoopTimer?
  private var current: (text: String, percent: Int?)?

  init(_ session: Session) {
    self.session = session
    let terminal = session.terminal
    let mode: ProgressDisplay.Mode = session.wantsJSON ? .events : terminal.isLive ? .live : .lines
    progress = ProgressDisplay(
      mode: mode, style: terminal.errorStyle, columns: { terminal.columns },
      write: { Terminal.write($0, to: mode == .events ? 1 : 2) })
  }

  /// The price and the plan, before anything is bought.
  func planned(_ plan: Plan, _ quote: Quote) {
    let style = session.terminal.errorStyle
    progress.say("\(style.bold("model")) \(plan.request.model) through \(plan.account.name)")
    if session.command.isOn("sandbox") {
      progress.say("\(style.bold("sandbox")) a stand-in on this machine; nothing is bought, whatever the price")
    }
    progress.say("\(style.bold("price")) \(QuoteText.render(quote))")
    for warning in plan.warnings { progress.say("\(style.warning("warning:")) \(Sanitized.line(warning))") }
    var members: JSONObject = [
      "model": .string(plan.request.model), "plugin": .string(plan.pluginID), "account": .string(plan.account.name),
      "quote": quote.json, "ledger": .array(plan.ledger.map { $0.json }),
    ]
    members["warnings"] = .array(plan.warnings.map { .string($0) })
    progress.event("planned", members)
  }

  func submitted(_ job: JobRecord) {
    progress.say("\(session.terminal.errorStyle.bold("job")) \(job.id)")
    progress.event("created", ["job": .string(job.id)])
    started = EventLoop.monotonicNanoseconds
  }

  /// The job as it is now.
  func show(_ job: JobRecord) {
    let text = JobLines.progress(job)
    current = (text, job.state == .watching ? job.task.progressPercent : nil)
    draw()
    let key = "\(text) \(job.task.progressPercent ?? -1)"
    guard key != lastState else { return }
    lastState = key
    var members: JSONObject = ["job": .string(job.id), "state": .string(JobLines.state(job))]
    members.add("progress_percent", job.task.progressPercent)
    members.add("raw_status", job.task.rawStatus)
    members.add("upstream_id", job.task.upstreamID)
    progress.event("state", members)
    startTicking()
  }

  func downloading(_ job: String, received: Int64, total: Int64?) {
    let percent = total.flatMap { $0 > 0 ? Int(received * 100 / $0) : nil }
    current = ("saving", percent)
    if session.terminal.isLive { draw() }
  }

  /// Something did not work and will be tried again.
  func trouble(_ failure: Failure, inMilliseconds: Int64?) {
    guard failure != lastTrouble else { return }
    lastTrouble = failure
    let style = session.terminal.errorStyle
    let wait = inMilliseconds.map { "; trying again in \(DurationText.text(milliseconds: max($0, 1_000)))" } ?? ""
    let sentence = FailureText.sentence(failure)
    progress.say(
      "\(style.warning("note:")) \(sentence.hasSuffix(".") ? String(sentence.dropLast()) : sentence)\(wait).")
    progress.event("trouble", ["failure": failure.json])
  }

  func say(_ text: String) { progress.say(text) }

  func event(_ name: String, _ members: JSONObject) { progress.event(name, members) }

  func finish() {
    ticker?.cancel()
    ticker = nil
    progress.clear()
  }

  private func draw() {
    guard let current else { return }
    let elapsed = Int64((EventLoop.monotonicNanoseconds - started) / 1_000_000)
    progress.show(current.text, elapsedMilliseconds: elapsed, progressPercent: current.percent)
  }

  /// Keeps the elapsed time of the live line moving.
  private func startTicking() {
    guard ticker == nil, session.terminal.isLive, !session.wantsJSON else { return }
    ticker = EventLoop.after(nanoseconds: 500_000_000) { [weak self] in
      guard let self, self.ticker != nil else { return }
      self.ticker = nil
      self.draw()
      self.startTicking()
    }
  }
}
