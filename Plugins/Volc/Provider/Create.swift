// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
import OrderedJSON
import ProviderKit
import VideoDocuments

extension VolcProvider {
  /// Set before the vendor's model ids, so that they do not collide with those of a plugin for the models alone.
  static let modelPrefix = "volc-"
  /// Stands for every endpoint that a customer made; no name at the vendor.
  static let endpointModel = "volc-endpoint"

  func createAtVendor(_ call: CreateCall) throws(Failure) -> Step {
    let isInternational = call.connection.profile == Profile.byteplus
    return try step(call, prefix: "", routes: .ark) { model in
      ArkModelNames.upstream(model, isInternational: isInternational, connection: call.connection)
    }
  }

  func step(
    _ call: CreateCall, prefix: String, routes: ArkState.Routes, name: (String) -> String
  ) throws(Failure) -> Step {
    let model = call.request.model
    guard model != Self.endpointModel else {
      throw Failure(
        .invalid, "\(model) stands for any endpoint; the endpoint itself is to be named.", field: "model",
        advice: "Give its id as the model: ep-….")
    }
    let own = model.hasPrefix(Self.modelPrefix) ? String(model.dropFirst(Self.modelPrefix.count)) : model
    var mapper = FieldMapper(call.request)
    let callbackURL = routes == .ark ? call.connection.callbackURL : nil
    ArkContent.write(&mapper, upstreamModel: name(own), callbackURL: callbackURL, passesUnknown: true)
    let isListed = call.connection.profile == Profile.official
    let state = ArkState(routes, tokenPrice: isListed ? Self.pricing.listPrice(call.request) : nil)
    return ArkSteps(prefix: prefix, state: state).create(mapper)
  }
}
