// SPDX-License-Identifier: Apache-2.0

/// The closed list of types that a declared parameter can have (`Core/ABI/provider.h`).
public enum ParameterType: String, Sendable, Hashable, CaseIterable {
  case i32
  case i64
  case u32
  case u64
  case f64
  case bool
  case text
  case bytes
  case host
  case out

  /// How many C parameters stand for it: text and bytes are a pointer and a length.
  public var parameterCount: Int {
    switch self {
    case .text, .bytes: 2
    case .i32, .i64, .u32, .u64, .f64, .bool, .host, .out: 1
    }
  }

  /// Whether a value for it travels in the frame; `host` and `out` belong to the side that makes the call.
  public var travels: Bool {
    switch self {
    case .host, .out: false
    case .i32, .i64, .u32, .u64, .f64, .bool, .text, .bytes: true
    }
  }
}

/// What the host supplies by itself when an operation declares it. Each role's type is fixed for ever.
public enum Role: String, Sendable, Hashable, CaseIterable {
  case request
  case connection
  case task
  case state
  case head
  case body
  case route
  case nowMilliseconds = "now_ms"
  case random
  case outcome
  case prices
  case out
  case host

  /// How many bytes `random` carries.
  public static let randomByteCount = 32

  public var type: ParameterType {
    switch self {
    case .request, .connection, .task, .state, .head, .route, .outcome, .prices: .text
    case .body, .random: .bytes
    case .nowMilliseconds: .i64
    case .out: .out
    case .host: .host
    }
  }
}
