// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import VideoDocuments

extension SeedanceProvider {
  func createAtVendor(_ call: CreateCall) -> Step {
    var mapper = FieldMapper(call.request)
    let model = ArkModelNames.upstream(
      call.request.model, isInternational: call.connection.profile == Profile.byteplus, connection: call.connection)
    ArkContent.write(
      &mapper, upstreamModel: model, callbackURL: call.connection.callbackURL, passesUnknown: false)
    let isListed = call.connection.profile == Profile.official
    let state = ArkState(.ark, tokenPrice: isListed ? Self.pricing.listPrice(call.request) : nil)
    return ArkSteps(state: state).create(mapper)
  }
}
