// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// Builds a vendor's JSON body from a request and keeps the ledger: whatever was given and not mapped ends as
/// `unsupported`, so nothing disappears in silence.
public struct FieldMapper: Sendable {
  public let request: VideoRequest
  public var body = BodyObject()
  private var entries: [LedgerEntry] = []
  private var accounted: Set<String> = []

  public init(_ request: VideoRequest) { self.request = request }

  /// Sends a scalar field or option, if given, under the vendor's name (dots nest). `translate` turns the canonical
  /// value into the vendor's; when it returns nil the field is reported unsupported.
  public mutating func send(_ field: String, to name: String, _ translate: (JSON) -> JSON? = { $0 }) {
    guard let value = request.value(of: field) else { return }
    let ledgerName = VideoRequest.scalarFieldNames.contains(field) || field == "shots" ? field : "options.\(field)"
    guard let translated = translate(value) else {
      record(LedgerEntry(ledgerName, .unsupported, value: value))
      return
    }
    body.set(name, translated)
    let isSame = translated == value
    record(LedgerEntry(ledgerName, isSame ? .sent : .translated, to: name, value: isSame ? Optional.none : translated))
  }

  /// Sends every option that is not yet accounted for, under its own name; `prefix` nests them.
  public mutating func sendRemainingOptions(under prefix: String = "") {
    for (name, value) in request.options where !accounted.contains("options.\(name)") && !value.isNull {
      let path = prefix.isEmpty ? name : "\(prefix).\(name)"
      body.set(path, value)
      record(LedgerEntry("options.\(name)", .sent, to: path))
    }
  }

  /// The place of an input in a body: its link, or its bytes in the encoding that the vendor wants.
  public func template(for input: MediaInput, encoding: BodySegment.Encoding) -> BodyTemplate {
    if let asset = input.asset { return .asset(asset, encoding) }
    return .value(.string(input.url ?? ""))
  }

  /// Records that the input with this index in the request went to `name`.
  public mutating func recordInput(_ index: Int, to name: String, note: String? = nil) {
    record(LedgerEntry("inputs[\(index)]", .sent, to: name, note: note))
  }

  /// Sets a vendor's member that no field of the request asked for, such as a fixed or derived one.
  public mutating func set(_ name: String, _ value: JSON) { body.set(name, value) }

  /// Accounts for a field by hand.
  public mutating func record(_ entry: LedgerEntry) {
    accounted.insert(entry.field)
    entries.append(entry)
  }

  /// The ledger with every field that was given.
  public var ledger: [LedgerEntry] {
    var ledger = entries
    for field in request.givenFields where !accounted.contains(field.name) {
      ledger.append(LedgerEntry(field.name, .unsupported, note: "this provider has no place for it"))
    }
    return ledger
  }
}
