// SPDX-License-Identifier: Apache-2.0
import Glibc

/// Which proxy a request goes through, by the variables that curl reads too. Decided here and not by libcurl, because the
/// check of addresses must know whether it sees the proxy's or the target's.
public struct ProxySettings: Sendable, Hashable {
  /// For `http` targets (`http_proxy`), for `https` ones (`https_proxy`), and for both (`all_proxy`).
  public var http: String?
  public var https: String?
  public var all: String?
  /// Hosts to reach directly (`no_proxy`): names with their subdomains, addresses, ranges such as `10.0.0.0/8`, or `*`.
  public var exceptions: [String]

  public init(http: String? = nil, https: String? = nil, all: String? = nil, exceptions: [String] = []) {
    self.http = http
    self.https = https
    self.all = all
    self.exceptions = exceptions
  }

  /// Reads the environment. `HTTP_PROXY` in capitals is not read: a web server's CGI sets it from a request's header.
  public static func environment() -> ProxySettings {
    func value(_ names: String...) -> String? {
      for name in names {
        if let text = getenv(name).map({ String(cString: $0) }), !text.isEmpty { return text }
      }
      return nil
    }
    let exceptions = value("no_proxy", "NO_PROXY") ?? ""
    return ProxySettings(
      http: value("http_proxy"), https: value("https_proxy", "HTTPS_PROXY"), all: value("all_proxy", "ALL_PROXY"),
      exceptions: exceptions.split(whereSeparator: { $0 == "," || $0 == " " }).map { $0.lowercased() })
  }

  /// The proxy for `url`, or nil to connect directly. This machine is never reached through one.
  public func proxy(for url: HTTPURL) -> String? {
    guard let proxy = (url.scheme == .http ? http : https) ?? all, !url.isLoopback, !isException(url.host) else {
      return nil
    }
    return proxy
  }

  private func isException(_ host: String) -> Bool {
    let address = NetworkAddress(host)
    return exceptions.contains { entry in
      if entry == "*" { return true }
      if let address { return Self.contains(entry, address) }
      let name = entry.hasPrefix(".") ? String(entry.dropFirst()) : entry
      return !name.isEmpty && (host == name || host.hasSuffix("." + name))
    }
  }

  /// Whether `entry`, an address or a range, holds `address`.
  private static func contains(_ entry: String, _ address: NetworkAddress) -> Bool {
    let parts = entry.split(separator: "/", maxSplits: 1).map(String.init)
    guard let first = parts.first, let network = NetworkAddress(first), network.bytes.count == address.bytes.count
    else {
      return false
    }
    var bits = network.bytes.count * 8
    if parts.count == 2 {
      guard let given = CalendarTime.number(parts[1].utf8), given <= bits else { return false }
      bits = given
    }
    for index in 0..<bits where (network.bytes[index / 8] ^ address.bytes[index / 8]) & (0x80 >> (index % 8)) != 0 {
      return false
    }
    return true
  }
}

extension HTTPURL {
  /// Whether the URL names this machine: `localhost`, a name under it, or a loopback address.
  public var isLoopback: Bool {
    host == "localhost" || host.hasSuffix(".localhost") || NetworkAddress(host)?.isLoopback == true
  }

  /// Whether the URL names an address outside the public Internet, this machine, or a name that only a local network knows.
  /// For an account's base URL: if it is private itself, links from its service may be too.
  public var isPrivate: Bool {
    if isLoopback { return true }
    if let address = NetworkAddress(host) { return !address.isPublic }
    return !host.contains(".") || host.hasSuffix(".local") || host.hasSuffix(".internal")
  }
}
