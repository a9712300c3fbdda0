// SPDX-License-Identifier: Apache-2.0

/// What the configuration's `gateway` section says; everything has a default.
public struct GatewayConfiguration: Sendable, Hashable {
  /// No request can be larger, whatever the configuration says.
  public static let largestBodyBytes = 4 << 30

  /// Address and port to listen on.
  public var listen = "127.0.0.1:8080"
  /// How callers and vendors reach the gateway, such as `https://video.example.com`; nil: as the request's Host says.
  public var publicURL: String?
  /// How long a create request waits for the vendor's word before it is answered as queued.
  public var createWaitMilliseconds: Int64 = 10_000
  /// Of one request, with its media.
  public var maximumBodyBytes = 64 << 20
  public var maximumConnections = 4_096
  /// Of all requests that are received at a time: their media on disk, the rest in memory.
  public var spoolDiskBytes = 4 << 30
  public var spoolMemoryBytes = 128 << 20
  /// How long requests under way may take once the gateway was told to end.
  public var drainMilliseconds: Int64 = 30_000

  /// Whether clips are kept on disk when they are done.
  public var isArchiving = true
  /// Where; nil: beside the database.
  public var archiveFolder: String?
  /// Nil: for ever.
  public var retentionMilliseconds: Int64?
  /// How long a link to a clip works that needs no key.
  public var linkLifetimeMilliseconds: Int64 = 86_400_000

  /// Whether webhooks may go to private addresses.
  public var webhooksMayBePrivate = false
  /// Whether vendors are asked to announce news; needs `publicURL`.
  public var usesCallbacks = true

  public var log = LogConfiguration()

  public init() {}
}
