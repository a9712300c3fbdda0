// SPDX-License-Identifier: Apache-2.0

import EventLoop
public import Network
public import Store
public import VideoDocuments

/// How a job's account reaches its provider. Where it goes is the job's own `connection`, as it was bought with.
public struct JobRoute: Sendable {
  /// Put before the path of every step.
  public var pathPrefix: String
  /// Hosts beside the base URL's that steps may name; `*.` matches any subdomain.
  public var allowedHosts: [String]
  /// Signs with the account's secrets, and keeps them out of messages.
  public var signer: Signer

  public init(pathPrefix: String = "", allowedHosts: [String] = [], signer: Signer) {
    self.pathPrefix = pathPrefix
    self.allowedHosts = allowedHosts
    self.signer = signer
  }

  public init(profile: ProfileFacts, signer: Signer) {
    self.init(pathPrefix: profile.pathPrefix, allowedHosts: profile.allowedHosts, signer: signer)
  }
}

/// Knows the accounts. Fails with kind `auth` when the account or its secrets are gone.
public protocol JobRoutes: Sendable {
  @LoopActor func route(for job: JobRecord) async throws(Failure) -> JobRoute
}
