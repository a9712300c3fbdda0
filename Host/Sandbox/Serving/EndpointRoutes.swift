// SPDX-License-Identifier: Apache-2.0
import Dialects
import VideoDocuments

/// What the paths under an endpoint's base URL lead to.
struct EndpointRoutes: Sendable {
  enum Target: Sendable, Hashable {
    /// A route of the plugin's wire format, by name.
    case dialect(String)
    /// The routes that resellers share, whatever provider stands behind them.
    case unifiedCreate
    case unifiedGet
  }

  static let unifiedPath = "/v1/video/generations"

  private let matchers: [RouteMatcher]
  private let prefixes: [String]
  private let unifiedSegments: [String]
  /// For people: every route without the mounts.
  let listing: [String]

  /// The vendor's own paths and those of resellers are served under every profile, with the profile's prefix and
  /// without: which of them a profile speaks is the plugin's business, and a path that nobody asks for does no harm.
  init(_ manifest: Manifest, profile: ProfileFacts) {
    matchers = [RouteMatcher([manifest], at: .vendor), RouteMatcher([manifest], at: .gateway)]
    let prefix = "/" + profile.pathPrefix.split(separator: "/").joined(separator: "/")
    prefixes = prefix == "/" ? [""] : [prefix, ""]
    unifiedSegments = Self.unifiedPath.split(separator: "/").map(String.init)
    var listing: [String] = []
    for route in manifest.dialect?.routes ?? [] {
      let query = route.query.map { "\($0.name)=\($0.value)" }.joined(separator: "&")
      let text = "\(route.method.uppercased()) \(route.path)\(query.isEmpty ? "" : "?\(query)")"
      if !listing.contains(text) { listing.append(text) }
    }
    self.listing = listing + ["POST \(Self.unifiedPath)", "GET \(Self.unifiedPath)/{id}"]
  }

  /// Finds the route of a request. `path` and `query` are what follows the endpoint's base URL, as they came; the head
  /// that is found has no headers yet.
  func match(
    method: String, path: String, query: String
  ) throws(RouteMatcher.Miss) -> (target: Target, head: RequestHead) {
    var miss = RouteMatcher.Miss.notFound
    for prefix in prefixes where prefix.isEmpty || path == prefix || path.hasPrefix(prefix + "/") {
      let rest = path.count == prefix.count ? "/" : String(path.dropFirst(prefix.count))
      if let found = unified(method: method, path: rest) { return found }
      for matcher in matchers {
        do throws(RouteMatcher.Miss) {
          let match = try matcher.match(method: method, path: rest, query: query)
          return (.dialect(match.route), match.head)
        } catch {
          miss = Self.together(miss, error)
        }
      }
    }
    throw miss
  }

  private func unified(method: String, path: String) -> (target: Target, head: RequestHead)? {
    guard path.hasPrefix(Self.unifiedPath) else { return nil }
    let segments = path.split(separator: "/").map(String.init)
    guard segments.starts(with: unifiedSegments) else { return nil }
    let rest = segments.dropFirst(unifiedSegments.count)
    switch (method, rest.count) {
    case ("POST", 0): return (.unifiedCreate, RequestHead(method: method, path: path))
    case ("GET", 1):
      return (
        .unifiedGet,
        RequestHead(method: method, path: path, parameters: [NameValuePair("id", rest.first ?? "")])
      )
    default: return nil
    }
  }

  /// The miss that says more.
  private static func together(_ one: RouteMatcher.Miss, _ other: RouteMatcher.Miss) -> RouteMatcher.Miss {
    switch (one, other) {
    case (.wrongMethod(let left), .wrongMethod(let right)):
      .wrongMethod(allowed: left + right.filter { !left.contains($0) })
    case (.wrongMethod, _): one
    case (_, .notFound): one
    default: other
    }
  }
}
