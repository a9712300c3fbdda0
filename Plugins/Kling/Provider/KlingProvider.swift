// SPDX-License-Identifier: Apache-2.0

public import ProviderKit
public import VideoDocuments

/// Kling's video API (the legacy generation: `model_name` in the body, one path per kind), and resellers of it.
public struct KlingProvider: Provider {
  public static var manifest: [UInt8] { PackageResources.manifest_json }

  public init() {}

  public func create(_ call: CreateCall) throws(Failure) -> Step {
    var creation = Creation(call)
    return try creation.step()
  }

  public func poll(_ call: TaskCall) throws(Failure) -> Step { try Self.look(call) }

  public func cancel(_ call: TaskCall) throws(Failure) -> Step { throw Self.cannotCancel }

  public func resume(_ answer: Answer) throws(Failure) -> Step { try Self.read(answer) }

  public func quote(_ request: VideoRequest, prices: PriceTable?) throws(Failure) -> Quote {
    Self.price(request, prices)
  }

  public func decode(_ call: DecodeCall) throws(Failure) -> Intent { try Self.intent(call) }

  public func encode(_ outcome: Outcome, route: String) throws(Failure) -> HTTPReply { Self.reply(outcome) }

  public func callback(_ call: CallbackCall) throws(Failure) -> Step { CallbackHint.step(call) }
}
