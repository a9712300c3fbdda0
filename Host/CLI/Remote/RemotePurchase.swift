// SPDX-License-Identifier: Apache-2.0

import Dialects
import EventLoop
import Glibc
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// From a request to a clip through a gateway: its price, its purchase, its file.
@LoopActor struct RemotePurchase {
  let session: Session
  let gateway: RemoteGateway
  let arguments: GenerateArguments
  let jobs: RemoteJobs

  private static let requestFileBytes = 96 << 20

  func run(isAgain: Bool) async throws(Failure) -> Int32 {
    let command = arguments.command
    let isDryRun = command.isOn("dry-run")
    try OutputCheck.check(arguments.outputPath, mayReplace: command.isOn("overwrite"), writes: !isDryRun)
    let folder = try TemporaryFolder.make()
    defer { folder.remove() }
    let draft = try await draft(isAgain: isAgain, folder.path)
    let strict = command.isOn("lenient") ? "" : "&strict=true"
    let again = isAgain ? "&again=\(PercentEncoding.encode(command.positionals[0]))" : ""
    let form = try Self.form(draft)
    let headers = [HTTPHeader("Content-Type", "multipart/form-data; boundary=\(form.boundary)")]
    let price = try await gateway.post("/v1/jobs?dry_run=true\(strict)\(again)", headers: headers, body: form.body)
    let display = JobDisplay(session)
    try show(price, display)
    if isDryRun { return ExitCode.done.rawValue }
    // A repeat of this very command would be another job; a repeat of this request is not.
    let repeatKey = "cli-\(UInt64.random(in: .min ... .max))-\(UInt64.random(in: .min ... .max))"
    let answer = try await gateway.post(
      "/v1/jobs?x=1\(strict)\(again)", headers: headers + [HTTPHeader("Idempotency-Key", repeatKey)], body: form.body)
    let job = try gateway.record(answer)
    display.submitted(job)
    if command.isOn("no-wait") {
      if !session.wantsJSON { session.terminal.result(job.id) }
      display.say("The job goes on; `filmgate wait \(job.id)` comes back to it.")
      return ExitCode.done.rawValue
    }
    return try await jobs.follow(
      job, output: arguments.writesToStandardOutput ? "-" : arguments.outputPath,
      timeoutMilliseconds: arguments.timeoutMilliseconds, display)
  }

  private func show(_ price: JSON, _ display: JobDisplay) throws(Failure) {
    let quote: Quote
    do throws(DocumentFailure) {
      quote = try Quote(price["quote"] ?? .object(JSONObject()))
    } catch {
      throw Failure(.drift, "The gateway told a price that is not understood: \(error).")
    }
    if session.wantsJSON {
      session.terminal.result(price.text)
    } else {
      let style = session.terminal.errorStyle
      display.say("\(style.bold("model")) \(price["model"]?.string ?? "") through \(gateway.base.hostHeader)")
      display.say("\(style.bold("price")) \(QuoteText.render(quote))")
      for warning in price["warnings"]?.array ?? [] {
        display.say("\(style.warning("warning:")) \(Sanitized.line(warning.string ?? ""))")
      }
      if session.command.isOn("dry-run") { try showDryRun(price, display) }
    }
    if let limit = arguments.maximumCost { try limit.check(quote) }
  }

  private func showDryRun(_ price: JSON, _ display: JobDisplay) throws(Failure) {
    let style = session.terminal.errorStyle
    session.terminal.result(price["curl"]?.string ?? "# rendered by the gateway; nothing is sent")
    var ledger: [LedgerEntry] = []
    for entry in price["ledger"]?.array ?? [] {
      ledger.append(try gateway.document { () throws(DocumentFailure) in try LedgerEntry(entry) })
    }
    display.say(style.bold("fields"))
    display.say(LedgerText.render(ledger, style: style))
    display.say("Nothing was sent and nothing was bought.")
  }

  /// The request as it was typed, or as the gateway reads the file.
  private func draft(isAgain: Bool, _ folder: String) async throws(Failure) -> RequestDraft {
    var draft = RequestDraft(decoded: DecodedParts(request: VideoRequest(model: "")), assets: [])
    let assets = AssetFolder(path: folder)
    if isAgain {
      draft = try RequestBuilder.again(
        try await gateway.job(session.command.positionals[0]), arguments, checksInputs: false)
      // They are at the gateway, which takes them from the job.
      draft.assets = []
    } else if let path = session.command.value("request") {
      draft = try await read(path, assets)
    }
    return try await RequestBuilder.complete(
      draft, arguments, loader: InputLoader(folder: assets, client: gateway.client), isAgain: isAgain)
  }

  private func read(_ path: String, _ assets: AssetFolder) async throws(Failure) -> RequestDraft {
    let bytes =
      path == "-"
      ? try await StandardInput.read(maximumBytes: Self.requestFileBytes) : try await RequestFileReader.file(path)
    let hoisted = try await Blocking.run { () -> Result<HoistedBody, Failure> in
      do throws(Failure) { return .success(try InlineMediaHoister.hoist(bytes)) } catch { return .failure(error) }
    }.get()
    let answer = try await gateway.post(
      "/v1/requests", headers: [HTTPHeader("Content-Type", "application/json")], body: .bytes(hoisted.json))
    var parts = DecodedParts(request: VideoRequest(model: ""))
    do throws(DocumentFailure) {
      parts.request = try VideoRequest(answer["request"] ?? .null)
      for entry in answer["ledger"]?.array ?? [] { parts.ledger.append(try LedgerEntry(entry)) }
    } catch {
      throw Failure(.drift, "The gateway read the request in a way that is not understood: \(error).")
    }
    parts.warnings = (answer["warnings"]?.array ?? []).compactMap { $0.string }
    let adopted = try await assets.adopt(hoisted.media, into: &parts.request)
    return RequestDraft(decoded: parts, assets: adopted)
  }

  /// The request as a form: one field of JSON, and a part for each file.
  private static func form(_ draft: RequestDraft) throws(Failure) -> (boundary: String, body: MessageBody) {
    let boundary = "filmgate\(UInt64.random(in: .min ... .max))\(UInt64.random(in: .min ... .max))"
    var segments: [MessageBody.Segment] = []
    func text(_ text: String) { segments.append(.bytes(Array(text.utf8))) }
    text("--\(boundary)\r\nContent-Disposition: form-data; name=\"request\"\r\n\r\n")
    text(draft.decoded.request.json.text)
    text("\r\n--\(boundary)\r\nContent-Disposition: form-data; name=\"ledger\"\r\n\r\n")
    text(JSON.array(draft.decoded.ledger.map { $0.json }).text)
    for asset in draft.assets {
      guard let file = AssetFile(path: asset.path) else {
        throw Failure(.invalid, "\(asset.path) cannot be read any more.", field: "inputs")
      }
      text("\r\n--\(boundary)\r\nContent-Disposition: form-data; name=\"\(asset.id)\"; filename=\"\(asset.id)\"\r\n")
      text("Content-Type: \(asset.mediaType)\r\n\r\n")
      segments.append(.file(file, .raw, mediaType: asset.mediaType))
    }
    text("\r\n--\(boundary)--\r\n")
    return (boundary, MessageBody(segments))
  }
}
