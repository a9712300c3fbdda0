// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// A JSON body in which assets stand by reference: the host streams their bytes into place.
public indirect enum BodyTemplate: Sendable {
  case value(JSON)
  case asset(String, BodySegment.Encoding)
  case array([BodyTemplate])
  case object(BodyObject)

  /// The body as text and assets in order; neighbouring texts are joined.
  public var segments: [BodySegment] {
    var segments: [BodySegment] = []
    var text: [UInt8] = []
    append(to: &segments, &text)
    if !text.isEmpty { segments.append(.text(String(decoding: text, as: UTF8.self))) }
    return segments
  }

  private func append(to segments: inout [BodySegment], _ text: inout [UInt8]) {
    switch self {
    case .value(let json): json.write(into: &text)
    case .asset(let id, let encoding):
      text.append(UInt8(ascii: "\""))
      segments.append(.text(String(decoding: text, as: UTF8.self)))
      segments.append(.asset(id, encoding))
      text = [UInt8(ascii: "\"")]
    case .array(let elements):
      text.append(UInt8(ascii: "["))
      for (index, element) in elements.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        element.append(to: &segments, &text)
      }
      text.append(UInt8(ascii: "]"))
    case .object(let object):
      text.append(UInt8(ascii: "{"))
      for (index, member) in object.members.enumerated() {
        if index > 0 { text.append(UInt8(ascii: ",")) }
        JSON.writeString(member.name, into: &text)
        text.append(UInt8(ascii: ":"))
        member.value.append(to: &segments, &text)
      }
      text.append(UInt8(ascii: "}"))
    }
  }
}

/// An ordered object of a body template.
public struct BodyObject: Sendable {
  public private(set) var members: [(name: String, value: BodyTemplate)] = []

  public init() {}

  public var isEmpty: Bool { members.isEmpty }

  /// Sets a member, or with dots one of a nested object (`metadata.sound`); an array is replaced as a whole.
  public mutating func set(_ path: String, _ value: BodyTemplate) {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard let name = parts.first else { return }
    let index = members.firstIndex { $0.name == name }
    var new = value
    if parts.count == 2 {
      var nested = BodyObject()
      if let index, case .object(let existing) = members[index].value { nested = existing }
      nested.set(parts[1], value)
      new = .object(nested)
    }
    if let index { members[index].value = new } else { members.append((name, new)) }
  }

  public mutating func set(_ path: String, _ value: JSON) { set(path, .value(value)) }

  /// Adds an element to the array under a path, which is made when absent.
  public mutating func append(_ element: BodyTemplate, to path: String) {
    if case .array(var elements)? = value(at: path) {
      elements.append(element)
      set(path, .array(elements))
    } else {
      set(path, .array([element]))
    }
  }

  /// The template under a path, or nil.
  public func value(at path: String) -> BodyTemplate? {
    let parts = path.split(separator: ".", maxSplits: 1).map(String.init)
    guard let name = parts.first, let member = members.first(where: { $0.name == name }) else { return nil }
    guard parts.count == 2 else { return member.value }
    guard case .object(let nested) = member.value else { return nil }
    return nested.value(at: parts[1])
  }

  /// The body of an http step.
  public var requestBody: RequestBody {
    .segments(BodyTemplate.object(self).segments, mediaType: "application/json")
  }
}
