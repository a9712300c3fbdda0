// SPDX-License-Identifier: Apache-2.0

/// Everything that decides how a transfer is set up; made from a request or a download.
struct TransferPlan: Sendable {
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

  var hasLowSpeedLimit: Bool { lowSpeed != nil }

  /// libcurl's buffer for answers: most are small, and thousands may wait at once.
  static let answerBufferBytes = 4 * 1024
  /// libcurl's buffer for media.
  static let mediaBufferBytes = 128 * 1024

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
    allowsPrivateAddresses = download.allowsPrivateAddresses
    self.proxy = proxy
    lowSpeed = (download.lowSpeedBytesPerSecond, download.lowSpeedSeconds)
    bufferBytes = Self.mediaBufferBytes
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
