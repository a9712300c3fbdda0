// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import VideoDocuments

extension SeedanceProvider {
  func pollTask(_ call: TaskCall) throws(Failure) -> Step {
    let state = try ArkState(call.state)
    guard state.routes == .unified else { return try ArkSteps(state: state).poll(call) }
    guard let id = call.task.upstreamID else { throw Failure(.internal, "The task has no id at the reseller.") }
    return UnifiedRelay.poll(upstreamID: id, state: state.json)
  }

  func cancelTask(_ call: TaskCall) throws(Failure) -> Step {
    let state = try ArkState(call.state)
    guard state.routes == .ark else {
      throw Failure(
        .unsupported, "Resellers cannot cancel a task.", advice: "Wait for it, or ignore its result.")
    }
    return try ArkSteps(state: state).cancel(call)
  }

  func readAnswer(_ answer: Answer) throws(Failure) -> Step {
    let state = try ArkState(answer.state)
    guard state.routes == .unified else { return try ArkSteps(state: state).resume(answer) }
    return Step(.update(try readRelay(answer)), state: state.json)
  }

  /// Reads a reseller's answer. The vendor's own task decides where the reseller shows it: the words around it lag.
  private func readRelay(_ answer: Answer) throws(Failure) -> TaskUpdate {
    var update: TaskUpdate
    do throws(Failure) {
      update = try UnifiedRelay.read(answer) { code, message, status in
        ArkErrors.kind(code: code, message: message, status: status)
      }
    } catch {
      throw charged(error, answer)
    }
    guard answer.head.operation != "create" else { return update }
    if let inner = answer.json?.value(at: "data.data.result"), inner["status"]?.string != nil {
      let own = ArkAnswers.read(inner, nowMilliseconds: answer.nowMilliseconds)
      let progress = update.progressPercent
      if own.outputs.isEmpty == false || update.outputs.isEmpty {
        update.outputs = own.outputs
        update.expiresAt = own.expiresAt
      }
      update.failure = own.failure ?? update.failure
      update.usage = own.usage.isEmpty ? update.usage : own.usage
      update.progressPercent = progress
    }
    if !update.outputs.isEmpty, update.expiresAt == nil {
      update.expiresAt = answer.nowMilliseconds / 1_000 + Ark.linkLifetimeSeconds
    }
    return update
  }

  /// A create that ended in somebody's fault may have bought something.
  private func charged(_ failure: Failure, _ answer: Answer) -> Failure {
    var failure = failure
    failure.isRetryable = ArkErrors.isRetryable(code: failure.vendorCode, kind: failure.kind)
    let isFault = answer.head.status >= 500 || answer.head.status == 408
    // A code that names another reason is a refusal, whatever its status.
    if answer.head.operation == "create", isFault, failure.kind == .upstream { failure.charged = .unknown }
    return failure
  }
}
