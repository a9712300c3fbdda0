// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Jobs
import Network
import Store
import VideoDocuments

/// Content that stands at the vendor alone.
extension ContentService {
  /// Of a caller's request, what a vendor learns.
  private static let passedConditions = ["If-Range", "If-None-Match"]
  /// What is asked of a vendor to answer a HEAD: enough to tell what it is. The answer's head has the length.
  private static let lookRange = "bytes=0-\(MediaType.sniffedBytes - 1)"
  /// A whole clip for a picture has at most so many bytes.
  private static let maximumPictureSourceBytes: Int64 = 512 << 20

  func vendorContent(
    _ index: Int, of job: JobRecord, _ request: HTTPRequest
  ) async throws(Failure) -> HTTPResponse {
    let key = "\(job.id)/\(index)"
    // Links are signed for GET alone, so a HEAD is answered from what is known here, or from the first bytes.
    let isLook = request.head.method == "HEAD"
    if isLook, let content = known[key] { return head(content, index, of: job) }
    let place = try streams.take(job.caller?.keyID ?? "")
    let output = job.task.outputs[index]
    let range = isLook ? Self.lookRange : Self.range(request)
    return try await links.attempt(index, of: job) { [self] (link) async -> FreshLinks.Try<HTTPResponse> in
      var link = link
      if let range { link.headers.append(HTTPHeader("Range", range)) }
      for name in Self.passedConditions where !isLook && (range != nil || name != "If-Range") {
        if let value = request.head.headers[name] { link.headers.append(HTTPHeader(name, value)) }
      }
      switch await begin(link) {
      case .failed(let failure): return .failed(Self.failure(failure, link.url))
      case .refused(let response) where isLook && response.status == 416:
        return .gone(Self.strange(link.url, "gives no video"))
      case .refused(let response): return self.refusal(response, link.url, index, of: job)
      case .streaming(let answer, let first):
        do throws(VendorAnswer.Defect) {
          let passed = try VendorAnswer(
            status: answer.status, headers: answer.headers, range: range, first: first, output: output)
          known.remember(passed.whole, key)
          guard !isLook else {
            answer.body.cancel()
            return .done(head(passed.whole, index, of: job))
          }
          let body = VendorBody(
            first: first, rest: answer.body, length: passed.length,
            resumption: VendorResumption(passed, headers: answer.headers), place: place
          ) { [self] in await self.rest($0, index, of: job) }
          return .done(response(passed.status, passed.headers, .stream(body), index, of: job))
        } catch {
          answer.body.cancel()
          return Self.judge(error, link.url)
        }
      }
    }
  }

  /// A vendor's answer with the first bytes of its body.
  private enum Beginning {
    case streaming(StreamedAnswer, first: [UInt8])
    case refused(ReceivedResponse)
    case failed(TransportFailure)
  }

  /// Waits before the further tries of a transfer that breaks before its first bytes: a caller waits for them too.
  private static let beginningWaitsNanoseconds: [UInt64] = [100_000_000, 500_000_000, 1_500_000_000]

  /// What may pass by itself at once. What took its time already is not tried again.
  private static let passingFailures: Set<TransportFailure.Kind> = [
    .resolve, .connect, .closed, .send, .receive, .partial,
  ]

  private func begin(_ link: DownloadDescription) async -> Beginning {
    var waits = Self.beginningWaitsNanoseconds[...]
    while true {
      let failure: TransportFailure
      switch await client.stream(link) {
      case .refused(let response): return .refused(response)
      case .failed(let found): failure = found
      case .streaming(let answer):
        do throws(TransportFailure) {
          return .streaming(answer, first: try await answer.body.take(atLeast: MediaType.sniffedBytes))
        } catch {
          answer.body.cancel()
          failure = error
        }
      }
      guard Self.passingFailures.contains(failure.kind), let wait = waits.popFirst(),
        (try? await EventLoop.sleep(nanoseconds: wait)) != nil
      else { return .failed(failure) }
    }
  }

  /// The rest of an output whose transfer broke, from a fresh link where the first has gone meanwhile.
  private func rest(_ resumption: VendorResumption, _ index: Int, of job: JobRecord) async -> VendorBody.Rest {
    do throws(Failure) {
      return try await links.attempt(index, of: job) { [self] (link) async -> FreshLinks.Try<VendorBody.Rest> in
        var link = link
        link.headers += resumption.headers
        switch await client.stream(link) {
        case .failed(let failure): return .failed(Self.failure(failure, link.url))
        case .refused(let response):
          switch self.refusal(response, link.url, index, of: job) {
          case .gone(let failure): return .gone(failure)
          case .failed(let failure): return .failed(failure)
          case .done: return .done(.never)
          }
        case .streaming(let answer):
          var accepted = resumption
          guard accepted.accepts(status: answer.status, headers: answer.headers) else {
            answer.body.cancel()
            return .done(.never)
          }
          return .done(.found(answer.body, accepted))
        }
      }
    } catch {
      return error.kind == .unreachable ? .notNow : .never
    }
  }

