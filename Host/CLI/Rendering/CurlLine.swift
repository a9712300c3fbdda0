// SPDX-License-Identifier: Apache-2.0

/// An HTTP request as a command that a shell can run, secrets masked.
enum CurlLine {
  /// A piece of the body: text, or a file's bytes described.
  enum BodyPiece: Hashable {
    case text(String)
    case asset(path: String, encoding: String)
  }

  static func render(
    method: String, url: String, headers: [(name: String, value: String)], body: [BodyPiece]
  ) -> String {
    var lines = ["curl -sS -X \(method) \(quote(url))"]
    for header in headers { lines.append("  -H \(quote("\(header.name): \(header.value)"))") }
    if let data = data(body) { lines.append("  \(data)") }
    return lines.joined(separator: " \\\n")
  }

  private static func data(_ body: [BodyPiece]) -> String? {
    guard !body.isEmpty else { return nil }
    let hasAssets = body.contains { if case .asset = $0 { true } else { false } }
    guard hasAssets else {
      let text = body.map { if case .text(let text) = $0 { text } else { "" } }.joined()
      return "--data-binary \(quote(text))"
    }
    // A file in the body: let the shell put it there, so that the line still runs.
    let pieces = body.map { piece in
      switch piece {
      case .text(let text): return quote(text)
      case .asset(let path, "raw"): return "\"$(cat \(quote(path)))\""
      case .asset(let path, let encoding) where encoding.hasPrefix("data:"):
        return quote(encoding) + "\"$(base64 -w0 \(quote(path)))\""
      case .asset(let path, _): return "\"$(base64 -w0 \(quote(path)))\""
      }
    }
    return "--data-binary @- < <(printf %s \(pieces.joined()))"
  }

  /// A POSIX shell word.
  static func quote(_ text: String) -> String {
    let plain = text.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_./:=@%+,".contains($0)) }
    if plain, !text.isEmpty { return text }
    return "'" + text.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
  }
}
