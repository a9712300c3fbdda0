// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// The name of a form field, such as `metadata[shots][][prompt]`.
struct FormName {
  enum Segment: Hashable {
    case member(String)
    /// `[]`.
    case element
  }

  let text: String
  /// Never empty; the first is a member.
  let segments: [Segment]

  init(_ text: String, _ limits: FormFields.Limits) throws(Failure) {
    self.text = text
    guard text.utf8.count <= limits.maximumNameBytes else {
      throw Failure(
        .limit, "A form field's name has \(text.utf8.count) bytes; at most \(limits.maximumNameBytes) are accepted.",
        field: "request", advice: "Shorten it.")
    }
    guard let segments = Self.split(text) else {
      throw Failure(
        .invalid, "The form field \(UnifiedDecoder.shown(.string(text))) has no name, or brackets that do not match.",
        field: "request", advice: "Write members as metadata[name] and list elements as images[].")
    }
    guard segments.count <= limits.maximumDepth else {
      throw Failure(
        .limit, "The form field \(UnifiedDecoder.shown(.string(text))) is nested deeper than \(limits.maximumDepth).",
        field: "request", advice: "Make it flatter, or send JSON.")
    }
    self.segments = segments
  }

  private static func split(_ text: String) -> [Segment]? {
    let base = text.prefix { $0 != "[" }
    guard !base.isEmpty, !base.contains("]") else { return nil }
    var segments = [Segment.member(String(base))]
    var rest = text[base.endIndex...]
    while let open = rest.first {
      guard open == "[", let close = rest.firstIndex(of: "]") else { return nil }
      let inner = rest[rest.index(after: rest.startIndex)..<close]
      guard !inner.contains("[") else { return nil }
      segments.append(inner.isEmpty ? .element : .member(String(inner)))
      rest = rest[rest.index(after: close)...]
    }
    return segments
  }
}
