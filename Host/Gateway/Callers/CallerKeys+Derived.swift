// SPDX-License-Identifier: Apache-2.0

import Network

/// What else is derived from the master key; each use has a label of its own, so that none can stand for another.
extension CallerKeys {
  /// Signs webhooks to callers.
  public var webhookSecrets: WebhookSecrets { WebhookSecrets(masterKeys: [master.bytes]) }
  /// Signs links to clips.
  public var linkKey: [UInt8] { HMACSHA256.code(key: master.bytes, message: "links") }
}
