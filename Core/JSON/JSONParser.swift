// SPDX-License-Identifier: Apache-2.0

/// One reading of one document. Recursive descent: the depth limit bounds the stack.
struct JSONParser {
  /// What went wrong where; line and column are found only for the caller.
  struct Fault: Error {
    let reason: JSONParseFailure.Reason
    let offset: Int
  }

  let base: UnsafePointer<UInt8>
  let end: Int
  let limits: JSONLimits
  var position = 0
  private var depth = 0
  private var valuesLeft: Int

  init(_ base: UnsafePointer<UInt8>, _ count: Int, _ limits: JSONLimits) {
    self.base = base
    end = count
    self.limits = limits
    valuesLeft = limits.maximumValues
  }

  mutating func document() throws(Fault) -> JSON {
    if end >= 3, base[0] == 0xEF, base[1] == 0xBB, base[2] == 0xBF {
      throw Fault(reason: .byteOrderMark, offset: 0)
    }
    skipWhiteSpace()
    let result = try value()
    skipWhiteSpace()
    if position < end { throw Fault(reason: .trailingContent, offset: position) }
    return result
  }

  /// Reads the value that starts at the position.
  private mutating func value() throws(Fault) -> JSON {
    guard position < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    if valuesLeft == 0 { throw Fault(reason: .tooManyValues(limit: limits.maximumValues), offset: position) }
    valuesLeft -= 1
    switch base[position] {
    case UInt8(ascii: "\""): return .string(try string())
    case UInt8(ascii: "{"): return try object()
    case UInt8(ascii: "["): return try array()
    case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
    case UInt8(ascii: "t"):
      try word("true")
      return .bool(true)
    case UInt8(ascii: "f"):
      try word("false")
      return .bool(false)
    case UInt8(ascii: "n"):
      try word("null")
      return .null
    default: throw unexpected()
    }
  }

  private mutating func array() throws(Fault) -> JSON {
    try enter()
    var elements: [JSON] = []
    if try !skip(emptyUntil: UInt8(ascii: "]")) {
      repeat {
        if elements.count == limits.maximumMembers {
          throw Fault(reason: .tooManyMembers(limit: limits.maximumMembers), offset: position)
        }
        elements.append(try value())
      } while try skipComma(orEnd: UInt8(ascii: "]"))
    }
    depth -= 1
    return .array(elements)
  }

  private mutating func object() throws(Fault) -> JSON {
    try enter()
    var list = MemberList()
    if try !skip(emptyUntil: UInt8(ascii: "}")) {
      repeat {
        if list.members.count == limits.maximumMembers {
          throw Fault(reason: .tooManyMembers(limit: limits.maximumMembers), offset: position)
        }
        let start = position
        guard position < end, base[position] == UInt8(ascii: "\"") else { throw unexpected() }
        let key = try string()
        let earlier = list.position(of: key)
        if earlier != nil, limits.duplicateKeys == .refused {
          throw Fault(reason: .duplicateKey(key), offset: start)
        }
        skipWhiteSpace()
        guard position < end, base[position] == UInt8(ascii: ":") else { throw unexpected() }
        position += 1
        skipWhiteSpace()
        let value = try value()
        if earlier == nil {
          list.append(key, value)
        } else {
          list.put(key, value)
        }
      } while try skipComma(orEnd: UInt8(ascii: "}"))
    }
    depth -= 1
    return .object(JSONObject(distinct: list.members))
  }

  private mutating func number() throws(Fault) -> JSON {
    let start = position
    switch scanNumber(base, from: start, to: end) {
    case .number(let numberEnd):
      guard numberEnd - start <= limits.maximumNumberBytes else {
        throw Fault(reason: .numberTooLong(limit: limits.maximumNumberBytes), offset: start)
      }
      position = numberEnd
      let text = String(decoding: UnsafeBufferPointer(start: base + start, count: numberEnd - start), as: UTF8.self)
      return .number(JSONNumber(validText: text))
    case .invalid(let place): throw Fault(reason: .invalidNumber, offset: place)
    case .truncated: throw Fault(reason: .unexpectedEnd, offset: end)
    }
  }

  private mutating func word(_ word: StaticString) throws(Fault) {
    for index in 0..<word.utf8CodeUnitCount {
      guard position < end, base[position] == word.utf8Start[index] else { throw unexpected() }
      position += 1
    }
  }

  /// Goes past the opening bracket or brace.
  private mutating func enter() throws(Fault) {
    if depth >= limits.maximumDepth { throw Fault(reason: .tooDeep(limit: limits.maximumDepth), offset: position) }
    depth += 1
    position += 1
    skipWhiteSpace()
  }

  /// Goes past the closing byte if the container has nothing in it.
  private mutating func skip(emptyUntil closing: UInt8) throws(Fault) -> Bool {
    guard position < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    guard base[position] == closing else { return false }
    position += 1
    return true
  }

  /// Goes past a comma (true) or the closing byte (false).
  private mutating func skipComma(orEnd closing: UInt8) throws(Fault) -> Bool {
    skipWhiteSpace()
    guard position < end else { throw Fault(reason: .unexpectedEnd, offset: end) }
    let byte = base[position]
    guard byte == UInt8(ascii: ",") || byte == closing else { throw unexpected() }
    position += 1
    if byte == closing { return false }
    skipWhiteSpace()
    return true
  }

  @inline(__always)
  private mutating func skipWhiteSpace() {
    while position < end {
      switch base[position] {
      case 0x20, 0x0A, 0x0D, 0x09: position += 1
      default: return
      }
    }
  }

  func unexpected() -> Fault {
    position < end
      ? Fault(reason: .unexpectedByte(base[position]), offset: position) : Fault(reason: .unexpectedEnd, offset: end)
  }
}
