// SPDX-License-Identifier: Apache-2.0
import OrderedJSON

/// The secret values of one account by name. Printing one, by any route, shows names and never values.
public struct Secrets: Sendable, CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
  /// A value shorter than this is not looked for in texts: it would blot out ordinary words.
  public static let shortestRedactedBytes = 4

  /// What stands in a text where a secret was.
  public static let mask = "***"

  private let values: [String: String]
  private let redactor: Redactor

  public init(_ values: [String: String] = [:]) {
    self.values = values
    redactor = Redactor(Array(values.values))
  }

  /// The value under `name`; nil when there is none, or an empty one.
  public subscript(name: String) -> String? {
    values[name].flatMap { $0.isEmpty ? nil : $0 }
  }

  /// The names that have a value, sorted.
  public var names: [String] { values.filter { !$0.value.isEmpty }.keys.sorted() }

  /// Both sets together; `other` wins where both have a name.
  public func merging(_ other: Secrets) -> Secrets {
    Secrets(values.merging(other.values) { _, new in new })
  }

  /// `text` with every occurrence of a value masked: as it is, percent-encoded, hexadecimal, escaped for JSON, and in
  /// base64 of either alphabet, also inside the base64 of a longer text.
  public func redact(_ text: String) -> String { redactor.redact(text) }

  public var description: String {
    "Secrets(\(names.map { "\($0): \(Self.mask)" }.joined(separator: ", ")))"
  }
  public var debugDescription: String { description }
  public var customMirror: Mirror { Mirror(self, children: []) }
}

/// Finds the forms in which given values may stand in a text.
struct Redactor: Sendable {
  /// By first byte, longest first, so that the longest form at a place is masked; empty when there are none at all.
  private let needles: [[[UInt8]]]

  init(_ values: [String]) {
    var forms: Set<[UInt8]> = []
    for value in values where value.utf8.count >= Secrets.shortestRedactedBytes { forms.formUnion(Self.forms(value)) }
    guard !forms.isEmpty else {
      needles = []
      return
    }
    var table = [[[UInt8]]](repeating: [], count: 256)
    for form in forms.sorted(by: { $0.count > $1.count }) { table[Int(form[0])].append(form) }
    needles = table
  }

  func redact(_ text: String) -> String {
    guard !needles.isEmpty else { return text }
    var text = text
    let masked: [UInt8]? = text.withUTF8 { bytes in
      var output: [UInt8]?
      var index = 0
      while index < bytes.count {
        if let length = matchLength(bytes, at: index) {
          // Most texts hold no secret, and are not copied.
          if output == nil { output = Array(bytes[..<index]) }
          output?.append(contentsOf: Secrets.mask.utf8)
          index += length
        } else {
          output?.append(bytes[index])
          index += 1
        }
      }
      return output
    }
    return masked.map { String(decoding: $0, as: UTF8.self) } ?? text
  }

  /// How long the form is that stands there.
  private func matchLength(_ bytes: UnsafeBufferPointer<UInt8>, at start: Int) -> Int? {
    let forms = needles[Int(bytes[start])]
    for form in forms.indices {
      let count = forms[form].count
      guard count <= bytes.count - start else { continue }
      var length = 1
      while length < count, bytes[start + length] == forms[form][length] { length += 1 }
      if length == count { return count }
    }
    return nil
  }

  private static func forms(_ value: String) -> Set<[UInt8]> {
    let bytes = Array(value.utf8)
    let percent = PercentEncoding.encode(value)
    var texts: Set<String> = [
      value, percent, lowerEscapes(percent), PercentEncoding.encode(value, keepingSlashes: true),
      percent.substituting("%20", by: "+"),
      Hexadecimal.encode(bytes), Hexadecimal.encode(bytes).uppercased(),
    ]
    texts.formUnion(escaped(value))
    // In the base64 of a longer text the value may begin at any of three places of a group. The characters that its
    // neighbours share are left out; what remains is the same whatever stands around it.
    for lead in 0..<3 {
      let padded = [UInt8](repeating: 0, count: lead) + bytes
      for alphabet in [Base64.Alphabet.standard, .url] {
        let encoded = Array(Base64.encode(padded, alphabet).utf8)
        let whole = padded.count * 8 / 6
        let stable = encoded[((lead * 8 + 5) / 6)..<whole]
        if stable.count >= Secrets.shortestRedactedBytes { texts.insert(String(decoding: stable, as: UTF8.self)) }
        if lead == 0 { texts.insert(String(decoding: encoded, as: UTF8.self)) }
      }
    }
    return Set(texts.map { Array($0.utf8) })
  }

  private static func lowerEscapes(_ encoded: String) -> String {
    var left = 0
    return String(
      decoding: encoded.utf8.map { byte in
        defer { left = byte == UInt8(ascii: "%") ? 2 : max(0, left - 1) }
        return left > 0 && (0x41...0x46).contains(byte) ? byte | 0x20 : byte
      }, as: UTF8.self)
  }

  /// As JSON writes it, with and without escaped slashes.
  private static func escaped(_ value: String) -> [String] {
    var plain = ""
    for scalar in value.unicodeScalars {
      switch scalar {
      case "\"": plain += "\\\""
      case "\\": plain += "\\\\"
      default: plain.unicodeScalars.append(scalar)
      }
    }
    return [plain, plain.substituting("/", by: "\\/")]
  }
}
