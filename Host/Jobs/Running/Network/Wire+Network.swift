// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import Network
import OrderedJSON
public import Store
public import VideoDocuments

/// The wire over real connections.
public struct NetworkWire: Wire {
  /// Answers that quote a credential are short; up to this size they are searched for secrets.
  static let redactedBodyBytes = 256 << 10

  private let client: HTTPClient
  private let routes: any JobRoutes
  private let clock: any JobClock

  public init(client: HTTPClient, routes: any JobRoutes, clock: any JobClock = SystemClock()) {
    self.client = client
    self.routes = routes
    self.clock = clock
  }

  public func send(_ step: HTTPStep, for job: JobRecord) async -> WireOutcome {
    let route: JobRoute
    let request: HTTPRequestDescription
    do throws(Failure) {
      route = try await routes.route(for: job)
      request = try await StepRendering.request(step, for: job, route: route)
    } catch {
      return .notSent(error)
    }
    var outcome = await send(request, isSigned: step.isSigned, route, renewing: false)
    // A token may have been refused for its age alone. A read costs nothing to repeat; a purchase is left alone.
    if case .answered(let answer) = outcome, answer.status == 401, step.isSigned, step.retry == .safe,
      case .jwt = route.signer.scheme
    {
      outcome = await send(request, isSigned: true, route, renewing: true)
    }
    return outcome
  }

  private func send(
    _ request: HTTPRequestDescription, isSigned: Bool, _ route: JobRoute, renewing: Bool
  ) async -> WireOutcome {
    var request = request
    if isSigned {
      do throws(Failure) {
        request = request.adding(try await sign(request, route.signer, renewing: renewing))
      } catch {
        return .notSent(error)
      }
    }
    switch await client.send(request) {
    case .response(let response):
      return .answered(
        WireAnswer(
          status: response.status,
          headers: response.headers.map { NameValuePair($0.name, route.signer.redact($0.value)) },
          body: redact(response, route.signer)))
    case .failed(let transport):
      let failure = Failure(transport, host: request.url.hostHeader, redactedBy: route.signer)
      return transport.delivery == .notSent ? .notSent(failure) : .unknown(failure)
    }
  }

  private func sign(
    _ request: HTTPRequestDescription, _ signer: Signer, renewing: Bool
  ) async throws(Failure) -> SigningAdditions {
    let digest = try await digest(request, signer)
    do throws(SigningFailure) {
      return try signer.sign(
        request.signable(bodyDigest: digest), nowMilliseconds: clock.nowMilliseconds, renewing: renewing)
    } catch {
      throw Failure(signing: error)
    }
  }

  private func digest(
    _ request: HTTPRequestDescription, _ signer: Signer
  ) async throws(Failure) -> SHA256Digest {
    guard signer.scheme.needsBodyDigest else { return .ofNothing }
    switch await request.body.digest() {
    case .success(let digest): return digest
    case .failure:
      throw Failure(.invalid, "An input can no longer be read whole.", field: "inputs", advice: "Nothing was bought.")
    }
  }

  /// Vendors quote keys in "invalid key" answers, some of them with status 200, and what a plugin makes of those is
  /// stored and shown.
  private func redact(_ response: ReceivedResponse, _ signer: Signer) -> [UInt8] {
    guard response.body.count <= Self.redactedBodyBytes else { return response.body }
    let text = String(decoding: response.body, as: UTF8.self)
    let redacted = signer.redact(text)
    return redacted == text ? response.body : Array(redacted.utf8)
  }
}

extension Failure {
  /// Why nothing, or no answer, came through.
  init(_ transport: TransportFailure, host: String, redactedBy signer: Signer) {
    let detail = signer.redact(transport.detail)
    let words = detail.isEmpty ? "" : " (\(detail))"
    switch transport.kind {
    case .resolve:
      self.init(.unreachable, "The name of \(host) cannot be resolved\(words).", advice: "Check the network.")
    case .connect, .connectTimeout:
      self.init(.unreachable, "\(host) cannot be reached\(words).", advice: "Check the network, then try again.")
    case .proxy:
      self.init(.unreachable, "The proxy for \(host) does not work\(words).", advice: "Check the proxy settings.")
    case .tls:
      self.init(
        .unreachable, "No secure connection to \(host) can be made\(words).",
        advice: "Check the clock, the proxy and the certificates of this machine.")
    case .blockedAddress:
      self.init(
        .permission, "\(host) is on a private network, and the account is not\(words).", isRetryable: false)
    case .invalidRequest:
      self.init(.plugin, "The plugin describes a request that cannot be sent\(words).", isRetryable: false)
    case .bodySource:
      self.init(.invalid, "An input changed or vanished while it was sent\(words).", field: "inputs")
    case .localFile, .library, .system:
      self.init(.internal, "The request to \(host) could not be made on this machine\(words).", isRetryable: true)
    case .cancelled:
      self.init(.unreachable, "The request to \(host) was broken off.")
    case .tooLarge, .protocolViolation, .redirect:
      self.init(.upstream, "\(host) gave an answer that cannot be used\(words).")
    case .timeout, .slow, .closed, .send, .receive, .partial:
      self.init(.unreachable, "\(host) gave no complete answer\(words).")
    }
  }

  init(signing failure: SigningFailure) {
    switch failure {
    case .missingSecret(let name):
      self.init(
        .authentication, "The account has no \(name).", advice: "Add it with `filmgate keys set`.",
        isRetryable: false)
    case .unusableSecret(let name):
      self.init(
        .authentication, "The account's \(name) holds a line end or another control character.",
        advice: "Set it again with `filmgate keys set`.", isRetryable: false)
    case .malformedQuery:
      self.init(.plugin, "The plugin describes a query that cannot be signed.", isRetryable: false)
    }
  }
}
