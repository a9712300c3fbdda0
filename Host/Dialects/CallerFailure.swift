// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
import VideoDocuments

/// A failure in the words of a caller, who does not know the canonical names of fields.
public struct CallerFailure {
  private let failure: Failure
  private let side: FailureStatus.Side
  /// The field at fault, as the wire format calls it.
  let parameter: String?

  /// `names` are those that the wire format has for canonical fields, the first part of which is looked up:
  /// `inputs` for `inputs[0]`.
  init(_ failure: Failure, side: FailureStatus.Side, names: [String: String]) {
    self.failure = failure
    self.side = side
    parameter = failure.field.map { Self.parameter($0, names) }
  }

  private static func parameter(_ field: String, _ names: [String: String]) -> String {
    if field.hasPrefix(options) { return String(field.dropFirst(options.count)) }
    return names[String(field.prefix { $0 != "[" && $0 != "." })] ?? field
  }

  /// A sentence about a field that has no effect, in which options go by the names that callers gave them.
  public static func warning(_ sentence: String) -> String {
    sentence.hasPrefix(options) ? String(sentence.dropFirst(options.count)) : sentence
  }

  private static let options = "options."

  /// The sentence, with the vendor's own where it refused, and what to do next.
  var message: String {
    var message = failure.message
    if let field = failure.field, let parameter, message.hasPrefix("\(field) ") {
      message = parameter + message.dropFirst(field.count)
    }
    if let reason = failure.vendorMessage, !reason.isEmpty, !message.contains(reason), !isOfAccount {
      message += " The provider says: \(reason)"
    }
    // Advice that names a command is for people at a terminal.
    guard let advice = failure.advice, !advice.isEmpty, !advice.contains("`") else { return message }
    return "\(message) \(Self.sentence(advice))"
  }

  /// Advice for a terminal is no whole sentence.
  private static func sentence(_ advice: String) -> String {
    let sentence = advice.prefix(1).uppercased() + advice.dropFirst()
    return sentence.last.map { ".!?".contains($0) } == true ? sentence : "\(sentence)."
  }

  /// What a vendor says of the gateway's own account is not for its callers.
  private var isOfAccount: Bool { [.authentication, .permission, .balance].contains(failure.kind) }

  /// The word by which programs tell failures apart: clients of other services know one for a model that is not there.
  var code: String { failure.kind == .notFound && failure.field == "model" ? "model_not_found" : failure.kind.rawValue }

  /// `{"message", "type", "param", "code", "vendor_code"?}`.
  var json: JSONObject {
    var object: JSONObject = [
      "message": .string(message), "type": .string(FailureStatus.type(of: failure.kind, side: side)),
      "param": parameter.map { .string($0) } ?? .null, "code": .string(code),
    ]
    object.add("vendor_code", failure.vendorCode)
    return object
  }
}
