// SPDX-License-Identifier: Apache-2.0

public import Jobs
import Network
import Store
public import VideoDocuments

/// The address at which a vendor may announce news of one job: nobody else can guess it.
public enum CallbackAddress {
  /// What stands before the token.
  public static let path = "/callbacks/"
  /// Random bytes of a token.
  private static let tokenBytes = 32

  /// Gives a job an address of its own, if its vendor announces news and the gateway can be reached.
  public static func add(to draft: inout JobDraft, manifest: Manifest, settings: GatewayConfiguration) {
    guard settings.usesCallbacks, let base = settings.publicURL, draft.caller != nil,
      manifest.callback?.holds(for: draft.connection.profile) == true
    else { return }
    let token = Base64.encode(SecureRandom.bytes(tokenBytes), .url)
    draft.caller?.callbackToken = token
    draft.connection.callbackURL = (base.hasSuffix("/") ? String(base.dropLast()) : base) + path + token
  }
}
