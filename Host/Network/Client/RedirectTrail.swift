// SPDX-License-Identifier: Apache-2.0

/// Where a download is on its way through redirects, each of which stays within the download's bounds and is checked as
/// the first URL was.
struct RedirectTrail {
  private static let statuses: Set<Int> = [301, 302, 303, 307, 308]
  /// What a redirect to another origin is told.
  private static let carriedHeaders: Set<String> = ["accept", "user-agent", "range", "if-range", "if-none-match"]

  private(set) var url: HTTPURL
  private let download: DownloadDescription
  private var headers: [HTTPHeader]
  private var redirects = 0

  init(_ download: DownloadDescription, headers: [HTTPHeader]) {
    self.download = download
    self.headers = headers
    url = download.url
  }

  static func isRedirect(_ status: Int) -> Bool { statuses.contains(status) }

  /// How to ask at the present URL.
  func plan(_ client: HTTPClient) -> TransferPlan {
    var plan = TransferPlan(download, url: url, headers: headers, proxy: client.proxies.proxy(for: url))
    plan.certificateFile = client.certificateFile
    return plan
  }

  /// Goes where a redirect leads.
  mutating func follow(_ response: ReceivedResponse) throws(TransportFailure) {
    guard redirects < download.maximumRedirects else {
      throw TransportFailure(
        .redirect, .unknown, "more than \(download.maximumRedirects) redirects", status: response.status)
    }
    let next = try target(of: response)
    if next.origin != url.origin {
      headers = headers.filter { Self.carriedHeaders.contains($0.name.lowercased()) }
    }
    url = next
    redirects += 1
  }

  private func target(of response: ReceivedResponse) throws(TransportFailure) -> HTTPURL {
    func refusal(_ detail: String) -> TransportFailure {
      TransportFailure(.redirect, .unknown, detail, status: response.status)
    }
    guard let location = response.headers.first("location") else { throw refusal("a redirect without a target") }
    let next: HTTPURL
    do throws(HTTPURLFailure) {
      next = try url.resolving(location)
    } catch {
      throw refusal("a redirect to something that is no usable URL")
    }
    guard next.scheme == .https || url.scheme == .http || download.allowsUnencryptedRedirects else {
      throw refusal("a redirect from https to http")
    }
    return next
  }
}
