// SPDX-License-Identifier: Apache-2.0

/// That a job whose outcome was unknown is the vendor's task of that id, bought with that account. Only one job can be.
public struct UpstreamClaim: Sendable, Hashable {
  /// The field that a failure of the store names.
  public static let field = "upstream_id"

  public var account: String
  public var upstreamID: String

  public init(account: String, upstreamID: String) {
    self.account = account
    self.upstreamID = upstreamID
  }
}
