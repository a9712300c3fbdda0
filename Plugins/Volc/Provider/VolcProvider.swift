// SPDX-License-Identifier: Apache-2.0

import ArkProtocol
public import ProviderKit
public import VideoDocuments

/// The task API of Volcengine Ark and BytePlus ModelArk in full, with the endpoints that customers make.
public struct VolcProvider: Provider {
  public static var manifest: [UInt8] { PackageResources.manifest_json }

  public init() {}

  public func create(_ call: CreateCall) throws(Failure) -> Step {
    call.connection.profile == Profile.relay ? try createOverRelay(call) : try createAtVendor(call)
  }

  public func poll(_ call: TaskCall) throws(Failure) -> Step { try pollTask(call) }

  public func cancel(_ call: TaskCall) throws(Failure) -> Step { try cancelTask(call) }

  public func resume(_ answer: Answer) throws(Failure) -> Step { try readAnswer(answer) }

  public func quote(_ request: VideoRequest, prices: PriceTable?) throws(Failure) -> Quote {
    Self.pricing.quote(request, prices: prices)
  }

  public func decode(_ call: DecodeCall) throws(Failure) -> Intent { try ArkDecode.decode(call) }

  public func encode(_ outcome: Outcome, route: String) throws(Failure) -> HTTPReply {
    Self.encoder.encode(outcome, route: route)
  }

  public func callback(_ call: CallbackCall) throws(Failure) -> Step { CallbackHint.step(call) }
}

/// The ids of the manifest's profiles.
enum Profile {
  static let official = "official"
  static let byteplus = "byteplus"
  static let relay = "relay"
}
