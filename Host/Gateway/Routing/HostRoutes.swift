// SPDX-License-Identifier: Apache-2.0

/// The routes that the host serves by itself. Fixed words beat ids: `edits` is never the id of a video.
enum HostRoutes {
  enum Result: Sendable {
    case found(WireFormat, Route.Action, pattern: String)
    case wrongMethod(WireFormat, allowed: [String])
    case none
  }

  static func match(_ method: String, _ segments: [String]) -> Result {
    switch segments.first {
    case nil: return choose(method, .unified, "/", ["GET": .welcome])
    case "v1": return versioned(method, Array(segments.dropFirst()), isPrefixed: true)
    // Clients whose base URL lacks the version.
    case "videos", "video", "models": return versioned(method, segments, isPrefixed: false)
    case "healthz" where segments.count == 1: return choose(method, .unified, "/healthz", ["GET": .health])
    case "readyz" where segments.count == 1: return choose(method, .unified, "/readyz", ["GET": .ready])
    case "metrics" where segments.count == 1: return choose(method, .unified, "/metrics", ["GET": .metrics])
    case "openapi.json" where segments.count == 1: return choose(method, .unified, "/openapi.json", ["GET": .openAPI])
    case "callbacks" where segments.count == 2:
      return choose(method, .unified, "/callbacks/{token}", ["POST": .callback(segments[1])])
    default: return .none
    }
  }

  private static func versioned(_ method: String, _ segments: [String], isPrefixed: Bool) -> Result {
    let prefix = isPrefixed ? "/v1" : ""
    switch segments.first {
    case "videos": return videos(method, Array(segments.dropFirst()), "\(prefix)/videos")
    case "video": return unified(method, Array(segments.dropFirst()), "\(prefix)/video/generations")
    case "models" where segments.count == 1: return choose(method, .openai, "\(prefix)/models", ["GET": .models])
    case "models":
      // Some models have a slash in their name.
      return choose(
        method, .openai, "\(prefix)/models/{id}", ["GET": .model(segments.dropFirst().joined(separator: "/"))])
    case "jobs" where isPrefixed: return jobs(method, Array(segments.dropFirst()))
    case "admin" where isPrefixed: return administration(method, Array(segments.dropFirst()))
    case "requests" where isPrefixed && segments.count == 1:
      return choose(method, .unified, "/v1/requests", ["POST": .decode])
    case "plugins" where isPrefixed && segments.count == 1:
      return choose(method, .unified, "/v1/plugins", ["GET": .plugins])
    default: return .none
    }
  }

  private static func videos(_ method: String, _ rest: [String], _ base: String) -> Result {
    switch (rest.first, rest.count) {
    case (nil, _): return choose(method, .openai, base, ["POST": .create, "GET": .list])
    case ("edits"?, 1): return choose(method, .openai, "\(base)/edits", ["POST": .edit])
    case ("extensions"?, 1): return choose(method, .openai, "\(base)/extensions", ["POST": .extend])
    case ("characters"?, _):
      let action = Route.Action.notOffered("Characters are not offered here; give reference images with the request.")
      return choose(method, .openai, "\(base)/characters", ["POST": action, "GET": action])
    case (let id?, 1): return choose(method, .openai, "\(base)/{id}", ["GET": .get(id), "DELETE": .remove(id)])
    case (let id?, 2):
      let pattern = "\(base)/{id}/\(rest[1])"
      switch rest[1] {
      case "content": return choose(method, .openai, pattern, ["GET": .content(id)])
      case "events": return choose(method, .openai, pattern, ["GET": .events(id)])
      case "remix": return choose(method, .openai, pattern, ["POST": .remix(id)])
      case "again": return choose(method, .openai, pattern, ["POST": .again(id)])
      case "cancel": return choose(method, .openai, pattern, ["POST": .cancel(id)])
      default: return .none
      }
    default: return .none
    }
  }

  private static func unified(_ method: String, _ rest: [String], _ base: String) -> Result {
    guard rest.first == "generations" else { return .none }
    switch rest.count {
    case 1: return choose(method, .unified, base, ["POST": .create, "GET": .list])
    case 2:
      return choose(method, .unified, "\(base)/{id}", ["GET": .get(rest[1]), "DELETE": .remove(rest[1])])
    case 3 where rest[2] == "cancel": return choose(method, .unified, "\(base)/{id}/cancel", ["POST": .cancel(rest[1])])
    default: return .none
    }
  }

  private static func jobs(_ method: String, _ rest: [String]) -> Result {
    switch rest.count {
    case 0: return choose(method, .unified, "/v1/jobs", ["GET": .records, "POST": .submit])
    case 1: return choose(method, .unified, "/v1/jobs/{id}", ["GET": .record(rest[0])])
    case 2 where rest[1] == "history":
      return choose(method, .unified, "/v1/jobs/{id}/history", ["GET": .history(rest[0])])
    default: return .none
    }
  }

  private static func administration(_ method: String, _ rest: [String]) -> Result {
    func choose(_ path: String, get: AdministrationRequest? = nil, post: AdministrationRequest? = nil) -> Result {
      let wanted = method == "HEAD" ? "GET" : method
      if let request = wanted == "GET" ? get : wanted == "POST" ? post : nil {
        return .found(.unified, .administer(request), pattern: "/v1/admin/\(path)")
      }
      return .wrongMethod(
        .unified,
        allowed: (get == nil ? [] : ["GET"]) + (post == nil ? [] : ["POST"])
          + (get == nil ? [] : ["HEAD"]))
    }
    let id = rest.dropFirst().first ?? ""
    switch (rest.first, rest.count, rest.last) {
    case ("tokens", 1, _): return choose("tokens", get: .tokens, post: .createToken)
    case ("tokens", 2, _): return choose("tokens/{id}", get: .token(id))
    case ("tokens", 3, "revoke"): return choose("tokens/{id}/revoke", post: .revokeToken(id))
    case ("tokens", 3, "webhook"):
      return choose(
        "tokens/{id}/webhook", get: .webhookAddress(ofToken: id), post: .setWebhookAddress(ofToken: id))
    case ("webhooks", 1, _): return choose("webhooks", get: .webhooks)
    case ("webhooks", 2, _): return choose("webhooks/{id}", get: .webhook(id))
    case ("webhooks", 3, "resend"): return choose("webhooks/{id}/resend", post: .resendWebhook(id))
    case ("jobs", 3, "settle"): return choose("jobs/{id}/settle", post: .settleJob(id))
    case ("configuration", 1, _): return choose("configuration", get: .configuration)
    case ("credentials", 1, _): return choose("credentials", get: .credentials)
    case ("credentials", 3, "test"): return choose("credentials/{id}/test", post: .testCredentials(id))
    default: return .none
    }
  }

  /// GET stands for HEAD too.
  private static func choose(
    _ method: String, _ format: WireFormat, _ pattern: String, _ actions: KeyValuePairs<String, Route.Action>
  ) -> Result {
    let wanted = method == "HEAD" ? "GET" : method
    if let found = actions.first(where: { $0.key == wanted }) { return .found(format, found.value, pattern: pattern) }
    var allowed = actions.map { $0.key }.sorted()
    if allowed.contains("GET") { allowed.append("HEAD") }
    return .wrongMethod(format, allowed: allowed)
  }
}
