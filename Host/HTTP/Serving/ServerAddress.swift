// SPDX-License-Identifier: Apache-2.0

/// Where a server can be reached from the machine that it runs on.
public struct ServerAddress: Sendable, Hashable {
  /// A numeric address, as it was bound; nil for a socket that is a file.
  public let host: String?
  public let port: UInt16

  public init(host: String?, port: UInt16) {
    self.host = host
    self.port = port
  }

  /// Such as `http://127.0.0.1:8080`. Every address of the machine is told as its own loopback address.
  public var baseURL: String {
    switch host {
    case nil: "http://localhost"
    case "0.0.0.0": "http://127.0.0.1:\(port)"
    case "::": "http://[::1]:\(port)"
    case let host? where host.contains(":"): "http://[\(host)]:\(port)"
    case let host?: "http://\(host):\(port)"
    }
  }
}
