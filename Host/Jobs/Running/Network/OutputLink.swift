// SPDX-License-Identifier: Apache-2.0

public import Network
public import Store
public import VideoDocuments

/// How the link that a vendor gave for an output may be followed.
public enum OutputLink {
  /// The base URL of an account whose clips are made on this machine, and how their links begin.
  public static let localBaseURL = "local:"
  private static let localPrefix = "file://"

  /// The path of an output that was made on this machine; nil for a link. A vendor's link never reads this machine's
  /// files: that throws.
  public static func localPath(_ output: VideoOutput, of job: JobRecord) throws(Failure) -> String? {
    guard output.url.hasPrefix(localPrefix) else { return nil }
    guard job.connection.baseURL == localBaseURL else {
      throw Failure(.drift, "The provider's link names a file instead of a clip.", isRetryable: false, charged: .yes)
    }
    return String(output.url.dropFirst(localPrefix.count))
  }

  /// The request for an output. It may lead into a private network only for an account that is there itself.
  public static func download(_ output: VideoOutput, of job: JobRecord) throws(Failure) -> DownloadDescription {
    let base = try? HTTPURL(job.connection.baseURL)
    let url: HTTPURL
    do throws(HTTPURLFailure) {
      // Some vendors' stand-ins name a path on their own host.
      url = if let base, output.url.hasPrefix("/") { try base.resolving(output.url) } else { try HTTPURL(output.url) }
    } catch {
      throw Failure(
        .drift, "The provider's link to the clip is not a usable URL.", isRetryable: false, charged: .yes)
    }
    var request = DownloadDescription(url, headers: [HTTPHeader("User-Agent", StepRendering.userAgent)])
    request.allowsPrivateAddresses = base?.isPrivate ?? false
    request.knownHost = base?.host
    // Only who is reached without encryption anyway may send us on without it.
    request.allowsUnencryptedRedirects = base.map { $0.scheme == .http } ?? false
    return request
  }
}
