// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import OrderedJSON
import Store
import VideoDocuments

/// A gateway elsewhere, spoken to with a key of its own.
@LoopActor struct RemoteGateway {
  let base: HTTPURL
  let key: String
  let client: HTTPClient

  /// Answers may take as long as a create request waits, and a little more.
  private static let timeoutMilliseconds: Int64 = 120_000
  private static let maximumResponseBytes = 64 << 20

  /// `--gateway` and `--key`, or the variables; nil where no gateway is named.
  static func named(in session: Session) throws(Failure) -> RemoteGateway? {
    let environment = Locations.processEnvironment()
    guard let address = session.command.value("gateway") ?? environment["FILMGATE_GATEWAY"], !address.isEmpty else {
      return nil
    }
    let base: HTTPURL
    do throws(HTTPURLFailure) {
      base = try HTTPURL(address.hasSuffix("/") ? String(address.dropLast()) : address)
    } catch {
      throw Failure(
        .invalid, "\"\(HTTPURL.maskingUserInformation(address))\" is no http or https address.", field: "gateway",
        advice: "give it as https://video.example.com")
    }
    guard let key = session.command.value("key") ?? environment["FILMGATE_KEY"], !key.isEmpty else {
      throw Failure(
        .authentication, "There is no key for the gateway \(base.hostHeader).", field: "key",
        advice: "set FILMGATE_KEY to a token that its operator made with `filmgate tokens create`")
    }
    return RemoteGateway(base: base, key: key, client: HTTPClient())
  }

  /// Whether a command is to go to a gateway.
  nonisolated static func isNamed(in session: Session) -> Bool {
    let address = session.command.value("gateway") ?? Locations.processEnvironment()["FILMGATE_GATEWAY"]
    return address?.isEmpty == false
  }

  func get(_ path: String) async throws(Failure) -> JSON { try await ask("GET", path, [], .empty, repeats: true) }

  /// Makes something: sent once, and again only by whoever asks for it.
  func post(
    _ path: String, headers: [HTTPHeader] = [], body: MessageBody = .empty
  ) async throws(Failure) -> JSON {
    try await ask("POST", path, headers, body, repeats: false)
  }

  func post(_ path: String, json: JSON) async throws(Failure) -> JSON {
    try await post(
      path, headers: [HTTPHeader("Content-Type", "application/json")], body: .bytes(json.serialized()))
  }

  /// The elements of a list, each read by `read`.
  func list<Element>(
    _ path: String, _ read: (JSON) throws(DocumentFailure) -> Element
  ) async throws(Failure) -> [Element] {
    var elements: [Element] = []
    for json in try await get(path)["data"]?.array ?? [] {
      elements.append(try document { () throws(DocumentFailure) in try read(json) })
    }
    return elements
  }

  /// What the gateway told, read as a document.
  func document<Document>(_ read: () throws(DocumentFailure) -> Document) throws(Failure) -> Document {
    do throws(DocumentFailure) {
      return try read()
    } catch {
      throw Failure(.drift, "The gateway answered in a way that is not understood: \(error).")
    }
  }

  /// Its models.
  func catalog() async throws(Failure) -> Catalog {
    Catalog(try await manifests().map { CatalogEntry($0) })
  }

  /// Its plugins.
  func manifests() async throws(Failure) -> [Manifest] {
    try await list("/v1/plugins") { (json) throws(DocumentFailure) in try Manifest(json["manifest"] ?? .null) }
  }

  func job(_ id: String, waitSeconds: Int = 0) async throws(Failure) -> JobRecord {
    let wait = waitSeconds > 0 ? "?wait=\(waitSeconds)" : ""
    return try record(try await get("/v1/jobs/\(PercentEncoding.encode(id))\(wait)"))
  }

  /// A job as the gateway tells it; its clips are fetched from the gateway.
  func record(_ json: JSON) throws(Failure) -> JobRecord {
    do throws(DocumentFailure) {
      var job = try JobRecord(json)
      job.connection.baseURL = base.description
      return job
    } catch {
      throw Failure(.drift, "The gateway answered with something that is no job: \(error).")
    }
  }

  private func ask(
    _ method: String, _ path: String, _ headers: [HTTPHeader], _ body: MessageBody, repeats: Bool
  ) async throws(Failure) -> JSON {
    let url: HTTPURL
    do throws(HTTPURLFailure) {
      let root = base.description
      url = try HTTPURL((root.hasSuffix("/") ? String(root.dropLast()) : root) + path)
    } catch {
      throw Failure(.internal, "\(path) makes no address.")
    }
    var request = HTTPRequestDescription(
      method, url,
      headers: [HTTPHeader("Authorization", "Bearer \(key)"), HTTPHeader("Accept", "application/json")]
        + headers, body: body)
    request.isRepeatable = repeats
    request.allowsPrivateAddresses = true
    request.timeoutMilliseconds = Self.timeoutMilliseconds
    request.maximumResponseBytes = Self.maximumResponseBytes
    switch await client.send(request) {
    case .failed(let failure):
      let isUnknown = method == "POST" && failure.delivery != .notSent
      throw Failure(
        isUnknown ? .unknownOutcome : .unreachable,
        "The gateway \(base.hostHeader) gave no answer: \(failure.detail).",
        advice: isUnknown ? "`filmgate jobs` tells whether it took the job; do not submit it again before" : nil,
        charged: isUnknown ? .unknown : .no)
    case .response(let response):
      let json = try? JSON(parsing: response.body)
      guard (200..<300).contains(response.status), let json else {
        throw Self.failure(status: response.status, json, base.hostHeader)
      }
      return json
    }
  }

  /// The failure that the gateway told.
  private static func failure(status: Int, _ json: JSON?, _ host: String) -> Failure {
    let error = json?["error"]
    let code = error?["code"]?.string
    let kind =
      // As it is called where the model is asked for on this machine.
      code == "model_not_found"
      ? .invalid
      : code.flatMap { FailureKind(rawValue: $0) }
        ?? (status == 401 ? .authentication : status == 404 ? .notFound : status >= 500 ? .upstream : .invalid)
    var failure = Failure(
      kind, error?["message"]?.string ?? "The gateway \(host) answered with HTTP \(status).",
      field: error?["param"]?.string)
    failure.vendorCode = error?["vendor_code"]?.string
    failure.advice = advice(failure)
    return failure
  }

  /// The usual advice is about providers' accounts, and it is a key of the gateway's that is not enough here.
  private static func advice(_ failure: Failure) -> String? {
    switch failure.kind {
    case .authentication: "check FILMGATE_KEY; the gateway's operator can make a new key"
    case .permission:
      "use another key: the gateway's operator makes them with `filmgate tokens create`, with --admin for keys that "
        + "may administer it"
    case .balance: "ask the gateway's operator for a larger budget"
    case .invalid where failure.field == "model": "run `filmgate models` to see every model"
    default: nil
    }
  }
}
