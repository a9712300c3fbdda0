// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import ProviderKit
import VideoDocuments

extension VolcProvider {
  /// Where resellers serve the vendor's routes.
  static let relayPrefix = "/volc/v1"

  func createOverRelay(_ call: CreateCall) throws(Failure) -> Step {
    try step(call, prefix: Self.relayPrefix, routes: .prefixed) { ArkModelNames.configured($0, call.connection) }
  }
}
