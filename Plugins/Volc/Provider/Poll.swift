// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import VideoDocuments

extension VolcProvider {
  func pollTask(_ call: TaskCall) throws(Failure) -> Step { try steps(call.state).poll(call) }

  func cancelTask(_ call: TaskCall) throws(Failure) -> Step { try steps(call.state).cancel(call) }

  func readAnswer(_ answer: Answer) throws(Failure) -> Step { try steps(answer.state).resume(answer) }

  private func steps(_ json: JSON) throws(Failure) -> ArkSteps {
    let state = try ArkState(json)
    return ArkSteps(prefix: state.routes == .prefixed ? Self.relayPrefix : "", state: state)
  }
}
