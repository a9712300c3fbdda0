// SPDX-License-Identifier: Apache-2.0

import Jobs
import Network
public import VideoDocuments

/// Finds the plugin's route that a request is for: by method, path and query members.
public struct RouteMatcher: Sendable {
  /// Where dialects are served.
  public enum Mount: Sendable, Hashable {
    /// Under `DialectFacts.mount`, as a gateway serves all of them side by side.
    case gateway
    /// Under `DialectFacts.vendorMount`, as at the vendor's own host.
    case vendor
  }

  /// A route that was found.
  public struct Match: Sendable {
    public var pluginID: String
    /// What `decode` and `encode` are given as the route.
    public var route: String
    /// The head as `decode` gets it, without headers: the caller adds those that a plugin may see.
    public var head: RequestHead
    /// The mount and the path of the route, such as `/acme/tasks/{id}`.
    public var pattern: String
    /// How many segments of the pattern are fixed words: between two dialects under one address, more of them win.
    public var literalCount: Int
    /// The sentence about a call of the vendor's that is not served.
    public var notOffered: String?
  }

  /// Why no route was found.
  public enum Miss: Error, Sendable, Hashable {
    case notFound
    /// The path exists with other methods.
    case wrongMethod(allowed: [String])
    /// Broken percent-encoding, or segments that no path may have.
    case badTarget
  }

  private struct Entry: Sendable {
    var pluginID: String
    var route: RouteFacts
    var mountSegments: Int
    var pattern: RoutePattern
    var text: String
    /// In capitals.
    var method: String
    var literalCount: Int
  }

  private let entries: [Entry]
  /// Which of them have so many segments.
  private let entriesOfLength: [Int: [Int]]

  /// The routes of the plugins' dialects. Two plugins under one mount: the first in path order wins where both match.
  public init(_ manifests: [Manifest], at mount: Mount) {
    var entries: [Entry] = []
    for manifest in manifests {
      guard let dialect = manifest.dialect else { continue }
      let prefix = mount == .gateway ? dialect.mount : dialect.vendorMount
      for route in dialect.routes {
        let pattern = RoutePattern("\(prefix)/\(route.path)")
        entries.append(
          Entry(
            pluginID: manifest.id, route: route, mountSegments: RoutePattern(prefix).segments.count, pattern: pattern,
            text: prefix + route.path, method: route.method.uppercased(), literalCount: pattern.literalCount))
      }
    }
    self.entries = entries
    entriesOfLength = Dictionary(grouping: entries.indices) { entries[$0].pattern.segments.count }
  }

  /// Finds the route. `path` and `query` are as they came, percent-encoded, without `?`. More literal segments beat
  /// fewer, then more query members, then the order of the manifests.
  public func match(method: String, path: String, query: String = "") throws(Miss) -> Match {
    guard let segments = RoutePattern.segments(of: path), let items = QueryItem.parse(query) else { throw .badTarget }
    return try match(method: method, segments: segments, query: items.map { NameValuePair($0.name, $0.value) })
  }

  /// The same for a path and a query that were decoded already.
  public func match(method: String, segments: [String], query pairs: [NameValuePair]) throws(Miss) -> Match {
    var best: (index: Int, parameters: [NameValuePair])?
    var allowed: [String] = []
    for index in entriesOfLength[segments.count] ?? [] {
      guard let parameters = entries[index].pattern.match(segments) else { continue }
      guard entries[index].route.query.allSatisfy({ pairs.first($0.name) == $0.value }) else { continue }
      guard entries[index].method == method else {
        if !allowed.contains(entries[index].method) { allowed.append(entries[index].method) }
        continue
      }
      if let best, rank(index) <= rank(best.index) { continue }
      best = (index, parameters)
    }
    guard let best else { throw allowed.isEmpty ? .notFound : .wrongMethod(allowed: allowed) }
    let entry = entries[best.index]
    let rest = segments.dropFirst(entry.mountSegments)
    return Match(
      pluginID: entry.pluginID, route: entry.route.name,
      head: RequestHead(
        method: method, path: "/" + rest.joined(separator: "/"), parameters: best.parameters, query: pairs),
      pattern: entry.text, literalCount: entry.literalCount, notOffered: entry.route.notOffered)
  }

  private func rank(_ index: Int) -> (Int, Int) { (entries[index].literalCount, entries[index].route.query.count) }

  /// The decoded segments of a path as it came; nil for what no route may see.
  public static func segments(of path: String) -> [String]? { RoutePattern.segments(of: path) }

  /// Headers that prove who the caller is: no plugin sees them.
  public static let secretHeaders: Set<String> = [
    "authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key", "api-key", "x-security-token",
    "x-goog-api-key",
  ]

  /// The headers that a plugin's `decode` may see.
  public static func visible(_ headers: [NameValuePair]) -> [NameValuePair] {
    headers.filter { !secretHeaders.contains($0.name.lowercased()) }
  }
}
