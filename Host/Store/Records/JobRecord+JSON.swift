// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// The form in which a job is stored, and in which `show --json` prints it.
extension JobRecord: JSONDocument {
  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    state = try reader.word("state")
    task = try reader.document("task")
    pluginID = try reader.text("plugin")
    pluginVersion = try reader.optionalText("plugin_version") ?? ""
    stateVersion = try reader.optionalInteger("state_version") ?? 1
    account = try reader.optionalText("account") ?? ""
    accountKey = try reader.optionalText("account_key")
    connection = try reader.document("connection")
    pluginState = reader.value("plugin_state")
    ledger = try reader.documents("ledger")
    quote = try reader.optionalDocument("quote")
    warnings = try reader.texts("warnings")
    idempotencyKey = try reader.optionalText("idempotency_key")
    requestFingerprint = try reader.optionalText("request_fingerprint") ?? ""
    polling = try reader.optionalDocument("polling") ?? PollingFacts()
    typicalSeconds = try reader.optionalInteger("typical_seconds")
    submitAttempts = try reader.optionalInteger("submit_attempts") ?? 0
    lookFailures = try reader.optionalInteger("look_failures") ?? 0
    collectFailures = try reader.optionalInteger("collect_failures") ?? 0
    trouble = try reader.optionalDocument("trouble")
    nextActionAtMilliseconds = try reader.optionalInteger64("next_action_at_ms")
    acceptedAtMilliseconds = try reader.optionalInteger64("accepted_at_ms")
    isCancelWanted = try reader.optionalFlag("cancel_wanted") ?? false
    isLenient = try reader.optionalFlag("lenient") ?? false
    lease = try reader.optionalDocument("lease")
    assets = try reader.documents("assets")
    outputPath = try reader.optionalText("output_path")
    isOverwriting = try reader.optionalFlag("overwrite") ?? false
    archived = try reader.documents("archived")
    abandonedOutputs = try reader.elements("abandoned_outputs").compactMap { $0.int }
    filesRemovedAtMilliseconds = try reader.optionalInteger64("files_removed_at_ms")
    caller = try reader.optionalDocument("caller")
    revision = try reader.optionalInteger64("revision") ?? 0
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("state", state.rawValue)
    object.add("task", task)
    object.add("plugin", pluginID)
    object.add("plugin_version", pluginVersion)
    object.add("state_version", stateVersion)
    object.add("account", account)
    object.add("account_key", accountKey)
    object.add("connection", connection)
    object.add("plugin_state", pluginState)
    object.add("ledger", ledger)
    object.add("quote", quote)
    object.add("warnings", warnings)
    object.add("idempotency_key", idempotencyKey)
    object.add("request_fingerprint", requestFingerprint)
    object.add("polling", polling)
    object.add("typical_seconds", typicalSeconds)
    object.add("submit_attempts", submitAttempts)
    object.add("look_failures", lookFailures)
    object.add("collect_failures", collectFailures)
    object.add("trouble", trouble)
    object.add("next_action_at_ms", nextActionAtMilliseconds)
    object.add("accepted_at_ms", acceptedAtMilliseconds)
    if isCancelWanted { object["cancel_wanted"] = true }
    if isLenient { object["lenient"] = true }
    object.add("lease", lease)
    object.add("assets", assets)
    object.add("output_path", outputPath)
    if isOverwriting { object["overwrite"] = true }
    object.add("archived", archived)
    if !abandonedOutputs.isEmpty {
      object["abandoned_outputs"] = .array(abandonedOutputs.map { .number(JSONNumber($0)) })
    }
    object.add("files_removed_at_ms", filesRemovedAtMilliseconds)
    object.add("caller", caller)
    object.add("revision", revision)
    return .object(object)
  }
}
