// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import ProviderKit
import VideoDocuments

/// The smallest provider that is of use: one model, a bearer key, create and poll. README points here.
struct MinimalProvider: Provider {
  static let manifest = Array(
    """
    {
      "manifest": 1, "id": "acme", "version": "1.0.0", "name": "Acme Video", "summary": "Text to video.",
      "operations": [
        {"name": "create", "symbol": "filmgate_create", "parameters": ["request", "connection", "now_ms", "out"]},
        {"name": "poll", "symbol": "filmgate_poll", "parameters": ["task", "state", "connection", "now_ms", "out"]},
        {"name": "resume", "symbol": "filmgate_resume", "parameters": ["state", "head", "body", "now_ms", "out"]}
      ],
      "profiles": [{
        "id": "official", "base_url": "https://api.acme.example",
        "authentication": [{"scheme": "bearer", "secrets": [{"name": "api_key", "environment": ["ACME_API_KEY"]}]}]
      }],
      "models": [{
        "id": "acme-1",
        "fields": {
          "prompt": {"type": "text", "required": true, "maximum_characters": 2000},
          "duration_seconds": {"type": "integer", "minimum": 2, "maximum": 10, "default": 5},
          "aspect_ratio": {"type": "text", "values": ["16:9", "9:16"], "default": "16:9"}
        },
        "price": {"currency": "USD", "unit": "second", "as_of": "2026-11-01", "rows": [{"amount": "0.05"}]}
      }],
      "statuses": {"waiting": "queued", "working": "running", "ready": "succeeded", "broken": "failed"}
    }
    """.utf8)

  func create(_ call: CreateCall) throws(Failure) -> Step {
    var fields = FieldMapper(call.request)
    fields.set("model", .string(call.request.model))
    fields.send("prompt", to: "prompt")
    fields.send("duration_seconds", to: "seconds")
    fields.send("aspect_ratio", to: "ratio")
    return Step(
      .http(HTTPStep("POST", path: "/v1/clips", body: fields.body.requestBody, retry: .never)), ledger: fields.ledger)
  }

  func poll(_ call: TaskCall) throws(Failure) -> Step {
    let id = PathSegment.encode(call.task.upstreamID ?? "")
    return Step(.http(HTTPStep("GET", path: "/v1/clips/\(id)", retry: .safe)))
  }

  func resume(_ answer: Answer) throws(Failure) -> Step {
    switch answer.head.status {
    case 200..<300: break
    case 401: throw Failure(.authentication, "Acme does not accept the key.")
    case 402: throw Failure(.balance, "The Acme account is empty.")
    case 429:
      throw Failure(
        .rateLimited, "Acme asks to slow down.", retryAfterMilliseconds: answer.retryAfterMilliseconds)
    case 400..<500: throw Failure(.invalid, "Acme refused the request.", vendorMessage: answer.json?["error"]?.string)
    default: throw Failure(.upstream, "Acme is out of order.", charged: .unknown)
    }
    guard let json = answer.json, let id = json["id"]?.lenientString, let word = json["state"]?.string else {
      throw Failure(.drift, "Acme answered without an id or a state.", charged: .unknown)
    }
    var update = TaskUpdate(phase(word), upstreamID: id, rawStatus: word)
    if let url = json["url"]?.string { update.outputs = [VideoOutput(url: url)] }
    if update.phase == .failed {
      update.failure = Failure(.upstream, "Acme could not make the clip.", isRetryable: false)
    }
    return Step(.update(update))
  }

  private func phase(_ word: String) -> TaskPhase {
    switch word {
    case "waiting": return .queued
    case "ready": return .succeeded
    case "broken": return .failed
    default: return .running
    }
  }
}
