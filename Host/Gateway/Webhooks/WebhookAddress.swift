// SPDX-License-Identifier: Apache-2.0

public import Network
import OrderedJSON
public import VideoDocuments

/// Where a caller wants to be told, as far as that can be judged before the connection: names are resolved, and their
/// addresses judged, when one is made.
public enum WebhookAddress {
  /// Bytes of an address.
  public static let maximumBytes = 2_048
  /// The options of a request that name it. The second is what vendors call it; it must not reach them, for what they
  /// send is theirs.
  public static let optionNames = ["webhook_url", "callback_url"]

  /// Reads an address. `http` is taken too: what is told is no secret, and the signature shows who says it.
  public static func check(
    _ text: String, mayBePrivate: Bool, field: String = "webhook_url"
  ) throws(Failure) -> HTTPURL {
    guard text.utf8.count <= maximumBytes else {
      throw Failure(
        .invalid, "\(field) has \(text.utf8.count) bytes; \(maximumBytes) are the limit.", field: field,
        advice: "Give a shorter address.")
    }
    let url: HTTPURL
    do throws(HTTPURLFailure) {
      url = try HTTPURL(text)
    } catch {
      throw Failure(
        .invalid, "\(field) is no address that can be called: \(reason(error)).", field: field,
        advice: "Give one that begins with https:// or http://.")
    }
    guard !mayBePrivate, isPrivate(url.host) else { return url }
    throw Failure(
      .invalid, "\(field) leads to a private address (\(url.host)), which this gateway does not call.", field: field,
      advice: "Give a public address, or ask the operator to allow private ones (gateway.private_webhooks).")
  }

  /// Takes the address out of a request's options; nil when there is none.
  public static func take(from request: inout VideoRequest, mayBePrivate: Bool) throws(Failure) -> String? {
    var found: String?
    for name in optionNames {
      guard let value = request.options[name] else { continue }
      request.options[name] = nil
      guard found == nil, !value.isNull, value.string != "" else { continue }
      guard let text = value.string else {
        throw Failure(.invalid, "\(name) must be a text.", field: name, advice: "Give an address, or leave it out.")
      }
      found = try check(text, mayBePrivate: mayBePrivate, field: name).description
    }
    return found
  }

  private static func isPrivate(_ host: String) -> Bool {
    if let address = NetworkAddress(host) { return !address.isPublic }
    return host == "localhost" || host.hasSuffix(".localhost")
  }

  private static func reason(_ failure: HTTPURLFailure) -> String {
    switch failure {
    case .empty: "it is empty"
    case .tooLong: "it is too long"
    case .unsupportedScheme: "it begins with neither https:// nor http://"
    case .userInformation: "it holds a user name"
    case .badHost: "its host is no name and no address"
    case .badPort: "its port is not 1 to 65535"
    case .badCharacter(let offset): "a character at byte \(offset) does not belong there"
    case .badEscape(let offset): "the % at byte \(offset) has no two hexadecimal digits behind it"
    }
  }
}
