// SPDX-License-Identifier: Apache-2.0

/// Everything that decides how a transfer is set up; made from a request or a download.
struct TransferPlan: Sendable {
  /// What shares a bound on how much goes on at a time: readers of clips, who may be slow, must not hold up a purchase.
  enum Lane: Sendable, Hashable {
    case exchange
    case download
    case stream

    /// Transfers with one host at a time.
    var perHost: Int {
      switch self {
      case .exchange, .download: 32
      case .stream: 512
      }
    }

    /// Transfers at a time.
    var inAll: Int {
      switch self {
      case .exchange: 1024
      case .download: 128
      case .stream: 1024
      }
    }
  }

  var method: String
  var url: HTTPURL
  var headers: [HTTPHeader]
  var body: MessageBody
  /// For the whole exchange; nil for none.
  var timeoutMilliseconds: Int64?
  var connectTimeoutMilliseconds: Int64
  var maximumResponseBytes: Int
  var isRepeatable: Bool
  var allowsPrivateAddresses: Bool
  var version = HTTPRequestDescription.Version.http1
  /// The proxy, or nil to connect directly.
  var proxy: String?
  /// Certificates to trust instead of the system's.
  var certificateFile: String?
  /// Bytes a second and seconds; nil for no limit.
  var lowSpeed: (bytesPerSecond: Int, seconds: Int)?
  /// libcurl's buffer for what it receives.
  var bufferBytes: Int
  var lane: Lane

  var hasLowSpeedLimit: Bool { lowSpeed != nil }

  /// libcurl's buffer for answers: most are small, and thousands may wait at once.
  static let answerBufferBytes = 4 * 1024
  /// libcurl's buffer for media.
  static let mediaBufferBytes = 128 * 1024
  /// libcurl's buffer for media that hundreds may watch at once.
  static let streamBufferBytes = 32 * 1024

  init(_ request: HTTPRequestDescription, proxy: String?) {
    method = request.method
    url = request.url
    headers = request.headers
    body = request.body
    timeoutMilliseconds =
      request.timeoutMilliseconds
      + request.body.contentLength * 1000 / HTTPRequestDescription.slowestUploadBytesPerSecond
    connectTimeoutMilliseconds = request.connectTimeoutMilliseconds
    maximumResponseBytes = request.maximumResponseBytes
    isRepeatable = request.isRepeatable
    allowsPrivateAddresses = request.allowsPrivateAddresses
    version = request.version
    self.proxy = proxy
    bufferBytes = Self.answerBufferBytes
    lane = .exchange
  }

  init(_ download: DownloadDescription, url: HTTPURL, headers: [HTTPHeader], proxy: String?) {
    method = "GET"
    self.url = url
    self.headers = headers
    body = .empty
    timeoutMilliseconds = nil
    connectTimeoutMilliseconds = download.connectTimeoutMilliseconds
    maximumResponseBytes = DownloadDescription.keptRefusalBytes
    isRepeatable = true
    allowsPrivateAddresses = download.allowsPrivateAddresses || url.host == download.knownHost
    self.proxy = proxy
    lowSpeed = (download.lowSpeedBytesPerSecond, download.lowSpeedSeconds)
    bufferBytes = Self.mediaBufferBytes
    lane = .download
  }

  /// For a reader who takes the body as it comes: a slow one is no slow server, so libcurl's own clock is of no use.
  func streamed() -> TransferPlan {
    var plan = self
    plan.lowSpeed = nil
    plan.bufferBytes = Self.streamBufferBytes
    plan.lane = .stream
    return plan
  }

  /// What is wrong with the request itself; nil if nothing is.
  var defect: String? {
    guard (1...16).contains(method.utf8.count), method.utf8.allSatisfy({ (0x41...0x5A).contains($0) }) else {
      return "the method is not upper-case letters"
    }
    for header in headers where !header.isValid { return "a header cannot be written" }
    // These decide where the message ends and whom it is for; both are libcurl's to say.
    for header in headers
    where ["content-length", "transfer-encoding", "connection"].contains(header.name.lowercased()) {
      return "the header \(header.name) is not the caller's to set"
    }
    return nil
  }
}
