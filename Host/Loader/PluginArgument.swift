// SPDX-License-Identifier: Apache-2.0

/// A value for one declared parameter.
public enum PluginArgument: Sendable, Hashable {
  /// UTF-8, without a terminating zero.
  case text([UInt8])
  case bytes([UInt8])
  case integer(Int64)
  case unsigned(UInt64)
  case number(Double)
  case flag(Bool)

  /// Text from a string.
  public static func text(_ string: String) -> PluginArgument { .text(Array(string.utf8)) }
}

/// Why values could not be made into a frame; nothing was called.
public enum ArgumentFailure: Error, Sendable, Hashable {
  /// A required parameter has no value.
  case missing(operation: String, parameter: String)
  /// The value is of another kind than the parameter, or outside its range.
  case mismatch(operation: String, parameter: String, type: ParameterType)
  /// A value for a parameter that the operation does not declare as its own.
  case unknown(operation: String, parameter: String)
  /// All values together exceed what one call may carry.
  case tooLarge(operation: String, bytes: Int)

  /// One sentence for people.
  public var sentence: String {
    switch self {
    case .missing(let operation, let parameter):
      "The operation \(operation) needs a value for “\(parameter)”."
    case .mismatch(let operation, let parameter, let type):
      "The value for “\(parameter)” of the operation \(operation) is not \(type.indefinite)."
    case .unknown(let operation, let parameter):
      "The operation \(operation) has no parameter “\(parameter)”."
    case .tooLarge(let operation, let bytes):
      "The arguments of the operation \(operation) take \(bytes) bytes; a call carries at most \(CallPlan.maximumFrameBytes)."
    }
  }
}

extension ParameterType {
  /// The type in a sentence: “a whole number of 32 bits”.
  var indefinite: String {
    switch self {
    case .i32: "a whole number from -2147483648 to 2147483647"
    case .i64: "a whole number of 64 bits"
    case .u32: "a whole number from 0 to 4294967295"
    case .u64: "a whole number from 0 of 64 bits"
    case .f64: "a number"
    case .bool: "true or false"
    case .text: "text"
    case .bytes: "bytes"
    case .host, .out: "something to be given"
    }
  }
}
