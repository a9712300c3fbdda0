// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import Network
import OrderedJSON
import Sandbox
import VideoDocuments

/// A provider that exists nowhere, with a wire format as plain as can be: what the sandbox does without any plugin.
struct ToyProvider: DialectPlugins {
  static let manifest: Manifest = {
    do {
      return try Manifest(JSON(parsing: manifestText))
    } catch {
      preconditionFailure("the toy's manifest is wrong: \(error)")
    }
  }()

  func decode(
    pluginID: String, route: String, head: VideoDocuments.RequestHead, body: [UInt8]
  ) async throws(Failure) -> Intent {
    let id = head.parameters.first("id") ?? ""
    for header in head.headers where header.value.contains("Bearer") || header.name.lowercased() == "x-toy-key" {
      throw Failure(.internal, "A proof reached the plugin.")
    }
    switch route {
    case "create":
      do {
        let json = try JSON(parsing: body)
        return .create(try VideoRequest(json), ledger: [])
      } catch {
        throw Failure(.invalid, "Not a request: \(error)")
      }
    case "get": return .get(id: id, options: JSONObject())
    case "list":
      var filter = TaskFilter()
      filter.pageNumber = head.query.first("page").flatMap { Int($0) } ?? 1
      filter.pageSize = head.query.first("size").flatMap { Int($0) } ?? 20
      filter.phase = head.query.first("phase").flatMap { TaskPhase(rawValue: $0) }
      return .list(filter)
    case "cancel": return .cancel(id: id)
    case "remove": return .remove(id: id)
    case "hello": return .reply(HTTPReply(status: 203, headers: [NameValuePair("X-Toy", "yes")], body: ["hello": true]))
    default: throw Failure(.notFound, "No route \(route).")
    }
  }

  func encode(pluginID: String, route: String, outcome: Outcome) async throws(Failure) -> HTTPReply {
    if route == "broken" { throw Failure(.plugin, "The toy is broken.") }
    guard case .failure(let failure) = outcome.result else { return HTTPReply(body: outcome.json) }
    let status =
      switch failure.kind {
      case .authentication: 401
      case .notFound: 404
      case .rateLimited: 429
      case .upstream: 500
      default: 400
      }
    return HTTPReply(status: status, body: ["toy_error": failure.json, "route": .string(route)])
  }

  static let manifestText = """
    {
      "manifest": 1, "id": "toy", "version": "1.0.0", "name": "Toy", "operations": [],
      "profiles": [
        {"id": "official", "base_url": "https://toy.example", "path_prefix": "/api/v9", "authentication": [
          {"scheme": "jwt-hs256", "secrets": [{"name": "access_key"}, {"name": "secret_key"}]},
          {"scheme": "bearer", "secrets": [{"name": "api_key"}]}]},
        {"id": "signed", "base_url": "https://toy.example", "authentication": [
          {"scheme": "hmac-v4", "parameters": {"label": "HMAC-SHA256", "service": "cv",
            "region": "cn-north-1", "terminator": "request", "date_header": "X-Date",
            "content_hash_header": "X-Content-Sha256", "token_header": "X-Security-Token"},
           "secrets": [{"name": "access_key"}, {"name": "secret_key"}]}]},
        {"id": "header", "authentication": [
          {"scheme": "header", "parameters": {"name": "X-Toy-Key"}, "secrets": [{"name": "api_key"}]}]},
        {"id": "query", "authentication": [
          {"scheme": "query", "parameters": {"name": "key"}, "secrets": [{"name": "api_key"}]}]},
        {"id": "open", "authentication": [{"scheme": "none", "secrets": []}]},
        {"id": "odd", "authentication": [{"scheme": "smoke-signals", "secrets": []}]}
      ],
      "models": [{
        "id": "toy-1",
        "aliases": ["toy"],
        "fields": {
          "prompt": {"type": "text", "maximum_characters": 500},
          "duration_seconds": {"type": "integer", "minimum": 1, "maximum": 10, "default": 2},
          "aspect_ratio": {"type": "text", "values": ["16:9", "1:1"], "default": "16:9"},
          "resolution": {"type": "text", "values": ["120p"], "default": "120p"},
          "audio": {"type": "flag", "default": false}
        },
        "options": {"external_task_id": {"type": "text"}},
        "inputs": [{"kind": "image", "role": "first_frame", "maximum": 1, "formats": ["png", "jpeg"],
          "maximum_bytes": 100000, "minimum_side_pixels": 16}],
        "sizes": {"120p": {"16:9": [208, 120], "1:1": [120, 120]}},
        "frame_rate": 12,
        "price": {"currency": "CNY", "unit": "million_tokens", "rows": [{"amount": "10"}]}
      }],
      "dialect": {
        "name": "toy", "mount": "/toy", "vendor_mount": "/vendor", "authentication": [],
        "routes": [
          {"name": "create", "method": "POST", "path": "/clips"},
          {"name": "list", "method": "GET", "path": "/clips"},
          {"name": "get", "method": "GET", "path": "/clips/{id}"},
          {"name": "hello", "method": "GET", "path": "/clips/hello"},
          {"name": "cancel", "method": "POST", "path": "/clips/{id}/cancel"},
          {"name": "remove", "method": "DELETE", "path": "/clips/{id}"},
          {"name": "broken", "method": "POST", "path": "/", "query": {"Action": "Break"}}
        ]
      }
    }
    """
}