  /// Brings a whole output into a file.
  func fetch(_ index: Int, of job: JobRecord, into descriptor: Int32) async throws(Failure) {
    try await links.attempt(index, of: job) { [self] (link) async -> FreshLinks.Try<Void> in
      var link = link
      link.maximumBytes = Self.maximumPictureSourceBytes
      switch await client.download(link, to: descriptor) {
      case .complete: return .done(())
      case .refused(let response):
        switch self.refusal(response, link.url, index, of: job) {
        case .gone(let failure): return .gone(failure)
        case .failed(let failure): return .failed(failure)
        case .done: return .failed(Self.strange(link.url, "answers \(response.status)"))
        }
      case .failed(let failure, _): return .failed(Self.failure(failure, link.url))
      }
    }
  }

  // MARK: What callers are told

  private func response(
    _ status: Int, _ headers: HTTPHeaders, _ body: HTTPResponseBody, _ index: Int, of job: JobRecord
  ) -> HTTPResponse {
    let type = headers["content-type"] ?? ContentHeaders.assumed(job.task.outputs[index])
    let common = ContentHeaders.common(fileName: name(of: job, index, type))
    return HTTPResponse(status: status, headers: HTTPHeaders(headers.fields + common.fields), body: body)
  }

  private func head(_ content: KnownContent, _ index: Int, of job: JobRecord) -> HTTPResponse {
    // Nothing of the body is sent; its length is, where it is known.
    let body = HTTPClosureStream(length: content.length) { nil }
    return response(200, content.headers, .stream(body), index, of: job)
  }

  /// An answer that brings no bytes.
  private func refusal(
    _ response: ReceivedResponse, _ url: HTTPURL, _ index: Int, of job: JobRecord
  ) -> FreshLinks.Try<HTTPResponse> {
    switch response.status {
    case 304:
      var headers: HTTPHeaders = [:]
      if let tag = response.headers.first("etag") { headers.add("ETag", tag) }
      return .done(self.response(304, headers, .bytes([]), index, of: job))
    case 416:
      var headers: HTTPHeaders = [:]
      if let range = response.headers.first("content-range"), range.hasPrefix("bytes */") {
        headers.add("Content-Range", range)
      }
      return .done(self.response(416, headers, .bytes([]), index, of: job))
    case let status where Self.isGone(status):
      return .gone(
        Failure(
          .expired, "The provider has the clip of task \(job.id) no more, and it was not kept here.", charged: .yes))
    default:
      return .failed(
        Failure(
          .unreachable, "The provider's link to the clip answers \(response.status) (\(url.hostHeader)).",
          advice: "Ask again in a moment.", charged: .yes,
          retryAfterMilliseconds: response.headers.first("retry-after").flatMap {
            Network.HTTPDate.retryAfterMilliseconds($0, nowMilliseconds: SystemClock().nowMilliseconds)
          }))
    }
  }

  /// A status with which stores of files say that a link is over, forged or unknown.
  private static func isGone(_ status: Int) -> Bool { [400, 401, 403, 404, 410].contains(status) }

  private static func judge(_ defect: VendorAnswer.Defect, _ url: HTTPURL) -> FreshLinks.Try<HTTPResponse> {
    switch defect {
    case .noContent: .gone(strange(url, "gives no video"))
    case .wrongPart: .failed(strange(url, "gives another part of the clip than was asked for"))
    }
  }

  private static func strange(_ url: HTTPURL, _ what: String) -> Failure {
    Failure(
      .upstream, "The provider's link to the clip \(what) (\(url.hostHeader)).", isRetryable: false, charged: .yes)
  }

  private static func failure(_ transport: TransportFailure, _ url: HTTPURL) -> Failure {
    switch transport.kind {
    case .blockedAddress:
      return Failure(
        .upstream,
        "The provider's link to the clip leads to an address in a private network, where it is not followed.",
        isRetryable: false, charged: .yes)
    case .redirect, .invalidRequest, .tooLarge, .protocolViolation:
      return Failure(
        .upstream, "The provider's link to the clip cannot be followed: \(transport.detail).", isRetryable: false,
        charged: .yes)
    default:
      return Failure(
        .unreachable, "The clip could not be fetched from \(url.hostHeader): \(transport.detail).",
        advice: "Ask again in a moment.", charged: .yes)
    }
  }

  /// The request's range, if it is one that is served: one range of bytes.
  private static func range(_ request: HTTPRequest) -> String? {
    let given = request.head.headers.values("range")
    guard given.count == 1, let text = given.first, text.utf8.count <= 64 else { return nil }
    if case .whole = ByteRange(header: text, length: 1 << 62) { return nil }
    return text
  }
}
