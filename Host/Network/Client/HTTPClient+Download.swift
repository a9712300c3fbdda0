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
    var headers = download.headers
    if download.resumeAtByte > 0 {
      headers.append(HTTPHeader("Range", "bytes=\(download.resumeAtByte)-"))
      if let tag = download.resumeEntityTag { headers.append(HTTPHeader("If-Range", tag)) }
    }
    var trail = RedirectTrail(download, headers: headers)
    while true {
      let sink = DownloadSink(
        descriptor, resumeAtByte: download.resumeAtByte, maximumBytes: download.maximumBytes, progress: progress)
      switch await fetch(trail.plan(self), sink) {
      case .failed(let failure): return .failed(failure, byteCount: sink.byteCount)
      case .response(let response) where RedirectTrail.isRedirect(response.status):
        do throws(TransportFailure) {
          try trail.follow(response)
        } catch {
          return .failed(error, byteCount: download.resumeAtByte)
        }
      case .response(let response) where sink.accepts(response.status):
        return .complete(byteCount: sink.byteCount, headers: response.headers, url: trail.url)
      case .response(let response):
        if response.status == 416, Self.isComplete(response, download.resumeAtByte) {
          return .complete(byteCount: download.resumeAtByte, headers: response.headers, url: trail.url)
        }
        return .refused(response)
      }
    }
  }

  private func fetch(_ plan: TransferPlan, _ sink: DownloadSink) async -> TransferEnd {
    let transfer = Transfer(plan, sink: sink)
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

  /// Whether "range not satisfiable" means that nothing is left: `Content-Range: bytes */<size>` names our size.
  private static func isComplete(_ response: ReceivedResponse, _ byteCount: Int64) -> Bool {
    byteCount > 0 && response.headers.first("content-range") == "bytes */\(byteCount)"
  }
}
