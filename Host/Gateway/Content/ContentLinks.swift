// SPDX-License-Identifier: Apache-2.0

import HTTPServer
import Network

/// Links to one file of one job that need no key: the path, the variant and the end of their life are signed.
public struct ContentLinks: Sendable {
  /// What a request's link is worth.
  public enum Verdict: Sendable, Hashable {
    /// It opens this file.
    case valid(jobID: String, variant: String)
    /// It was ours, and its time is over.
    case expired
    /// It has a signature that is not ours, or not for this.
    case forged
    /// It has no signature: the request has to prove itself otherwise.
    case unsigned
  }

  /// Sets the key apart from whatever else is derived from the master key.
  private static let label = "filmgate content links 1"
  private static let clip = "video"
  /// Links made within a minute are the same, so that lists and repeated answers do not differ.
  private static let roundingSeconds: Int64 = 60

  private let key: [UInt8]
  private let lifetimeSeconds: Int64

  public init(masterKey: [UInt8], lifetimeMilliseconds: Int64) {
    key = HMACSHA256.code(key: masterKey, message: Self.label)
    lifetimeSeconds = max(1, lifetimeMilliseconds / 1_000)
  }

  /// A link that works for the usual time. `variant` nil: the clip itself.
  public func url(base: String, jobID: String, variant: String? = nil, nowMilliseconds: Int64) -> String {
    let end = nowMilliseconds / 1_000 + lifetimeSeconds
    let rounding = lifetimeSeconds > 10 * Self.roundingSeconds ? Self.roundingSeconds : 1
    return url(
      base: base, jobID: jobID, variant: variant ?? Self.clip,
      expiresAtSeconds: (end + rounding - 1) / rounding * rounding)
  }

  /// A link that works until then (unix seconds).
  public func url(base: String, jobID: String, variant: String, expiresAtSeconds: Int64) -> String {
    let root = base.hasSuffix("/") ? String(base.dropLast()) : base
    let query = QueryItem.serialize([
      QueryItem("variant", variant), QueryItem("expires", String(expiresAtSeconds)),
      QueryItem("signature", Base64.encode(signature(jobID, variant, expiresAtSeconds), .url)),
    ])
    return "\(root)/v1/videos/\(jobID)/content?\(query)"
  }

  /// Judges a request's path and query, as they were sent.
  public func verify(path: String, query: String?, nowMilliseconds: Int64) -> Verdict {
    let head = RequestHead(method: "GET", target: path, path: path)
    guard let items = QueryItem.parse(query ?? "") else { return .unsigned }
    guard items.contains(where: { $0.name == "signature" }) else { return .unsigned }
    func single(_ name: String) -> String? {
      let found = items.filter { $0.name == name }
      return found.count == 1 ? found[0].value : nil
    }
    guard let jobID = Self.jobID(head.segments), let variant = single("variant"),
      let expires = single("expires"), expires.utf8.count <= 15, let end = Int64(expires), String(end) == expires,
      let given = single("signature"), let code = try? Base64.decode(given, .url),
      ConstantTime.areEqual(code, signature(jobID, variant, end))
    else { return .forged }
    return nowMilliseconds / 1_000 < end ? .valid(jobID: jobID, variant: variant) : .expired
  }

  /// The id in `/v1/videos/{id}/content`, with or without the version.
  private static func jobID(_ segments: [String]?) -> String? {
    guard var segments else { return nil }
    if segments.first == "v1" { segments.removeFirst() }
    guard segments.count == 3, segments[0] == "videos", segments[2] == "content" else { return nil }
    return segments[1]
  }

  private func signature(_ jobID: String, _ variant: String, _ end: Int64) -> [UInt8] {
    // No part can hold a line feed that shifts another: ids and numbers have none, and the variant stands last.
    HMACSHA256.code(key: key, message: "\(jobID)\n\(end)\n\(variant)")
  }
}
