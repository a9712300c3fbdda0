// SPDX-License-Identifier: Apache-2.0

/// Where the bytes of an asset come from.
public enum AssetSource: Sendable, Hashable {
  /// A file by its path.
  case file(path: String)
  /// Standard input, to its end.
  case standardInput
  /// A `data:` URL in base64. The type it states is not believed.
  case dataURL(String)
  /// Bare base64, as some request bodies carry it.
  case base64(String)
  /// A link, fetched when it is loaded.
  case link(HTTPURL)
  /// Bytes that are here already.
  case bytes([UInt8])

  /// Reads what a user names on the command line: `-`, a `data:` URL, a link, else a path. `file://` is a path too.
  public init(argument: String) throws(AssetFailure) {
    let start = argument.prefix(8).lowercased()
    if argument == "-" {
      self = .standardInput
    } else if start.hasPrefix("data:") {
      self = .dataURL(argument)
    } else if start.hasPrefix("http://") || start.hasPrefix("https://") {
      do throws(HTTPURLFailure) {
        self = .link(try HTTPURL(argument))
      } catch {
        throw .malformedURL(error)
      }
    } else if start.hasPrefix("file:///") {
      self = .file(path: PercentEncoding.decode(argument.dropFirst(7)) ?? String(argument.dropFirst(7)))
    } else {
      self = .file(path: argument)
    }
  }

  /// What messages call it.
  public var name: String {
    switch self {
    case .file(let path): path
    case .standardInput: "standard input"
    case .dataURL: "data URL"
    case .base64: "base64 text"
    case .link(let url): url.withoutQuery
    case .bytes: "bytes"
    }
  }
}
