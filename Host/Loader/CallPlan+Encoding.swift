// SPDX-License-Identifier: Apache-2.0

// The one encoding of arguments, for the channel to a worker and for calls in-process: in declared order, a scalar as 8
// bytes (little-endian, signed values extended, a double as its bits), text and bytes as a 64-bit length and the bytes.
// `host`, `out` and what nobody supplies and has no default take no bytes.

extension CallPlan {
  /// A request frame: room for the header (`WireFrame.headerBytes`, zero as yet), then the arguments.
  public func frame(for values: [String: PluginArgument]) throws(ArgumentFailure) -> [UInt8] {
    var frame = [UInt8](repeating: 0, count: WireFrame.headerBytes)
    try encode(values, into: &frame)
    return frame
  }

  /// Appends the frame's payload to `frame`. A value is needed for every required parameter; values that no parameter
  /// asks for are left out.
  public func encode(_ values: [String: PluginArgument], into frame: inout [UInt8]) throws(ArgumentFailure) {
    let start = frame.count
    for argument in arguments where argument.isInFrame {
      let given = argument.isNobodys ? nil : values[argument.name]
      let value = given ?? argument.defaultValue
      switch argument.type {
      case .text, .bytes:
        let bytes: [UInt8]
        switch (argument.type, value) {
        case (.text, .text(let text)): bytes = text
        case (.bytes, .bytes(let raw)): bytes = raw
        case (_, .none) where argument.isOptional: bytes = []
        case (_, .none): throw .missing(operation: operation, parameter: argument.name)
        default: throw .mismatch(operation: operation, parameter: argument.name, type: argument.type)
        }
        if case .role(.random) = argument.source, !bytes.isEmpty, bytes.count != Role.randomByteCount {
          throw .mismatch(operation: operation, parameter: argument.name, type: argument.type)
        }
        frame.appendLittleEndian(UInt64(bytes.count))
        frame.append(contentsOf: bytes)
      case .i32, .i64, .u32, .u64, .f64, .bool:
        guard let value else {
          guard argument.isOptional else { throw .missing(operation: operation, parameter: argument.name) }
          frame.appendLittleEndian(UInt64(0))
          continue
        }
        guard let bits = value.scalar(as: argument.type) else {
          throw .mismatch(operation: operation, parameter: argument.name, type: argument.type)
        }
        frame.appendLittleEndian(bits)
      case .host, .out:
        continue
      }
      guard frame.count - start <= CallPlan.maximumFrameBytes else {
        throw .tooLarge(operation: operation, bytes: frame.count - start)
      }
    }
  }

  /// Refuses names that an extra operation does not declare, so that a misspelt flag is not silently dropped.
  public func checkNames(of values: [String: PluginArgument]) throws(ArgumentFailure) {
    for name in values.keys.sorted() where Role(rawValue: name) == nil {
      guard arguments.contains(where: { $0.name == name && $0.isCallers }) else {
        throw .unknown(operation: operation, parameter: name)
      }
    }
  }
}

extension CallPlan.Argument {
  /// Whether the frame holds a value for it.
  var isInFrame: Bool {
    guard type.travels else { return false }
    if case .nobody = source { return defaultValue != nil }
    return true
  }

  var isNobodys: Bool {
    if case .nobody = source { return true }
    return false
  }

  /// Whether the caller of an extra operation gives it.
  public var isCallers: Bool {
    if case .caller = source { return true }
    return false
  }
}

extension [UInt8] {
  /// Appends a number, least significant byte first.
  @inlinable public mutating func appendLittleEndian(_ value: some FixedWidthInteger) {
    Swift.withUnsafeBytes(of: value.littleEndian) { append(contentsOf: $0) }
  }
}
