// SPDX-License-Identifier: Apache-2.0

// Compiled in one module with the reader; see ../run.

/// Reads any bytes. What is accepted must survive writing; what is refused must say a place within the document.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let document = UnsafeRawBufferPointer(start: start, count: count)
  let strict = Result { () throws(JSONParseFailure) in try JSON(parsing: document) }
  let lenient = Result { () throws(JSONParseFailure) in try JSON(parsing: document, limits: .lenient) }
  switch (strict, lenient) {
  case (.success(let value), .success(let other)):
    precondition(value.isIdentical(to: other), "without duplicates both limits read the same")
    checkRoundTrip(value)
  case (.failure(let failure), .success(let value)):
    guard case .duplicateKey = failure.reason else { preconditionFailure("only duplicates may be forgiven") }
    checkPlace(failure, count)
    checkRoundTrip(value)
  case (.failure(let failure), .failure(let other)):
    checkPlace(failure, count)
    checkPlace(other, count)
  case (.success, .failure): preconditionFailure("what is good enough for the default is good enough for all")
  }
  checkText(document, strict)
  return 0
}

private func checkPlace(_ failure: JSONParseFailure, _ count: Int) {
  precondition((0...count).contains(failure.offset), "the place lies within the document")
  precondition(failure.line >= 1 && failure.column >= 1 && failure.line + failure.column <= failure.offset + 2)
  precondition(!failure.description.isEmpty)
}

private func checkRoundTrip(_ value: JSON) {
  let bytes = value.serialized()
  guard let again = try? JSON(parsing: bytes) else { preconditionFailure("what is written can be read") }
  precondition(again == value && again.hashValue == value.hashValue, "and is equal")
  precondition(again.isIdentical(to: value), "to the order and the number texts")
  precondition(again.serialized() == bytes, "and is written as the same bytes")
  guard let pretty = try? JSON(parsing: value.prettyText()) else { preconditionFailure("so can the text for people") }
  precondition(pretty.isIdentical(to: value))
  visit(value)
}

/// No reader may trap on any value.
private func visit(_ value: JSON) {
  _ = (value.lenientString, value.lenientInt, value.lenientDouble, value.lenientBool, value.nonNull)
  if let percent = value.lenientPercent { precondition((0...100).contains(percent)) }
  switch value {
  case .number(let number):
    precondition(JSONNumber(text: number.text) == number)
    if let integer = number.int64 { precondition(Double(integer) == number.double, "both readings agree") }
    if let integer = number.uint64 { precondition(Double(integer) == number.double) }
    if let shortest = JSONNumber(number.double) { precondition(shortest.double == number.double) }
  case .string(let path): _ = value.value(at: path)
  case .array(let elements): elements.forEach(visit)
  case .object(let object):
    for (key, member) in object {
      precondition(object[key] == member, "every member is found by its name")
      _ = value.value(at: key)
      visit(member)
    }
  default: break
  }
}

private func checkText(_ document: UnsafeRawBufferPointer, _ result: Result<JSON, JSONParseFailure>) {
  guard let text = String(validating: document, as: UTF8.self) else {
    if case .success = result { preconditionFailure("no value comes from what is not UTF-8") }
    return
  }
  precondition(Result { () throws(JSONParseFailure) in try JSON(parsing: text) } == result, "text reads like bytes")
  if let number = JSONNumber(text: text) {
    precondition(result == .success(.number(number)), "a number is a document")
  }
}
