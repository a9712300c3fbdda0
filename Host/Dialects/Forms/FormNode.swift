// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// A value under construction from the fields of a form.
indirect enum FormNode: Hashable {
  case text(String)
  case list([FormNode])
  case object([Member])

  struct Member: Hashable {
    var name: String
    var value: FormNode
  }

  /// Members of which a request has one; whatever else is repeated becomes a list.
  static let single: Set<String> = UnifiedDialect.members.subtracting(Self.lists)

  /// Members that may be repeated.
  private static let lists: Set<String> = ["image", "images", "videos", "audios", "multi_prompt"]

  /// Puts a text at a place, making what leads there.
  mutating func insert(_ text: String, at path: ArraySlice<FormName.Segment>, of name: FormName) throws(Failure) {
    let rest = path.dropFirst()
    switch (path.first, self) {
    case (nil, _): try repeated(text, name)
    case (.member(let key), .object(var members)):
      // Taken out of the state, so that its buffers are not copied.
      self = .object([])
      if let index = members.firstIndex(where: { $0.name == key }) {
        try members[index].value.insert(text, at: rest, of: name)
      } else {
        members.append(Member(name: key, value: try Self.made(text, at: rest, of: name)))
      }
      self = .object(members)
    case (.element, .list(var elements)):
      self = .list([])
      if let last = elements.indices.last, elements[last].hasRoom(at: rest) {
        try elements[last].insert(text, at: rest, of: name)
      } else {
        elements.append(try Self.made(text, at: rest, of: name))
      }
      self = .list(elements)
    // `images=A` and `images[]=B`.
    case (.element, .text): self = .list([self, try Self.made(text, at: rest, of: name)])
    default:
      throw Failure(
        .invalid, "The form field \(name.text) is given both as a value and in parts.", field: name.text,
        advice: "Give it in one way.")
    }
  }

  private static func made(
    _ text: String, at path: ArraySlice<FormName.Segment>, of name: FormName
  ) throws(Failure) -> FormNode {
    var node: FormNode
    switch path.first {
    case nil: return .text(text)
    case .member: node = .object([])
    case .element: node = .list([])
    }
    try node.insert(text, at: path, of: name)
    return node
  }

  /// Whether a list's last element takes one more value: `shots[][a]=1&shots[][b]=2` is one shot, and a second
  /// `shots[][a]` begins the next.
  private func hasRoom(at path: ArraySlice<FormName.Segment>) -> Bool {
    switch (path.first, self) {
    case (.member(let key), .object(let members)):
      guard let present = members.first(where: { $0.name == key }) else { return true }
      return present.value.hasRoom(at: path.dropFirst())
    case (.element, .list): return true
    default: return false
    }
  }

  /// A field that stands in the form again.
  private mutating func repeated(_ text: String, _ name: FormName) throws(Failure) {
    switch self {
    case .text(let present):
      if Self.isSingle(name) {
        guard present != text else { return }
        throw Failure(
          .invalid, "The form field \(name.text) is given twice, with different values.", field: name.text,
          advice: "Give it once.")
      }
      self = .list([self, .text(text)])
    case .list(let elements): self = .list(elements + [.text(text)])
    case .object:
      throw Failure(
        .invalid, "The form field \(name.text) is given both as a value and in parts.", field: name.text,
        advice: "Give it in one way.")
    }
  }

  private static func isSingle(_ name: FormName) -> Bool {
    guard name.segments.count == 1 else { return false }
    return single.contains(name.text)
  }

  /// The finished value of the member `name`; nil within lists and for the whole.
  func json(name: String?) -> JSON {
    switch self {
    case .text(let text):
      // People write whole objects and lists into one field, but a prompt may begin with a bracket.
      guard let name, !Self.plain.contains(name), let start = text.first(where: { !$0.isWhitespace }),
        start == "{" || start == "[", let value = try? JSON(parsing: text), value.object != nil || value.array != nil
      else { return .string(text) }
      return value
    case .list(let elements): return .array(elements.map { $0.json(name: nil) })
    case .object(let members):
      if name != nil, let elements = Self.numbered(members) { return .array(elements.map { $0.json(name: nil) }) }
      return .object(JSONObject(members.map { ($0.name, $0.value.json(name: $0.name)) }))
    }
  }

  /// Members whose text is never anything but text.
  private static let plain: Set<String> = ["prompt", "negative_prompt", "model", "user"]

  /// The members in their order where they are numbered from 0 without a gap, as some clients write lists.
  private static func numbered(_ members: [Member]) -> [FormNode]? {
    var elements = [FormNode?](repeating: nil, count: members.count)
    for member in members {
      guard let index = Int(member.name), String(index) == member.name, elements.indices.contains(index) else {
        return nil
      }
      elements[index] = member.value
    }
    return elements.isEmpty ? nil : elements.compactMap { $0 }
  }
}
