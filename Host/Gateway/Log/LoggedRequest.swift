// SPDX-License-Identifier: Apache-2.0

import Network

/// What the log says of one request.
public struct LoggedRequest: Sendable {
  public var requestID: String
  public var method: String
  /// The pattern; `unmatched` where there is no such route.
  public var route: String
  /// As they came. The path is written for unmatched routes only: others have ids of their own members, and some carry
  /// what nobody may know.
  public var path: String
  public var query: String?
  public var status: Int
  /// Of the answer's body, where its length is known when it begins.
  public var bytes: UInt64?
  public var nanoseconds: UInt64
  public var peer: String
  /// The id of the caller's key.
  public var keyID: String?
  public var jobID: String?
  public var warningCount: Int
  /// The kind of failure that was answered.
  public var failure: String?
  /// Why, where that is the operator's business.
  public var message: String?

  public init(requestID: String, method: String, route: String, path: String, status: Int, nanoseconds: UInt64) {
    self.requestID = requestID
    self.method = method
    self.route = route
    self.path = path
    self.status = status
    self.nanoseconds = nanoseconds
    peer = ""
    warningCount = 0
  }
}

/// Takes out of queries what nobody may read in a log.
enum LoggedQuery {
  static let maximumBytes = 512
  /// Members whose values say nothing but what is asked for. All others are masked: signatures, tokens, keys, and
  /// whatever clients make up.
  private static let plain: Set<String> = [
    "Action", "Version", "dry_run", "wait", "limit", "after", "before", "order", "variant", "page", "page_num",
    "page_size", "pageNum", "pageSize", "filter.status", "filter.model", "filter.task_ids", "filter.service_tier",
    "status", "model", "expires", "X-Date", "X-Amz-Date", "X-Algorithm",
  ]

  static func masked(_ query: String?) -> String? {
    guard let query, !query.isEmpty else { return nil }
    guard let items = QueryItem.parse(query) else { return Secrets.mask }
    let text = items.map { item in
      plain.contains(item.name)
        ? "\(item.name)=\(item.value)" : "\(item.name.prefix(64))=\(item.value.isEmpty ? "" : Secrets.mask)"
    }.joined(separator: "&")
    return String(decoding: CallerCredentials.masked(text).utf8.prefix(maximumBytes), as: UTF8.self)
  }
}

/// Takes out of paths what may be a secret although no route has them: keys, and the address of a vendor's callback,
/// asked for in another way than vendors do.
enum LoggedPath {
  private static let secretFolder = CallbackAddress.path.split(separator: "/").joined()

  static func masked(_ path: String) -> String {
    let parts = path.split(separator: "/", omittingEmptySubsequences: false)
    guard let index = parts.firstIndex(where: { $0.lowercased() == secretFolder }), index + 1 < parts.count else {
      return CallerCredentials.masked(path)
    }
    return parts[...index].joined(separator: "/") + "/" + Secrets.mask
  }
}
