// SPDX-License-Identifier: Apache-2.0

import OrderedJSON

/// One method of one path, as the document describes it.
struct OpenAPIOperation {
  /// A body or an answer.
  enum Content {
    /// JSON by one of these schemas.
    case json([String])
    /// The bytes of a clip or picture.
    case media
    case events
    case text
    case nothing
  }

  var method: String
  /// A pattern such as `/v1/videos/{id}`.
  var path: String
  /// Unique; what generated clients call it.
  var name: String
  var tag: String
  var summary: String
  /// Names of parameters in the components.
  var parameters: [String] = []
  /// Further parameters, written out.
  var ownParameters: [JSON] = []
  /// Schemas of the body; empty: it has none.
  var body: [String] = []
  var takesForms = false
  var isBodyRequired = true
  var replies: [(status: Int, meaning: String, content: Content)] = []
  /// Schema of answers that are errors.
  var failure: String
  var isPublic = false

  var json: JSON {
    var object: JSONObject = ["operationId": .string(name), "tags": [.string(tag)], "summary": .string(summary)]
    let named = parameters.map { JSON.object(["$ref": .string("#/components/parameters/\($0)")]) }
    if !(named + ownParameters).isEmpty { object["parameters"] = .array(named + ownParameters) }
    if !body.isEmpty {
      var content: JSONObject = ["application/json": ["schema": OpenAPISchema.any(body)]]
      if takesForms { content["multipart/form-data"] = ["schema": OpenAPISchema.any(body)] }
      object["requestBody"] = ["required": .bool(isBodyRequired), "content": .object(content)]
    }
    object["responses"] = responses
    if isPublic { object["security"] = [] }
    return .object(object)
  }

  private var responses: JSON {
    var responses = JSONObject()
    for reply in replies {
      var response: JSONObject = ["description": .string(reply.meaning), "headers": headers]
      switch reply.content {
      case .json(let schemas): response["content"] = ["application/json": ["schema": OpenAPISchema.any(schemas)]]
      case .media:
        response["content"] = .object(
          JSONObject(["video/*", "image/*", "audio/*", "application/octet-stream"].map { ($0, JSON.object([:])) }))
      case .events: response["content"] = ["text/event-stream": ["schema": OpenAPISchema.any(["ServerSentEvent"])]]
      case .text: response["content"] = ["text/plain": ["schema": ["type": "string"]]]
      case .nothing: break
      }
      responses[String(reply.status)] = .object(response)
    }
    for failure in OpenAPIFailures.all where responses[failure.status] == nil && (!isPublic || failure.isForAll) {
      responses[failure.status] = ["$ref": .string("#/components/responses/\(failure.name(self.failure))")]
    }
    return .object(responses)
  }

  private var headers: JSON {
    var headers: JSONObject = ["X-Request-Id": ["$ref": "#/components/headers/RequestId"]]
    guard !isPublic else { return .object(headers) }
    for name in ["X-Filmgate-Warnings", "Retry-After", "openai-poll-after-ms", "Idempotency-Replayed"] {
      headers[name] = ["$ref": .string("#/components/headers/\(name)")]
    }
    return .object(headers)
  }
}

/// References to schemas.
enum OpenAPISchema {
  static func any(_ names: [String]) -> JSON {
    let references = names.map { JSON.object(["$ref": .string("#/components/schemas/\($0)")]) }
    return references.count == 1 ? references[0] : ["anyOf": .array(references)]
  }
}

/// The statuses with which every route may refuse or fail.
struct OpenAPIFailures {
  var status: String
  var meaning: String
  /// Whether routes that ask for no key answer so too.
  var isForAll = false
  /// Whether a message may be refused so before anybody looks at its path; then a text says why.
  var isOfHTTP = false

  func name(_ schema: String) -> String { "\(schema).\(status)" }

  static let all = [
    OpenAPIFailures(
      status: "400", meaning: "The request cannot be understood, or asks for what the model cannot do.",
      isForAll: true, isOfHTTP: true),
    OpenAPIFailures(status: "401", meaning: "There is no proof of who the caller is, or a wrong one."),
    OpenAPIFailures(status: "402", meaning: "The account, or the caller's budget, is used up."),
    OpenAPIFailures(status: "403", meaning: "The caller's key is not for this."),
    OpenAPIFailures(status: "404", meaning: "There is no such path, task or model.", isForAll: true),
    OpenAPIFailures(status: "405", meaning: "The path has other methods; Allow lists them.", isForAll: true),
    OpenAPIFailures(
      status: "409", meaning: "It contradicts what is there: an idempotency key used twice, a task over."),
    OpenAPIFailures(status: "410", meaning: "It was there, and is gone for good."),
    OpenAPIFailures(status: "413", meaning: "The body is too large.", isForAll: true, isOfHTTP: true),
    OpenAPIFailures(status: "429", meaning: "Too many requests or jobs at the moment; Retry-After says when."),
    OpenAPIFailures(status: "500", meaning: "A defect of the gateway or of its machine.", isForAll: true),
    OpenAPIFailures(status: "502", meaning: "The provider failed, or did not accept the gateway's account."),
    OpenAPIFailures(
      status: "503", meaning: "The provider cannot be reached, a plugin failed, or there is too much to do.",
      isForAll: true, isOfHTTP: true),
    OpenAPIFailures(
      status: "504", meaning: "It is not known whether the provider took the task: do not send it again."),
    OpenAPIFailures(
      status: "4XX", meaning: "The message is not one that is taken here.", isForAll: true, isOfHTTP: true),
    OpenAPIFailures(
      status: "5XX", meaning: "The message needs what is not spoken here.", isForAll: true, isOfHTTP: true),
  ]
}
