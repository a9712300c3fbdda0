// SPDX-License-Identifier: Apache-2.0

import Synchronization

/// Carries a list from the event loop to the main thread.
final class Handover<Element: Sendable>: Sendable {
  private let elements = Mutex<[Element]>([])
  var value: [Element] { elements.withLock { $0 } }
  func add(_ element: Element) { elements.withLock { $0.append(element) } }
  func set(_ all: [Element]) { elements.withLock { $0 = all } }
}

typealias JobWordList = Handover<String>
typealias FindingList = Handover<DoctorCommand.Finding>
