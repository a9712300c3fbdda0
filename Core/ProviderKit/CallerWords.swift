// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON
public import VideoDocuments

/// What every wire format does with requests and failures before its own words come in.
public enum CallerWords {
  /// Members that would change the model behind the caller's back.
  private static let refusedMembers: Set<String> = ["model", "model_name", "req_key"]

  /// The body with the members of `metadata` and `extra_body` beside its own; one given both ways counts as it stands at
  /// the top, and the ledger says so.
  public static func flattened(
    _ body: JSONObject, vendorCode: String? = nil
  ) throws(Failure) -> (body: JSONObject, ledger: [LedgerEntry]) {
    var flat = body
    var ledger: [LedgerEntry] = []
    for nest in ["extra_body", "metadata"] {
      let value = flat[nest]?.nonNull
      flat[nest] = Optional.none
      guard let value else { continue }
      guard let members = value.object else {
        throw Failure(.invalid, "\(nest) is not an object.", field: nest, vendorCode: vendorCode)
      }
      for (name, member) in members where !member.isNull {
        guard !refusedMembers.contains(name) else {
          throw Failure(.invalid, "\(nest) may not change the model.", field: "\(nest).\(name)", vendorCode: vendorCode)
        }
        guard let present = flat[name]?.nonNull else {
          flat[name] = member
          continue
        }
        guard present != member else { continue }
        ledger.append(LedgerEntry("\(nest).\(name)", .unsupported, note: "\(name) is given beside it, and counts"))
      }
    }
    return (flat, ledger)
  }

  /// The sentence of a failure for a caller: the vendor's own where it refused, else ours with what to do next. `names`
  /// are the wire format's own for canonical fields.
  public static func sentence(_ failure: Failure, names: [String: String] = [:]) -> String {
    // What a vendor says of the gateway's own account is not for its callers.
    let isOfAccount = [.authentication, .permission, .balance].contains(failure.kind)
    if let message = failure.vendorMessage, !message.isEmpty, !isOfAccount { return message }
    var sentence = failure.message
    if let field = failure.field, sentence.hasPrefix("\(field) ") {
      let name = field.hasPrefix("options.") ? String(field.dropFirst("options.".count)) : names[field] ?? field
      sentence = name + sentence.dropFirst(field.count)
    }
    // Advice that names a command is for people at a terminal.
    guard let advice = failure.advice, !advice.isEmpty, !advice.contains("`") else { return sentence }
    let whole = advice.prefix(1).uppercased() + advice.dropFirst()
    return "\(sentence) \(whole)" + (advice.last.map { ".!?".contains($0) } == true ? "" : ".")
  }
}
