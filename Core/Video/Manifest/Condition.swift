// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// A test on the fields of a request; all members must hold.
///
/// JSON: `{name: value | [values] | {"present": flag, "minimum"?, "maximum"?}}`. Names are fields and options
/// (`resolution`, `mode`), `scenario` (see `VideoRequest.scenario`), `profile`, and counts of inputs
/// (`count.image`, `count.image.reference`).
public struct Condition: JSONDocument {
  public enum Test: Sendable, Hashable {
    case isOneOf([JSON])
    case isPresent(Bool)
    case isWithin(minimum: Double?, maximum: Double?)
  }

  public var tests: [NamedTest]

  public struct NamedTest: Sendable, Hashable {
    public var name: String
    public var test: Test
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    tests = []
    for (name, value) in reader.object {
      if let list = value.array {
        tests.append(NamedTest(name: name, test: .isOneOf(list)))
      } else if value.object != nil {
        let test = try DocumentReader(value, at: reader.path(of: name))
        if let present = try test.optionalFlag("present") {
          tests.append(NamedTest(name: name, test: .isPresent(present)))
        } else {
          let minimum = try test.optionalNumber("minimum")
          let maximum = try test.optionalNumber("maximum")
          guard minimum != nil || maximum != nil else {
            throw DocumentFailure(
              path: reader.path(of: name), reason: .wrongType(expected: "a test: present, minimum or maximum"))
          }
          tests.append(NamedTest(name: name, test: .isWithin(minimum: minimum, maximum: maximum)))
        }
      } else {
        tests.append(NamedTest(name: name, test: .isOneOf([value])))
      }
    }
  }

  public var json: JSON {
    var object = JSONObject()
    for named in tests {
      switch named.test {
      case .isOneOf(let values): object[named.name] = values.count == 1 ? values[0] : .array(values)
      case .isPresent(let flag): object[named.name] = ["present": .bool(flag)]
      case .isWithin(let minimum, let maximum):
        var range = JSONObject()
        range.add("minimum", minimum)
        range.add("maximum", maximum)
        object[named.name] = .object(range)
      }
    }
    return .object(object)
  }

  /// Whether every test holds for the request as it would be sent through `profile`.
  public func holds(for request: VideoRequest, profile: String?) -> Bool {
    tests.allSatisfy { named in
      let value = Self.value(of: named.name, in: request, profile: profile)
      switch named.test {
      case .isOneOf(let values): return value.map { values.contains($0) } ?? false
      case .isPresent(let flag): return (value != nil) == flag
      case .isWithin(let minimum, let maximum):
        guard let number = value?.double else { return false }
        return number >= (minimum ?? -.infinity) && number <= (maximum ?? .infinity)
      }
    }
  }

  private static func value(of name: String, in request: VideoRequest, profile: String?) -> JSON? {
    switch name {
    case "scenario": return .string(request.scenario)
    case "profile": return profile.map { .string($0) }
    case _ where name.hasPrefix("count."):
      let parts = name.split(separator: ".").map(String.init)
      let matching = request.inputs.filter { input in
        input.kind.rawValue == parts[1] && (parts.count < 3 || input.role == parts[2])
      }
      return .number(JSONNumber(matching.count))
    default: return request.value(of: name)
    }
  }
}
