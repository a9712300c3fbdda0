// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

extension PlanDraft {
  /// Gives every input without a role the one that the model's facts suggest; those that fit nowhere stay without.
  mutating func chooseRoles() {
    // Videos and sounds first: beside them, an image is a reference rather than a frame.
    for index in request.inputs.indices where request.inputs[index].role == nil {
      let kind = request.inputs[index].kind
      guard kind != .image, let role = roles(of: kind).first else { continue }
      assign(role, to: index)
    }
    let open = request.inputs.indices.filter { request.inputs[$0].kind == .image && request.inputs[$0].role == nil }
    for (index, role) in zip(open, imageRoles(count: open.count)) { assign(role, to: index) }
  }

  /// The roles that the model takes for a kind, in the manifest's order, which is that of preference.
  private func roles(of kind: MediaKind) -> [String] { model.inputs.filter { $0.kind == kind }.map { $0.role } }

  /// Roles for so many images without one, in their order; empty when there is no telling.
  private func imageRoles(count: Int) -> [String] {
    guard count > 0 else { return [] }
    let known = roles(of: .image)
    let first = MediaInput.Role.firstFrame
    let last = MediaInput.Role.lastFrame
    let reference = MediaInput.Role.reference
    let taken = Set(request.inputs.filter { $0.kind == .image }.compactMap { $0.role })
    let hasReferences = request.inputs.contains { $0.role == reference }
    if hasReferences, known.contains(reference) { return Array(repeating: reference, count: count) }
    if count == 1 {
      if known.contains(first), !taken.contains(first) { return [first] }
      if taken.contains(first), known.contains(last), !taken.contains(last) { return [last] }
    }
    if taken.isEmpty || taken == [reference] {
      if known.contains(reference) { return Array(repeating: reference, count: count) }
      if count == 2, known.contains(first), known.contains(last) { return [first, last] }
    }
    if known.count == 1 { return Array(repeating: known[0], count: count) }
    return count == 1 && taken.isEmpty ? Array(known.prefix(1)) : []
  }

  private mutating func assign(_ role: String, to index: Int) {
    request.inputs[index].role = role
    ledger.append(LedgerEntry("inputs[\(index)].role", .defaulted, value: .string(role)))
  }
}
