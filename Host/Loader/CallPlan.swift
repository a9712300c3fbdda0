// SPDX-License-Identifier: Apache-2.0
public import OrderedJSON
public import VideoDocuments

/// How one declared operation is called: its parameters in order, each with where its value comes from. Host and worker
/// make the same plan from the same manifest, so that what one encodes the other decodes.
public struct CallPlan: Sendable {
  /// C parameters a call can have; text and bytes count twice.
  public static let maximumParameters = 16
  /// Bytes that the arguments of one call can take: a request body of 64 MiB and the documents beside it.
  public static let maximumFrameBytes = 72 << 20

  /// Where an argument's value comes from.
  public enum Source: Sendable {
    /// The host supplies it, under the role's name.
    case role(Role)
    /// The caller of an extra operation supplies it, under the parameter's name.
    case caller
    /// The host knows nothing of it: its default, or zero.
    case nobody
  }

  /// One parameter of the plan.
  public struct Argument: Sendable {
    public let name: String
    public let type: ParameterType
    public let source: Source
    /// Whether zero is passed where there is neither value nor default.
    public let isOptional: Bool
    /// What is passed where no value is given.
    public let defaultValue: PluginArgument?
  }

  public let operation: String
  public let symbol: String
  /// Whether its parameters are named by callers, as flags and fields.
  public let isExtra: Bool
  public let arguments: [Argument]

  /// Resolves each parameter to a role of this host, a value of the caller's, or zero.
  public init(_ declaration: OperationDeclaration) throws(BindingFailure) {
    let operation = declaration.name
    var arguments: [Argument] = []
    arguments.reserveCapacity(declaration.parameters.count)
    var count = 0
    for parameter in declaration.parameters {
      let argument = try CallPlan.resolve(parameter, of: declaration)
      count += argument.type.parameterCount
      arguments.append(argument)
    }
    guard count <= CallPlan.maximumParameters else {
      throw .tooManyParameters(operation: operation, count: count)
    }
    self.operation = operation
    symbol = declaration.symbol
    isExtra = declaration.kind == .extra
    self.arguments = arguments
  }

  private static func resolve(
    _ parameter: ParameterDeclaration, of declaration: OperationDeclaration
  ) throws(BindingFailure) -> Argument {
    let operation = declaration.name
    let name = parameter.name
    if let role = Role(rawValue: name) {
      if let type = parameter.type, type != role.type.rawValue {
        throw .roleType(operation: operation, role: role, type: type)
      }
      return Argument(
        name: name, type: role.type, source: .role(role), isOptional: parameter.isOptional, defaultValue: nil)
    }
    // A parameter that names no type can only be meant as a role, and text is what roles usually are.
    var type = ParameterType.text
    if let written = parameter.type {
      guard let known = ParameterType(rawValue: written) else {
        throw .unknownType(operation: operation, parameter: name, type: written)
      }
      type = known
    }
    var defaultValue: PluginArgument?
    if let written = parameter.defaultValue?.nonNull, type.travels {
      guard let value = PluginArgument(written, as: type) else {
        throw .badDefault(operation: operation, parameter: name, type: type)
      }
      defaultValue = value
    }
    // The opaque two can be asked for under any name.
    if !type.travels {
      return Argument(name: name, type: type, source: .nobody, isOptional: true, defaultValue: nil)
    }
    let isCallers = declaration.kind == .extra && parameter.type != nil
    guard isCallers || parameter.isOptional || defaultValue != nil else {
      throw .unknownRole(operation: operation, role: name)
    }
    return Argument(
      name: name, type: type, source: isCallers ? .caller : .nobody, isOptional: parameter.isOptional,
      defaultValue: defaultValue)
  }
}

extension PluginArgument {
  /// The value that a JSON value stands for, nil where it is not one of the type.
  public init?(_ json: JSON, as type: ParameterType) {
    switch type {
    case .i32, .i64, .u32, .u64:
      guard case .number(let number) = json else { return nil }
      if let value = number.int64 {
        self = .integer(value)
      } else if let value = number.uint64 {
        self = .unsigned(value)
      } else {
        return nil
      }
      guard scalar(as: type) != nil else { return nil }
    case .f64:
      guard let value = json.double, value.isFinite else { return nil }
      self = .number(value)
    case .bool:
      guard let value = json.bool else { return nil }
      self = .flag(value)
    case .text:
      guard let value = json.string else { return nil }
      self = .text(Array(value.utf8))
    case .bytes:
      guard let value = json.string else { return nil }
      self = .bytes(Array(value.utf8))
    case .host, .out:
      return nil
    }
  }

  /// The 64 bits in which a number travels, nil where the value is not one of the type. Signed values are extended.
  func scalar(as type: ParameterType) -> UInt64? {
    switch (type, self) {
    case (.i32, .integer(let value)):
      Int32(exactly: value).map { UInt64(bitPattern: Int64($0)) }
    case (.i32, .unsigned(let value)):
      Int32(exactly: value).map { UInt64(bitPattern: Int64($0)) }
    case (.i64, .integer(let value)):
      UInt64(bitPattern: value)
    case (.i64, .unsigned(let value)):
      Int64(exactly: value).map { UInt64(bitPattern: $0) }
    case (.u32, .integer(let value)):
      UInt32(exactly: value).map { UInt64($0) }
    case (.u32, .unsigned(let value)):
      UInt32(exactly: value).map { UInt64($0) }
    case (.u64, .integer(let value)):
      UInt64(exactly: value)
    case (.u64, .unsigned(let value)):
      value
    case (.f64, .number(let value)):
      value.bitPattern
    case (.f64, .integer(let value)):
      Double(value).bitPattern
    case (.f64, .unsigned(let value)):
      Double(value).bitPattern
    case (.bool, .flag(let value)):
      value ? 1 : 0
    default:
      nil
    }
  }
}
