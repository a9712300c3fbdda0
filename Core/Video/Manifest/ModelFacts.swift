// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// Everything the host must know of a model to check a request, price it and render a stand-in for it.
///
/// JSON: `{"id", "name"?, "summary"?, "aliases"?: [text | {"name", "sets": {field: value}}], "patterns"?: ["ep-*"],
/// "profiles"?: [ids], "fields": {name: FieldFacts}, "options"?: {name: FieldFacts}, "open_options"?: flag,
/// "inputs"?: [InputFacts], "maximum_inputs"?, "image_roles"?: […], "exclusive"?: [[names]], "rules"?: [Rule],
/// "sizes"?: {resolution: {ratio: [width, height]}}, "frame_rate"?, "price"?, "typical_seconds"?}`.
public struct ModelFacts: JSONDocument {
  /// Another name, which may imply fields ("…-audio" means sound).
  public struct Alias: Sendable, Hashable {
    public var name: String
    public var sets: JSONObject
  }

  public var id: String
  public var name: String
  public var summary: String?
  public var aliases: [Alias]
  /// Names with `*` that this model answers to, such as the endpoint ids that customers make.
  public var patterns: [String]
  /// The profiles that offer it; empty: all.
  public var profiles: [String]
  /// Scalar fields that the model knows. A field that stands neither here nor in `options` is unsupported.
  public var fields: [NamedFacts]
  public var options: [NamedFacts]
  /// Whether options that are not listed may be passed on as they are.
  public var hasOpenOptions: Bool
  public var inputs: [InputFacts]
  public var maximumInputs: Int?
  /// Groups of which at most one member may be given: fields, options, or inputs as `KIND.ROLE`.
  public var exclusive: [[String]]
  public var rules: [Rule]
  /// Pixel sizes by resolution and ratio.
  public var sizes: [Size]
  public var framesPerSecond: Int?
  public var price: PriceTable?
  /// How long a task usually takes, for progress and polling.
  public var typicalSeconds: Int?

  public struct Size: Sendable, Hashable {
    public var resolution: String
    public var aspectRatio: String
    public var widthPixels: Int
    public var heightPixels: Int
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    id = try reader.text("id")
    name = try reader.optionalText("name") ?? id
    summary = try reader.optionalText("summary")
    aliases = []
    for (index, element) in try reader.elements("aliases").enumerated() {
      if let text = element.string {
        aliases.append(Alias(name: text, sets: JSONObject()))
      } else {
        let alias = try DocumentReader(element, at: "\(reader.path(of: "aliases"))[\(index)]")
        aliases.append(Alias(name: try alias.text("name"), sets: try alias.optionalObject("sets") ?? JSONObject()))
      }
    }
    patterns = try reader.texts("patterns")
    profiles = try reader.texts("profiles")
    fields = try NamedFacts.read(reader, "fields")
    options = try NamedFacts.read(reader, "options")
    hasOpenOptions = try reader.optionalFlag("open_options") ?? false
    inputs = try reader.documents("inputs")
    maximumInputs = try reader.optionalInteger("maximum_inputs")
    exclusive = []
    for (index, group) in try reader.elements("exclusive").enumerated() {
      guard let names = group.array?.compactMap({ $0.string }) else {
        throw DocumentFailure(
          path: "\(reader.path(of: "exclusive"))[\(index)]", reason: .wrongType(expected: "a list of names"))
      }
      exclusive.append(names)
    }
    rules = try reader.documents("rules")
    sizes = []
    for (resolution, ratios) in try reader.optionalObject("sizes") ?? JSONObject() {
      for (ratio, size) in ratios.object ?? JSONObject() {
        guard let width = size[0]?.int, let height = size[1]?.int else {
          throw DocumentFailure(
            path: "\(reader.path(of: "sizes")).\(resolution).\(ratio)",
            reason: .wrongType(expected: "a width and a height"))
        }
        sizes.append(Size(resolution: resolution, aspectRatio: ratio, widthPixels: width, heightPixels: height))
      }
    }
    framesPerSecond = try reader.optionalInteger("frame_rate")
    price = try reader.optionalDocument("price")
    typicalSeconds = try reader.optionalInteger("typical_seconds")
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("id", id)
    object.add("name", name)
    object.add("summary", summary)
    if !aliases.isEmpty {
      object["aliases"] = .array(
        aliases.map { $0.sets.isEmpty ? .string($0.name) : ["name": .string($0.name), "sets": .object($0.sets)] })
    }
    object.add("patterns", patterns)
    object.add("profiles", profiles)
    object["fields"] = NamedFacts.json(fields)
    if !options.isEmpty { object["options"] = NamedFacts.json(options) }
    if hasOpenOptions { object["open_options"] = true }
    object.add("inputs", inputs)
    object.add("maximum_inputs", maximumInputs)
    if !exclusive.isEmpty { object["exclusive"] = .array(exclusive.map { .array($0.map { .string($0) }) }) }
    object.add("rules", rules)
    var table = JSONObject()
    for size in sizes {
      var ratios = table[size.resolution]?.object ?? JSONObject()
      ratios[size.aspectRatio] = [.number(JSONNumber(size.widthPixels)), .number(JSONNumber(size.heightPixels))]
      table[size.resolution] = .object(ratios)
    }
    if !table.isEmpty { object["sizes"] = .object(table) }
    object.add("frame_rate", framesPerSecond)
    object.add("price", price)
    object.add("typical_seconds", typicalSeconds)
    return .object(object)
  }

  /// The names of the fields and options that it has whatever the rules say.
  public var knownNames: [String] {
    var names: [String] = []
    names.reserveCapacity(fields.count + options.count)
    for index in fields.indices { names.append(fields[index].name) }
    for index in options.indices where !names.contains(options[index].name) { names.append(options[index].name) }
    return names
  }

  /// The facts of a field or option by name, with the rules that hold for this request applied.
  public func facts(of name: String, for request: VideoRequest, profile: String?) -> FieldFacts? {
    var found = NamedFacts.facts(of: name, in: fields) ?? NamedFacts.facts(of: name, in: options)
    for index in rules.indices {
      guard let facts = NamedFacts.facts(of: name, in: rules[index].fields),
        rules[index].condition.holds(for: request, profile: profile)
      else { continue }
      found = facts
    }
    return found
  }

  /// The pixel size of a resolution and ratio, where the table has it.
  public func size(resolution: String, aspectRatio: String) -> Size? {
    sizes.first { $0.resolution == resolution && $0.aspectRatio == aspectRatio }
  }
}
