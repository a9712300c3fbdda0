// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// What a gateway keeps of the caller who made a job; jobs of a command line have none.
///
/// JSON: `{"key", "format", "route"?, "request_id"?, "model"?, "external_id"?, "remixed_from"?, "webhook_url"?,
/// "callback_token"?, "reservation"?, "refused"?}`.
public struct JobCaller: JSONDocument {
  /// The id of the caller's key: only it sees the job.
  public var keyID: String
  /// The wire format of the create request: `unified`, `openai`, or a plugin's id.
  public var format: String
  /// The plugin's route, where the format is one of a plugin.
  public var route: String?
  public var requestID: String
  /// The model as the caller named it, where the job has another name for it.
  public var model: String?
  /// The caller's own id of the task, where its format has one.
  public var externalID: String?
  /// The job that this one was made from.
  public var remixedFrom: String?
  /// Where the caller wants to be told.
  public var webhookURL: String?
  /// The unguessable part of the path at which the vendor may announce news of this job.
  public var callbackToken: String?
  /// The room that was claimed for it, where the key has limits; see `CallerReservation`.
  public var reservationID: String?
  /// The create request was answered with an error: the caller never got an id, so lists leave the job out.
  public var isRefused: Bool

  public init(keyID: String, format: String, requestID: String) {
    self.keyID = keyID
    self.format = format
    self.requestID = requestID
    isRefused = false
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    keyID = try reader.text("key")
    format = try reader.text("format")
    route = try reader.optionalText("route")
    requestID = try reader.optionalText("request_id") ?? ""
    model = try reader.optionalText("model")
    externalID = try reader.optionalText("external_id")
    remixedFrom = try reader.optionalText("remixed_from")
    webhookURL = try reader.optionalText("webhook_url")
    callbackToken = try reader.optionalText("callback_token")
    reservationID = try reader.optionalText("reservation")
    isRefused = try reader.optionalFlag("refused") ?? false
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("key", keyID)
    object.add("format", format)
    object.add("route", route)
    object.add("request_id", requestID)
    object.add("model", model)
    object.add("external_id", externalID)
    object.add("remixed_from", remixedFrom)
    object.add("webhook_url", webhookURL)
    object.add("callback_token", callbackToken)
    object.add("reservation", reservationID)
    if isRefused { object["refused"] = true }
    return .object(object)
  }
}
