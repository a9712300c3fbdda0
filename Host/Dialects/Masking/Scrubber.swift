// SPDX-License-Identifier: Apache-2.0

import OrderedJSON

/// Cleans a vendor's documents of what callers may not see.
struct Scrubber {
  /// The vendor's id of the task, and ours.
  private let upstreamID: String?
  private let id: String
  /// The vendor's links, and ours.
  private let links: [(url: String, replacement: String)]

  /// Members that hold a credential, or an address that only the vendor is to know.
  static let secretMembers: Set<String> = [
    "authorization", "api_key", "apikey", "access_key", "accesskey", "secret_key", "secretkey", "secret", "token",
    "access_token", "session_token", "security_token", "signature", "password", "callback_url", "callbackurl",
    "webhook_url",
  ]

  /// A shorter id may stand in any text by chance and is replaced only where it is the whole of it.
  private static let shortestEmbeddedBytes = 8

  init(upstreamID: String?, id: String, links: [(url: String, replacement: String)]) {
    self.upstreamID = upstreamID == "" || upstreamID == id ? nil : upstreamID
    self.id = id
    self.links = links.filter { !$0.url.isEmpty }
  }

  func cleaned(_ json: JSON) -> JSON {
    switch json {
    case .string(let text): return .string(cleaned(text))
    case .number(let number):
      guard let upstreamID, upstreamID.utf8.count >= Self.shortestEmbeddedBytes, number.text == upstreamID else {
        return json
      }
      return .string(id)
    case .array(let elements): return .array(elements.map(cleaned))
    case .object(let object): return .object(cleaned(object))
    case .null, .bool: return json
    }
  }

  private func cleaned(_ object: JSONObject) -> JSONObject {
    var result: [(String, JSON)] = []
    for (name, value) in object where !Self.secretMembers.contains(name.lowercased()) {
      result.append((name, cleaned(value)))
    }
    return JSONObject(result)
  }

  func cleaned(_ text: String) -> String {
    if let match = links.first(where: { $0.url == text }) { return match.replacement }
    if text == upstreamID { return id }
    // Some vendors write a document into a text of another.
    if text.utf8.first == UInt8(ascii: "{") || text.utf8.first == UInt8(ascii: "["), let json = try? JSON(parsing: text)
    {
      let clean = cleaned(json)
      return clean == json ? text : clean.text
    }
    var text = LinkText.mapLinks(in: text, cleanedLink)
    if let upstreamID, upstreamID.utf8.count >= Self.shortestEmbeddedBytes {
      text = LinkText.replacing(upstreamID, by: id, in: text)
    }
    return text
  }

  private func cleanedLink(_ url: String) -> String {
    // Ours already: its signature is for the caller.
    if links.contains(where: { $0.replacement == url }) { return url }
    // The same file may be signed for anew in each answer.
    let place = LinkText.place(of: url)
    if let match = links.first(where: { LinkText.place(of: $0.url) == place }) { return match.replacement }
    return LinkText.withoutCredentials(url)
  }
}
