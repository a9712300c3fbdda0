// SPDX-License-Identifier: Apache-2.0

public import Jobs
public import OrderedJSON
public import VideoDocuments

/// Which wire format a create body is written in, so that a request file needs no flag that says so.
public enum RequestFile: Sendable {
  /// The host's own: `UnifiedDialect.decode` reads it.
  case unified
  /// A plugin's dialect: its `decode` reads it with this route and head.
  case dialect(pluginID: String, route: String, head: RequestHead)

  /// Recognizes a body by its members. A dialect counts when one of its lists of members is all there and at least one
  /// of them is not also a member of the unified format; the plugin whose model is named comes first. What a dialect
  /// claims for another plugin's model is unified when it looks so.
  public static func recognize(_ body: JSON, catalog: Catalog) throws(Failure) -> RequestFile {
    guard let object = body.object else {
      throw Failure(
        .invalid, "The request is not a JSON object.", field: "request",
        advice: "Give the body of a create request, as a provider or a reseller documents it.")
    }
    let given = Set(object.filter { !$0.value.isNull }.map { $0.key })
    let claims = catalog.entries.compactMap { entry in claim(of: entry, on: given) }
    let isUnified = !given.isDisjoint(with: UnifiedDialect.members)
    let owner = object["model"]?.string.flatMap { try? catalog.model(named: $0) }?.entry.pluginID
    if let own = claims.first(where: { $0.pluginID == owner }) { return own.file }
    if let first = claims.first {
      let isElsewhere = owner != nil && isUnified && first.members.contains("model")
      return isElsewhere ? .unified : first.file
    }
    if isUnified { return .unified }
    let names = object.prefix(5).map { UnifiedDecoder.shown(.string($0.key)) }
    throw Failure(
      .invalid,
      names.isEmpty
        ? "The request is empty." : "No wire format known here has the members \(names.joined(separator: ", ")).",
      field: "request", advice: "Give a body with model and prompt at least; `filmgate plugins list` shows the formats."
    )
  }

  private struct Claim {
    var pluginID: String
    var members: [String]
    var file: RequestFile
  }

  private static func claim(of entry: CatalogEntry, on given: Set<String>) -> Claim? {
    guard let dialect = entry.manifest.dialect else { return nil }
    for recognition in dialect.recognizes {
      guard !recognition.members.isEmpty, recognition.members.allSatisfy(given.contains),
        !UnifiedDialect.members.isSuperset(of: recognition.members)
      else { continue }
      let facts = dialect.routes.first { $0.name == recognition.route }
      let head = RequestHead(
        method: facts?.method ?? "POST", path: facts?.path ?? "/", parameters: recognition.parameters,
        query: facts?.query ?? [])
      return Claim(
        pluginID: entry.pluginID, members: recognition.members,
        file: .dialect(pluginID: entry.pluginID, route: recognition.route, head: head))
    }
    return nil
  }
}
