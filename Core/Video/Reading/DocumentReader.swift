// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// Reads the members of one JSON object and says exactly which is missing or of the wrong type.
///
/// Unknown members are ignored: documents grow, and an older reader must not break on a newer writer.
public struct DocumentReader: Sendable {
  public let object: JSONObject
  public let path: String

  /// Throws when `json` is not an object.
  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    guard let object = json.object else {
      throw DocumentFailure(path: path, reason: .wrongType(expected: "an object"))
    }
    self.object = object
    self.path = path
  }

  /// The path of a member, for failures.
  public func path(of key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

  /// The member, or nil when it is absent or null: null means "not given" in every document.
  public func value(_ key: String) -> JSON? {
    guard let value = object[key], !value.isNull else { return nil }
    return value
  }

  public func required(_ key: String) throws(DocumentFailure) -> JSON {
    guard let value = value(key) else { throw DocumentFailure(path: path(of: key), reason: .missing) }
    return value
  }

  private func wrong(_ key: String, _ expected: String) -> DocumentFailure {
    DocumentFailure(path: path(of: key), reason: .wrongType(expected: expected))
  }

  public func text(_ key: String) throws(DocumentFailure) -> String {
    guard let text = try required(key).string else { throw wrong(key, "text") }
    return text
  }

  public func optionalText(_ key: String) throws(DocumentFailure) -> String? {
    guard let value = value(key) else { return nil }
    guard let text = value.string else { throw wrong(key, "text") }
    return text
  }

  public func optionalInteger(_ key: String) throws(DocumentFailure) -> Int? {
    guard let value = value(key) else { return nil }
    guard let integer = value.int else { throw wrong(key, "a whole number") }
    return integer
  }

  public func optionalInteger64(_ key: String) throws(DocumentFailure) -> Int64? {
    guard let value = value(key) else { return nil }
    guard let integer = value.int64 else { throw wrong(key, "a whole number") }
    return integer
  }

  public func optionalNumber(_ key: String) throws(DocumentFailure) -> Double? {
    guard let value = value(key) else { return nil }
    guard let number = value.double else { throw wrong(key, "a number") }
    return number
  }

  public func optionalFlag(_ key: String) throws(DocumentFailure) -> Bool? {
    guard let value = value(key) else { return nil }
    guard let flag = value.bool else { throw wrong(key, "true or false") }
    return flag
  }

  public func optionalObject(_ key: String) throws(DocumentFailure) -> JSONObject? {
    guard let value = value(key) else { return nil }
    guard let object = value.object else { throw wrong(key, "an object") }
    return object
  }

  public func objectReader(_ key: String) throws(DocumentFailure) -> DocumentReader? {
    guard let value = value(key) else { return nil }
    return try DocumentReader(value, at: path(of: key))
  }

  /// The elements of an array member; empty when it is absent.
  public func elements(_ key: String) throws(DocumentFailure) -> [JSON] {
    guard let value = value(key) else { return [] }
    guard let array = value.array else { throw wrong(key, "a list") }
    return array
  }

  public func texts(_ key: String) throws(DocumentFailure) -> [String] {
    var texts: [String] = []
    for element in try elements(key) {
      guard let text = element.string else { throw wrong(key, "a list of texts") }
      texts.append(text)
    }
    return texts
  }

  /// The documents of an array member, each read at its own path.
  public func documents<Document: JSONDocument>(
    _ key: String, as type: Document.Type = Document.self
  ) throws(DocumentFailure) -> [Document] {
    var documents: [Document] = []
    for (index, element) in try elements(key).enumerated() {
      documents.append(try Document(element, at: "\(path(of: key))[\(index)]"))
    }
    return documents
  }

  public func document<Document: JSONDocument>(
    _ key: String, as type: Document.Type = Document.self
  ) throws(DocumentFailure) -> Document {
    try Document(try required(key), at: path(of: key))
  }

  public func optionalDocument<Document: JSONDocument>(
    _ key: String, as type: Document.Type = Document.self
  ) throws(DocumentFailure) -> Document? {
    guard let value = value(key) else { return nil }
    return try Document(value, at: path(of: key))
  }

  /// A member that is one of the cases of a closed list of words.
  public func word<Word: RawRepresentable & CaseIterable>(
    _ key: String, as type: Word.Type = Word.self
  ) throws(DocumentFailure) -> Word where Word.RawValue == String {
    let text = try text(key)
    guard let word = Word(rawValue: text) else {
      throw DocumentFailure(
        path: path(of: key), reason: .unknownValue(text, allowed: Word.allCases.map { $0.rawValue }))
    }
    return word
  }

  public func optionalWord<Word: RawRepresentable & CaseIterable>(
    _ key: String, as type: Word.Type = Word.self
  ) throws(DocumentFailure) -> Word? where Word.RawValue == String {
    value(key) == nil ? nil : try word(key, as: type)
  }
}
