// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// What a plugin says of itself: the answer of `filmgate_describe_1`, kept as `manifest.json` beside its code.
///
/// Unknown members are ignored; what a host must understand stands in `requires`.
public struct Manifest: JSONDocument {
  /// The manifest format that this code reads.
  public static let formatVersion = 1
  /// Features of the format that a manifest may require.
  public static let understoodFeatures: Set<String> = []

  public var id: String
  public var version: String
  public var name: String
  public var summary: String
  public var licence: String?
  public var homepage: String?
  public var abiMajor: Int
  public var abiMinor: Int
  public var requires: [String]
  public var operations: [OperationDeclaration]
  public var profiles: [ProfileFacts]
  public var models: [ModelFacts]
  public var dialect: DialectFacts?
  /// Nil when the vendor announces nothing.
  public var callback: CallbackFacts?
  /// Nil where a task can be asked for by the vendor's id alone.
  public var lookup: LookupFacts?
  /// The vendor's status words → canonical phases: documentation and test oracle.
  public var statuses: [NameValuePair]
  public var polling: PollingFacts
  /// Changes when the plugin can no longer read its older task states.
  public var stateVersion: Int

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    guard try reader.optionalInteger("manifest") == Self.formatVersion else {
      throw DocumentFailure(path: reader.path(of: "manifest"), reason: .outOfRange("this host reads format 1"))
    }
    id = try reader.text("id")
    guard Self.isIdentifier(id) else {
      throw DocumentFailure(
        path: reader.path(of: "id"), reason: .wrongType(expected: "an id: a-z, 0-9 and -, at most 32 characters"))
    }
    version = try reader.text("version")
    name = try reader.optionalText("name") ?? id
    summary = try reader.optionalText("summary") ?? ""
    licence = try reader.optionalText("licence")
    homepage = try reader.optionalText("homepage")
    let abi = try reader.objectReader("abi")
    abiMajor = try abi?.optionalInteger("major") ?? 1
    abiMinor = try abi?.optionalInteger("minor") ?? 0
    requires = try reader.texts("requires")
    operations = try reader.documents("operations")
    profiles = try reader.documents("profiles")
    models = try reader.documents("models")
    dialect = try reader.optionalDocument("dialect")
    callback = try reader.optionalDocument("callback")
    lookup = try reader.optionalDocument("lookup")
    statuses = []
    for (word, phase) in try reader.optionalObject("statuses") ?? JSONObject() {
      guard let text = phase.string, TaskPhase(rawValue: text) != nil else {
        throw DocumentFailure(
          path: "\(reader.path(of: "statuses")).\(word)",
          reason: .unknownValue(phase.string ?? phase.text, allowed: TaskPhase.allCases.map { $0.rawValue }))
      }
      statuses.append(NameValuePair(word, text))
    }
    polling = try reader.optionalDocument("polling") ?? PollingFacts()
    stateVersion = try reader.optionalInteger("state_version") ?? 1
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("manifest", Self.formatVersion)
    object.add("id", id)
    object.add("version", version)
    object.add("name", name)
    object.add("summary", summary)
    object.add("licence", licence)
    object.add("homepage", homepage)
    object["abi"] = ["major": .number(JSONNumber(abiMajor)), "minor": .number(JSONNumber(abiMinor))]
    object.add("requires", requires)
    object.add("operations", operations)
    object.add("profiles", profiles)
    object.add("models", models)
    object.add("dialect", dialect)
    object.add("callback", callback)
    object.add("lookup", lookup)
    if !statuses.isEmpty { object["statuses"] = .object(JSONObject(statuses.map { ($0.name, JSON.string($0.value)) })) }
    object["polling"] = polling.json
    object.add("state_version", stateVersion)
    return .object(object)
  }

  /// Every secret that an account can have, each name once.
  public var secrets: [SecretFacts] {
    var found: [SecretFacts] = []
    let all = profiles.flatMap { $0.authentication }.flatMap { $0.secrets } + (callback?.signature?.secrets ?? [])
    for secret in all where !found.contains(where: { $0.name == secret.name }) { found.append(secret) }
    return found
  }

  private static func isIdentifier(_ text: String) -> Bool {
    !text.isEmpty && text.utf8.count <= 32 && text.utf8.first != 0x2D
      && text.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
  }
}

/// How often to look. JSON: `{"first_ms"?, "interval_ms"?, "slow_after_ms"?, "slow_interval_ms"?}`.
public struct PollingFacts: JSONDocument {
  public var firstMilliseconds: Int64 = 10_000
  public var intervalMilliseconds: Int64 = 10_000
  public var slowAfterMilliseconds: Int64 = 120_000
  public var slowIntervalMilliseconds: Int64 = 30_000

  public init() {}

  /// One interval from first to last.
  public init(everyMilliseconds interval: Int64) {
    firstMilliseconds = interval
    intervalMilliseconds = interval
    slowIntervalMilliseconds = interval
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    firstMilliseconds = try reader.optionalInteger64("first_ms") ?? firstMilliseconds
    intervalMilliseconds = try reader.optionalInteger64("interval_ms") ?? intervalMilliseconds
    slowAfterMilliseconds = try reader.optionalInteger64("slow_after_ms") ?? slowAfterMilliseconds
    slowIntervalMilliseconds = try reader.optionalInteger64("slow_interval_ms") ?? slowIntervalMilliseconds
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("first_ms", firstMilliseconds)
    object.add("interval_ms", intervalMilliseconds)
    object.add("slow_after_ms", slowAfterMilliseconds)
    object.add("slow_interval_ms", slowIntervalMilliseconds)
    return .object(object)
  }
}
