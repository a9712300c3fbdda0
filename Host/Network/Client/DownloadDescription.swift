// SPDX-License-Identifier: Apache-2.0

/// A file to fetch from a URL that somebody else named, and the bounds for it.
public struct DownloadDescription: Sendable {
  /// Redirects that are followed.
  public static let defaultMaximumRedirects = 5
  /// Of an answer that is a refusal, this much is kept.
  public static let keptRefusalBytes = 64 * 1024

  /// Where from.
  public var url: HTTPURL
  /// The head. After a redirect to another origin only `Accept` and `User-Agent` are sent on.
  public var headers: [HTTPHeader]
  /// A larger file fails as `tooLarge`; nil for no limit.
  public var maximumBytes: Int64?
  /// For name, connection and handshake.
  public var connectTimeoutMilliseconds = HTTPRequestDescription.defaultConnectTimeoutMilliseconds
  /// Fewer bytes a second than this …
  public var lowSpeedBytesPerSecond = 1024
  /// … for this long fail as `slow`. There is no limit on the whole time while bytes flow.
  public var lowSpeedSeconds = 30
  /// Whether the URL, or a redirect, may lead to a private, loopback or link-local address.
  public var allowsPrivateAddresses = false
  /// A host that was not named by somebody else, and may be reached wherever it is.
  public var knownHost: String?
  /// Whether a redirect may lead from https to http.
  public var allowsUnencryptedRedirects = false
  /// Redirects that are followed, each checked anew.
  public var maximumRedirects = defaultMaximumRedirects
  /// Continue a file of which this many bytes are there already: asks for the rest, and begins anew when the server sends
  /// all of it.
  public var resumeAtByte: Int64 = 0
  /// The entity tag of the first part: the rest is sent only while the file is the same.
  public var resumeEntityTag: String?

  public init(_ url: HTTPURL, headers: [HTTPHeader] = [], maximumBytes: Int64? = nil) {
    self.url = url
    self.headers = headers
    self.maximumBytes = maximumBytes
  }
}

/// How far a download is.
public struct DownloadProgress: Sendable, Hashable {
  /// Bytes of the file so far, with those that were there before.
  public var byteCount: Int64
  /// All bytes, when the server says.
  public var totalBytes: Int64?

  public init(byteCount: Int64, totalBytes: Int64?) {
    self.byteCount = byteCount
    self.totalBytes = totalBytes
  }
}

/// How a download ended.
public enum DownloadOutcome: Sendable, Hashable {
  /// The file is complete: its size, the answer's head, and the URL that redirects led to.
  case complete(byteCount: Int64, headers: [HTTPHeader], url: HTTPURL)
  /// The server answered with a status that brings no file; the body is cut at `keptRefusalBytes`.
  case refused(ReceivedResponse)
  /// The file is incomplete; `byteCount` bytes of it are written and may be continued from.
  case failed(TransportFailure, byteCount: Int64)
}
