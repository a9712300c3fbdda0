// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// A value that a reload replaces while others read it.
final class Current<Value: Sendable>: Sendable {
  private let stored: Mutex<Value>

  init(_ value: Value) { stored = Mutex(value) }

  var value: Value { stored.withLock { $0 } }
  func set(_ value: Value) { stored.withLock { $0 = value } }
}
