// SPDX-License-Identifier: Apache-2.0

/// Why one operation of a plugin is disabled; the others are not affected.
public enum BindingFailure: Error, Sendable, Hashable {
  /// A required parameter is neither a role of this host nor a typed parameter of an extra operation.
  case unknownRole(operation: String, role: String)
  /// A type outside the closed list.
  case unknownType(operation: String, parameter: String, type: String)
  /// A role declared with a type that is not its own.
  case roleType(operation: String, role: Role, type: String)
  /// More C parameters than a call can have.
  case tooManyParameters(operation: String, count: Int)
  /// A default that is not a value of the parameter's type.
  case badDefault(operation: String, parameter: String, type: ParameterType)
  /// The library has no such symbol.
  case missingSymbol(operation: String, symbol: String)
  /// libffi refused the call interface.
  case refusedInterface(operation: String)

  /// One sentence for people that names the cause.
  public var sentence: String {
    switch self {
    case .unknownRole(let operation, let role):
      "The operation \(operation) is disabled: it requires “\(role)”, which this host does not know."
    case .unknownType(let operation, let parameter, let type):
      "The operation \(operation) is disabled: its parameter “\(parameter)” has the type “\(type)”, which is not one of "
        + ParameterType.allCases.map(\.rawValue).joined(separator: ", ") + "."
    case .roleType(let operation, let role, let type):
      "The operation \(operation) is disabled: it declares “\(role.rawValue)” as \(type), but its type is "
        + "\(role.type.rawValue)."
    case .tooManyParameters(let operation, let count):
      "The operation \(operation) is disabled: its parameters take \(count) C parameters (text and bytes take two "
        + "each), and at most \(CallPlan.maximumParameters) are possible."
    case .badDefault(let operation, let parameter, let type):
      "The operation \(operation) is disabled: the default of its parameter “\(parameter)” is not \(type.indefinite)."
    case .missingSymbol(let operation, let symbol):
      "The operation \(operation) is disabled: the library does not export its symbol “\(symbol)”."
    case .refusedInterface(let operation):
      "The operation \(operation) is disabled: libffi cannot prepare a call with these parameters."
    }
  }
}
