// SPDX-License-Identifier: Apache-2.0
import EventLoop

extension HTTPClient {
  /// Asks for a file and hands its body over as it comes, once the head of the answer is there. Redirects are followed
  /// within bounds, each target checked as the first one was. Cancelling the task before the head ends the transfer;
  /// afterwards letting go of the body does.
  public func stream(_ download: DownloadDescription) async -> StreamOutcome {
    var trail = RedirectTrail(download, headers: download.headers)
    while true {
      let sink = StreamSink(download)
      let plan = trail.plan(self).streamed()
      let start = await withTaskCancellationHandler {
        await sink.start(plan)
      } onCancel: {
        Task { @LoopActor in sink.cancel() }
      }
      switch start {
      case .head(let head):
        return .streaming(
          StreamedAnswer(
            status: head.status ?? 0, headers: head.headers, url: trail.url, body: DownloadStream(sink)))
      case .ended(.failed(let failure)): return .failed(failure)
      case .ended(.response(let response)):
        guard RedirectTrail.isRedirect(response.status) else { return .refused(response) }
        do throws(TransportFailure) {
          try trail.follow(response)
        } catch {
          return .failed(error)
        }
      }
    }
  }
}
