// SPDX-License-Identifier: Apache-2.0

/// The routes for keys that may administer the gateway, as the document describes them.
enum AdministrationOperations {
  static let all: [OpenAPIOperation] = [
    operation("GET", "tokens", "listTokens", "The keys of the gateway's callers", reply: "CallerKeyPage"),
    operation(
      "POST", "tokens", "createToken", "Make a key; its secrets are in this answer alone", body: "CallerKeyRequest",
      reply: "CallerKey"),
    operation("GET", "tokens/{id}", "getToken", "One key, by its id or name", reply: "CallerKey"),
    operation("POST", "tokens/{id}/revoke", "revokeToken", "Take a key's rights, for good", reply: "CallerKey"),
    operation(
      "GET", "tokens/{id}/webhook", "getWebhookAddress", "Where a key's webhooks go that name no address",
      reply: "WebhookAddress"),
    operation(
      "POST", "tokens/{id}/webhook", "setWebhookAddress", "Let them go elsewhere", body: "WebhookAddress",
      reply: "WebhookAddress"),
    operation(
      "GET", "webhooks", "listWebhooks", "Webhooks, newest first",
      parameters: ["WebhookLimit", "WebhookCaller", "WebhookState"], reply: "WebhookPage"),
    operation("GET", "webhooks/{id}", "getWebhook", "One webhook, by its id or its job's", reply: "Webhook"),
    operation("POST", "webhooks/{id}/resend", "resendWebhook", "Send one now", reply: "Webhook"),
    operation(
      "POST", "jobs/{id}/settle", "settleJob",
      "Say what became of a job whose outcome is unknown: any caller's, by its id", body: "Settlement", reply: "Job"),
    operation(
      "GET", "configuration", "getConfiguration", "The configuration in force, without secrets", reply: "Configuration"),
    operation(
      "GET", "credentials", "listCredentials", "Which of the providers' credentials are known", reply: "ObjectList"),
    operation(
      "POST", "credentials/{id}/test", "testCredentials", "Ask a plugin's providers whether they accept them",
      reply: "ObjectList"),
  ]

  private static func operation(
    _ method: String, _ path: String, _ name: String, _ summary: String, parameters: [String] = [], body: String? = nil,
    reply: String
  ) -> OpenAPIOperation {
    OpenAPIOperation(
      method: method, path: "/v1/admin/\(path)", name: name, tag: "administration", summary: summary,
      parameters: (path.contains("{id}") ? ["Id"] : []) + parameters, body: body.map { [$0] } ?? [],
      replies: [(200, "It.", .json([reply]))], failure: "UnifiedFailure")
  }
}
