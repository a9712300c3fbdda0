// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
public import Network
import OrderedJSON
public import Store
import VideoDocuments

/// Makes one attempt to deliver one message.
@LoopActor public struct WebhookSender {
  /// For name, connection and answer together.
  public nonisolated static let timeoutMilliseconds: Int64 = 15_000
  /// Nothing in an answer but its status is of interest.
  private nonisolated static let maximumAnswerBytes = 64 << 10

  private let secrets: WebhookSecrets
  private let clock: any JobClock
  private let mayBePrivate: @LoopActor () -> Bool
  private let link: @LoopActor (JobRecord) -> String?
  private let send: @LoopActor (HTTPRequestDescription) async -> TransportOutcome

  /// - Parameters:
  ///   - mayBePrivate: whether private, loopback and link-local addresses may be called, at the moment.
  ///   - link: where the job's clip can be fetched.
  ///   - send: one exchange; redirects must not be followed.
  public nonisolated init(
    secrets: WebhookSecrets, clock: any JobClock = SystemClock(), mayBePrivate: @escaping @LoopActor () -> Bool,
    link: @escaping @LoopActor (JobRecord) -> String?,
    send: @escaping @LoopActor (HTTPRequestDescription) async -> TransportOutcome
  ) {
    self.secrets = secrets
    self.clock = clock
    self.mayBePrivate = mayBePrivate
    self.link = link
    self.send = send
  }

  func attempt(_ message: WebhookMessage, job: JobRecord) async -> WebhookOutcome {
    let began = clock.nowMilliseconds
    let request: HTTPRequestDescription
    do throws(HTTPURLFailure) {
      request = self.request(message, job, to: try HTTPURL(message.url), nowMilliseconds: began)
    } catch {
      return ended(.stopped, "The address cannot be called: \(error).", began)
    }
    switch await send(request) {
    case .response(let response): return judge(response.status, response.headers, message, began)
    case .failed(let failure):
      // The answer is there; its body is of no interest.
      if let status = failure.status, (200..<300).contains(status) { return judge(status, [], message, began) }
      switch failure.kind {
      case .blockedAddress:
        return ended(
          .stopped, "The address is private: \(failure.detail). gateway.private_webhooks would allow it.", began)
      case .invalidRequest: return ended(.stopped, "The request cannot be written: \(failure.detail).", began)
      default:
        let words = failure.detail.isEmpty ? failure.kind.rawValue : "\(failure.kind.rawValue): \(failure.detail)"
        return again(message, "No answer (\(words)).", began, status: failure.status)
      }
    }
  }

  private func request(
    _ message: WebhookMessage, _ job: JobRecord, to url: HTTPURL, nowMilliseconds: Int64
  ) -> HTTPRequestDescription {
    let body = WebhookPayload.json(message, job: job, link: link(job)).serialized()
    var headers = secrets.headers(message.keyID, id: message.id, nowSeconds: nowMilliseconds / 1_000, body: body)
    headers.append(HTTPHeader("Content-Type", "application/json"))
    headers.append(HTTPHeader("User-Agent", "filmgate-webhooks"))
    var request = HTTPRequestDescription("POST", url, headers: headers, body: .bytes(body))
    request.timeoutMilliseconds = Self.timeoutMilliseconds
    request.maximumResponseBytes = Self.maximumAnswerBytes
    request.allowsPrivateAddresses = mayBePrivate()
    // The receiver tells repetitions by their id.
    request.isRepeatable = true
    return request
  }

  private func judge(
    _ status: Int, _ headers: [HTTPHeader], _ message: WebhookMessage, _ began: Int64
  ) -> WebhookOutcome {
    switch status {
    case 200..<300: return ended(.delivered, nil, began, status: status)
    case 410: return ended(.stopped, "The server wants no more of it (410).", began, status: status)
    case 300..<400:
      return again(message, "The server sends elsewhere (\(status)); webhooks do not follow.", began, status: status)
    default:
      let wish = headers.first("retry-after").flatMap {
        HTTPDate.retryAfterMilliseconds($0, nowMilliseconds: clock.nowMilliseconds)
      }
      return again(message, "The server answered \(status).", began, status: status, retryAfterMilliseconds: wish)
    }
  }

  private func again(
    _ message: WebhookMessage, _ problem: String, _ began: Int64, status: Int?, retryAfterMilliseconds: Int64? = nil
  ) -> WebhookOutcome {
    let next = WebhookSchedule.nextAttempt(
      failures: message.failures + 1, nowMilliseconds: clock.nowMilliseconds,
      expiresAtMilliseconds: message.expiresAtMilliseconds, jitter: Double.random(in: 0..<1),
      retryAfterMilliseconds: retryAfterMilliseconds)
    var outcome = ended(next == nil ? .abandoned : .pending, problem, began, status: status)
    outcome.nextAttemptAtMilliseconds = next
    return outcome
  }

  private func ended(
    _ state: WebhookMessage.State, _ problem: String?, _ began: Int64, status: Int? = nil
  ) -> WebhookOutcome {
    WebhookOutcome(
      state,
      WebhookAttempt(
        atMilliseconds: began, elapsedMilliseconds: max(clock.nowMilliseconds - began, 0), status: status,
        problem: problem))
  }
}
