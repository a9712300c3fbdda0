// SPDX-License-Identifier: Apache-2.0

/// What else is made from the master key; each use has a label of its own, so that none can stand for another.
extension CallerKeys {
  /// Signs webhooks to callers.
  public var webhookSecrets: WebhookSecrets { WebhookSecrets(masterKeys: [master.bytes]) }

  /// Signs links to clips.
  public func contentLinks(lifetimeMilliseconds: Int64) -> ContentLinks {
    ContentLinks(masterKey: master.bytes, lifetimeMilliseconds: lifetimeMilliseconds)
  }
}
