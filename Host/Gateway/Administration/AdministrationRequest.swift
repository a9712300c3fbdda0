// SPDX-License-Identifier: Apache-2.0

/// What may be asked about the gateway itself, by a key that may administer it. Keys and webhooks are named by their
/// ids; keys by their names too, webhooks by their jobs'.
enum AdministrationRequest: Sendable, Hashable {
  case tokens
  case createToken
  case token(String)
  case revokeToken(String)
  /// Where a key's webhooks go when the request names no address.
  case webhookAddress(ofToken: String)
  case setWebhookAddress(ofToken: String)
  case webhooks
  case webhook(String)
  case resendWebhook(String)
  /// Says what became of a job whose outcome is unknown; of any caller's.
  case settleJob(String)
  /// The configuration in force, without secrets.
  case configuration
  /// Which of the providers' credentials are known.
  case credentials
  /// Whether a provider accepts them.
  case testCredentials(String)
}
