// SPDX-License-Identifier: Apache-2.0

public import OrderedJSON

/// One failure, as a value: the host renders it as a sentence, an HTTP reply or an exit code.
///
/// JSON: `{"kind", "message", "field"?, "advice"?, "retryable"?, "charged"?, "vendor_code"?, "vendor_message"?,
/// "vendor_request_id"?, "retry_after_ms"?}`.
public struct Failure: Error, JSONDocument {
  /// Whether money was spent.
  public enum Charged: String, Sendable, Hashable, CaseIterable {
    case no
    case yes
    case unknown
  }

  public var kind: FailureKind
  /// The field of the request at fault, such as `duration_seconds`, where there is one.
  public var field: String?
  /// One sentence for people: what is wrong, with the limit where there is one.
  public var message: String
  /// One sentence: what to do next.
  public var advice: String?
  /// Whether the same request may succeed later.
  public var isRetryable: Bool
  public var charged: Charged
  /// The vendor's own code, as text, never interpreted by the host.
  public var vendorCode: String?
  public var vendorMessage: String?
  public var vendorRequestID: String?
  public var retryAfterMilliseconds: Int64?

  public init(
    _ kind: FailureKind, _ message: String, field: String? = nil, advice: String? = nil, isRetryable: Bool? = nil,
    charged: Charged = .no, vendorCode: String? = nil, vendorMessage: String? = nil, vendorRequestID: String? = nil,
    retryAfterMilliseconds: Int64? = nil
  ) {
    self.kind = kind
    self.message = message
    self.field = field
    self.advice = advice
    self.isRetryable = isRetryable ?? kind.isUsuallyRetryable
    self.charged = charged
    self.vendorCode = vendorCode
    self.vendorMessage = vendorMessage
    self.vendorRequestID = vendorRequestID
    self.retryAfterMilliseconds = retryAfterMilliseconds
  }

  public init(_ json: JSON, at path: String) throws(DocumentFailure) {
    let reader = try DocumentReader(json, at: path)
    let kind: FailureKind = try reader.word("kind")
    self.init(
      kind, try reader.optionalText("message") ?? "", field: try reader.optionalText("field"),
      advice: try reader.optionalText("advice"), isRetryable: try reader.optionalFlag("retryable"),
      charged: try reader.optionalWord("charged") ?? .no, vendorCode: try reader.optionalText("vendor_code"),
      vendorMessage: try reader.optionalText("vendor_message"),
      vendorRequestID: try reader.optionalText("vendor_request_id"),
      retryAfterMilliseconds: try reader.optionalInteger64("retry_after_ms"))
  }

  public var json: JSON {
    var object = JSONObject()
    object.add("kind", kind.rawValue)
    object.add("message", message)
    object.add("field", field)
    object.add("advice", advice)
    object.add("retryable", isRetryable)
    object.add("charged", charged.rawValue)
    object.add("vendor_code", vendorCode)
    object.add("vendor_message", vendorMessage)
    object.add("vendor_request_id", vendorRequestID)
    object.add("retry_after_ms", retryAfterMilliseconds)
    return .object(object)
  }
}

extension FailureKind {
  /// The usual answer to "may the same request succeed later?".
  public var isUsuallyRetryable: Bool {
    switch self {
    case .rateLimited, .unreachable, .upstream: return true
    default: return false
    }
  }
}
