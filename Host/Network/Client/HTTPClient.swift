// SPDX-License-Identifier: Apache-2.0
public import EventLoop
import Glibc

/// Sends requests and fetches files through libcurl on the event loop. All clients share one set of connections.
@LoopActor public final class HTTPClient {
  /// The proxies to use.
  public nonisolated let proxies: ProxySettings

  /// A file of certificates to trust instead of the system's, in PEM.
  public nonisolated let certificateFile: String?

  /// Proxies are those of the environment unless the caller says otherwise, and so is the file of certificates
  /// (`SSL_CERT_FILE`, which OpenSSL's own programs read too).
  public nonisolated init(
    proxies: ProxySettings = .environment(), certificateFile: String? = HTTPClient.environmentCertificateFile
  ) {
    self.proxies = proxies
    self.certificateFile = certificateFile
  }

  /// What `SSL_CERT_FILE` says, if anything.
  public nonisolated static var environmentCertificateFile: String? {
    getenv("SSL_CERT_FILE").map { String(cString: $0) }.flatMap { $0.isEmpty ? nil : $0 }
  }

  /// Sends a request and waits for the whole answer. Redirects are not followed: a request with a key goes where it was
  /// meant to go. Cancelling the task ends the exchange.
  public func send(_ request: HTTPRequestDescription) async -> TransportOutcome {
    var plan = TransferPlan(request, proxy: proxies.proxy(for: request.url))
    plan.certificateFile = certificateFile
    switch await Self.run(Transfer(plan)) {
    case .response(let response): return .response(response)
    case .failed(let failure): return .failed(failure)
    }
  }

  /// Runs a transfer whose plan is sound.
  static func run(_ transfer: Transfer) async -> TransferEnd {
    let plan = transfer.plan
    if let defect = plan.defect { return .failed(TransportFailure(.invalidRequest, .notSent, defect)) }
    // Behind a proxy the resolved address is not ours to see; a literal one still is.
    if plan.proxy != nil, !plan.allowsPrivateAddresses, let address = NetworkAddress(plan.url.host), !address.isPublic {
      return .failed(TransportFailure(.blockedAddress, .notSent, "\(address) is not a public address"))
    }
    switch await engine() {
    case .success(let engine): return await engine.run(transfer)
    case .failure(let failure): return .failed(TransportFailure(.library, .notSent, "\(failure)"))
    }
  }

  /// Lets a transfer go on that waited for its file.
  static func resume(_ transfer: Transfer) { sharedEngine?.resume(transfer) }

  private static var sharedEngine: CurlEngine?

  static func engine() async -> Result<CurlEngine, CurlLibraryFailure> {
    if let sharedEngine { return .success(sharedEngine) }
    let library = await Blocking.run { CurlLibrary.shared }
    // Another request may have been here meanwhile.
    if let sharedEngine { return .success(sharedEngine) }
    return library.flatMap { library in
      guard let engine = CurlEngine(library) else { return .failure(.setup) }
      sharedEngine = engine
      return .success(engine)
    }
  }
}
