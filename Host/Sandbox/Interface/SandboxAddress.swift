// SPDX-License-Identifier: Apache-2.0
public import Network
public import VideoDocuments

/// Where a started sandbox is reached.
public struct SandboxAddress: Sendable {
  public var port: UInt16
  /// One for every profile of every plugin, in the order of the manifests.
  public var endpoints: [SandboxEndpoint]
  /// Profiles that cannot be served, with the reason.
  public var skipped: [SkippedProfile]

  /// A profile that cannot be served.
  public struct SkippedProfile: Sendable {
    public var pluginID: String
    public var profile: String
    public var reason: Failure
  }

  /// The endpoint of a plugin's profile; nil when there is none.
  public func endpoint(pluginID: String, profile: String) -> SandboxEndpoint? {
    endpoints.first { $0.pluginID == pluginID && $0.profile == profile }
  }
}

/// One profile of one plugin, served as if by the vendor.
public struct SandboxEndpoint: Sendable {
  public var pluginID: String
  /// The id of the profile.
  public var profile: String
  /// To use instead of the profile's own base URL; the profile's path prefix follows it as usual.
  public var baseURL: String
  /// What is verified: any of the profile's schemes.
  public var authentication: [AuthenticationFacts]
  /// A value made up for every secret that the schemes need, by its name in the manifest.
  public var secrets: Secrets
}
