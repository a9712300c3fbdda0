// SPDX-License-Identifier: Apache-2.0

import Dialects
import Network
import VideoDocuments

/// Every route of the gateway: the host's own, and those that the plugins' manifests declare.
///
/// A plugin's routes stand under its mount, and at the vendor's own paths too: some clients take a host and no path. Of
/// two routes that fit, the one with more fixed words wins, then the host's.
struct RouteTable: Sendable {
  private let mounted: RouteMatcher
  private let vendors: RouteMatcher
  /// The plugins' mounts with the first of their routes, whose shape errors beneath the mount have.
  private let mounts: [(prefix: String, format: WireFormat)]

  init(_ manifests: [Manifest]) {
    mounted = RouteMatcher(manifests, at: .gateway)
    vendors = RouteMatcher(manifests, at: .vendor)
    var mounts: [(prefix: String, format: WireFormat)] = []
    for manifest in manifests {
      guard let dialect = manifest.dialect, let first = dialect.routes.first,
        !mounts.contains(where: { $0.prefix == dialect.mount })
      else { continue }
      mounts.append((dialect.mount, .plugin(id: manifest.id, route: first.name)))
    }
    self.mounts = mounts
  }

  /// Finds the route. `path` and `query` are as they came; HEAD asks for what GET would answer.
  func match(method: String, path: String, query: String) throws(RouteMiss) -> Route {
    guard let segments = RouteMatcher.segments(of: path), let items = QueryItem.parse(query) else {
      throw RouteMiss(reason: .badTarget, format: format(of: path))
    }
    let method = method == "HEAD" ? "GET" : method
    let host = HostRoutes.match(method, segments)
    let pairs = items.map { NameValuePair($0.name, $0.value) }
    do throws(RouteMatcher.Miss) {
      return Self.route(try mounted.match(method: method, segments: segments, query: pairs))
    } catch {
      let vendor = try? vendors.match(method: method, segments: segments, query: pairs)
      if let vendor, vendor.literalCount > host.fixedWords ?? -1 { return Self.route(vendor) }
      switch host {
      case .found(let format, let action, let pattern):
        return Route(
          format: format, action: action, pattern: pattern, head: RequestHead(method: method, path: path, query: pairs))
      case .wrongMethod(let format, let allowed):
        throw RouteMiss(reason: .wrongMethod(allowed: allowed), format: format)
      case .none: throw RouteMiss(reason: Self.reason(error), format: format(of: path))
      }
    }
  }

  private static func route(_ match: RouteMatcher.Match) -> Route {
    Route(
      format: .plugin(id: match.pluginID, route: match.route),
      action: match.notOffered.map { .notOffered($0) } ?? .decoded, pattern: match.pattern, head: match.head)
  }

  private static func reason(_ miss: RouteMatcher.Miss) -> RouteMiss.Reason {
    switch miss {
    case .notFound: .notFound
    // HEAD asks for what GET would answer.
    case .wrongMethod(let allowed): .wrongMethod(allowed: allowed + (allowed.contains("GET") ? ["HEAD"] : []))
    case .badTarget: .badTarget
    }
  }

  /// Whose shape an error at that path has.
  private func format(of path: String) -> WireFormat {
    let path = "/" + path.split(separator: "/").joined(separator: "/")
    for mount in mounts where path == mount.prefix || path.hasPrefix(mount.prefix + "/") { return mount.format }
    return path.hasPrefix("/v1/videos") || path.hasPrefix("/videos") ? .openai : .unified
  }
}

extension HostRoutes.Result {
  /// How many segments of the pattern are fixed; nil where the host would not answer.
  fileprivate var fixedWords: Int? {
    guard case .found(_, _, let pattern) = self else { return nil }
    return pattern.split(separator: "/").count { !$0.hasPrefix("{") }
  }
}
