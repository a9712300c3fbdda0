// SPDX-License-Identifier: Apache-2.0

import OrderedJSON
public import ProviderKit
public import VideoDocuments

extension ArkErrors {
  /// The failure that an HTTP answer other than success means.
  ///
  /// A create that ended in the vendor's own fault may have bought something: `charged` says unknown then. A code that
  /// names another reason is a refusal, whatever its status.
  public static func failure(_ answer: Answer) -> Failure {
    let error = answer.json?["error"]
    let code = error?["code"]?.lenientString
    let message = error?["message"]?.string ?? error?.string ?? answer.json?["message"]?.string
    var failure = failure(code: code, message: message, status: answer.head.status)
    failure.field = error?["param"]?.string.flatMap { $0.isEmpty ? nil : ArkField.canonicalName(of: $0) }
    failure.vendorRequestID =
      failure.vendorRequestID ?? answer.head.headers.header("x-request-id")
      ?? answer.head.headers.header("x-tt-logid")
    failure.retryAfterMilliseconds = answer.retryAfterMilliseconds
    let isVendorFault = answer.head.status >= 500 || answer.head.status == 408
    if answer.head.operation == "create", isVendorFault, failure.kind == .upstream { failure.charged = .unknown }
    return failure
  }

  /// The failure that the code and words of an answer or of a failed task mean.
  public static func failure(code: String?, message: String?, status: Int) -> Failure {
    let kind = kind(code: code, message: message ?? "", status: status)
    let named = code.map { " (\($0))" } ?? (status >= 300 ? " (HTTP \(status))" : "")
    return Failure(
      kind, sentence(kind, named), advice: advice(code: code, kind), isRetryable: isRetryable(code: code, kind: kind),
      vendorCode: code, vendorMessage: message, vendorRequestID: message.flatMap(requestID))
  }

  private static func sentence(_ kind: FailureKind, _ named: String) -> String {
    switch kind {
    case .refusedPrompt: "The vendor's content check refused the prompt\(named)."
    case .refusedInput: "The vendor's content check refused an input\(named)."
    case .refusedOutput: "The vendor's content check withheld the result\(named)."
    case .authentication: "The vendor did not accept the API key\(named)."
    case .permission: "The account may not do this\(named)."
    case .balance: "The account has no money or allowance left\(named)."
    case .rateLimited: "The vendor takes no more requests at the moment\(named)."
    case .notFound: "The vendor does not know the model, endpoint or task\(named)."
    case .upstream: "The vendor failed\(named)."
    case .invalid: "The vendor did not accept the request\(named)."
    default: "The vendor answered in an unknown way\(named)."
    }
  }

  private static func advice(code: String?, _ kind: FailureKind) -> String? {
    if code?.hasSuffix(".PrivacyInformation") == true { return "Use a picture without a real person's face." }
    if code?.hasSuffix(".PolicyViolation") == true { return "Leave out what others hold the copyright of." }
    switch kind {
    case .refusedPrompt: return "Word the prompt differently."
    case .refusedInput: return "Give another input."
    case .refusedOutput: return "Try once more: the same request may pass. Otherwise word it differently."
    case .authentication: return "Check the key, and that it belongs to the region of the base URL."
    case .permission: return "Open the model or service for this account in the vendor's console."
    case .balance: return "Top the account up, or use another."
    case .notFound where code != nil && code?.hasPrefix("NotFound") != true:
      return "Open the model in the vendor's console, or name one that this account has."
    default: return nil
    }
  }

  /// The id that the vendor writes at the end of its messages.
  static func requestID(in message: String) -> String? {
    let marker = "request id:"
    let lowered = Array(message.lowercased().utf8)
    let pattern = Array(marker.utf8)
    guard lowered.count == message.utf8.count, lowered.count > pattern.count else { return nil }
    let starts = (0...(lowered.count - pattern.count)).reversed()
    guard let start = starts.first(where: { lowered[$0..<($0 + pattern.count)].elementsEqual(pattern) }) else {
      return nil
    }
    let rest = message.utf8.dropFirst(start + pattern.count).drop { $0 == 0x20 }
    let id = rest.prefix { byte in
      (0x30...0x39).contains(byte) || (0x41...0x5A).contains(byte) || (0x61...0x7A).contains(byte) || byte == 0x2D
        || byte == 0x5F
    }
    return id.isEmpty ? nil : String(Substring(id))
  }
}
