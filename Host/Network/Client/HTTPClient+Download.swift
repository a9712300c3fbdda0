// SPDX-License-Identifier: Apache-2.0
import EventLoop
import Glibc

extension HTTPClient {
  /// Fetches a file into `descriptor`, which stays the caller's, from its position 0 or `resumeAtByte` on. Redirects are
  /// followed within bounds, each target checked as the first one was. `progress` comes at most ten times a second and at
  /// the end. Cancelling the task ends the download.
  public func download(
    _ download: DownloadDescription, to descriptor: Int32, progress: (@LoopActor (DownloadProgress) -> Void)? = nil
  ) async -> DownloadOutcome {
    var url = download.url
    var headers = download.headers
    if download.resumeAtByte > 0 {
      headers.append(HTTPHeader("Range", "bytes=\(download.resumeAtByte)-"))
      if let tag = download.resumeEntityTag { headers.append(HTTPHeader("If-Range", tag)) }
    }
    var redirects = 0
    while true {
      let sink = DownloadSink(
        descriptor, resumeAtByte: download.resumeAtByte, maximumBytes: download.maximumBytes, progress: progress)
      var plan = TransferPlan(download, url: url, headers: headers, proxy: proxies.proxy(for: url))
      plan.certificateFile = certificateFile
      let end = await fetch(plan, sink)
      switch end {
      case .failed(let failure): return .failed(failure, byteCount: sink.byteCount)
      case .response(let response) where [301, 302, 303, 307, 308].contains(response.status):
        do throws(TransportFailure) {
          guard redirects < download.maximumRedirects else {
            throw TransportFailure(
              .redirect, .unknown, "more than \(download.maximumRedirects) redirects", status: response.status)
          }
          let next = try Self.target(of: response, from: url, download)
          if next.origin != url.origin { headers = Self.carriedHeaders(headers) }
          url = next
          redirects += 1
        } catch {
          return .failed(error, byteCount: download.resumeAtByte)
        }
      case .response(let response) where sink.accepts(response.status):
        return .complete(byteCount: sink.byteCount, headers: response.headers, url: url)
      case .response(let response):
        if response.status == 416, Self.isComplete(response, download.resumeAtByte) {
          return .complete(byteCount: download.resumeAtByte, headers: response.headers, url: url)
        }
        return .refused(response)
      }
    }
  }

  private func fetch(_ plan: TransferPlan, _ sink: DownloadSink) async -> TransferEnd {
    let transfer = Transfer(plan, download: sink)
    sink.resume = { [weak transfer] in
      guard let transfer else { return }
      Self.resume(transfer)
    }
    let end = await Self.run(transfer)
    sink.resume = nil
    let isComplete = if case .response = end { true } else { false }
    guard let code = await sink.close(transfer.head, isComplete: isComplete) else { return end }
    return .failed(TransportFailure(.localFile, .unknown, String(cString: strerror(code))))
  }

  private static func target(
    of response: ReceivedResponse, from url: HTTPURL, _ download: DownloadDescription
  ) throws(TransportFailure) -> HTTPURL {
    func refusal(_ detail: String) -> TransportFailure {
      TransportFailure(.redirect, .unknown, detail, status: response.status)
    }
    guard let location = response.headers.first("location") else { throw refusal("a redirect without a target") }
    let next: HTTPURL
    do throws(HTTPURLFailure) {
      next = try url.resolving(location)
    } catch {
      throw refusal("a redirect to something that is no usable URL")
    }
    guard next.scheme == .https || url.scheme == .http || download.allowsUnencryptedRedirects else {
      throw refusal("a redirect from https to http")
    }
    return next
  }

  private static func carriedHeaders(_ headers: [HTTPHeader]) -> [HTTPHeader] {
    headers.filter { ["accept", "user-agent", "range", "if-range"].contains($0.name.lowercased()) }
  }

  /// Whether "range not satisfiable" means that nothing is left: `Content-Range: bytes */<size>` names our size.
  private static func isComplete(_ response: ReceivedResponse, _ byteCount: Int64) -> Bool {
    byteCount > 0 && response.headers.first("content-range") == "bytes */\(byteCount)"
  }
}
