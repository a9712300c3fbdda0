// SPDX-License-Identifier: Apache-2.0

/// Why a request was refused before anyone looked at its meaning. After any of them the connection ends: where the
/// next request would begin is no longer certain.
public enum RequestFailure: Error, Sendable, Hashable {
  case malformedRequestLine
  case malformedTarget
  case unsupportedVersion
  case bareLineEnd
  case malformedField
  case malformedHost
  case malformedContentLength
  case conflictingFraming
  case unsupportedTransferCoding
  case unsupportedExpectation
  case lengthRequired
  case requestLineTooLong(limit: Int)
  case headTooLarge(limit: Int)
  case tooManyFields(limit: Int)
  case malformedChunk
  case bodyTooLarge(limit: UInt64)
  case headTimedOut
  case bodyTimedOut
  case tooManyConnections

  public var status: Int {
    switch self {
    case .malformedRequestLine, .malformedTarget, .bareLineEnd, .malformedField, .malformedHost,
      .malformedContentLength, .conflictingFraming, .malformedChunk:
      400
    case .headTimedOut, .bodyTimedOut: 408
    case .lengthRequired: 411
    case .bodyTooLarge: 413
    case .requestLineTooLong: 414
    case .unsupportedExpectation: 417
    case .headTooLarge, .tooManyFields: 431
    case .unsupportedTransferCoding: 501
    case .tooManyConnections: 503
    case .unsupportedVersion: 505
    }
  }
}

extension RequestFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .malformedRequestLine: "The request line is not \"METHOD target HTTP/1.1\"."
    case .malformedTarget: "The request target is neither a path, an http(s) URL, nor * with OPTIONS."
    case .unsupportedVersion: "Only HTTP/1.0 and HTTP/1.1 are served here."
    case .bareLineEnd: "A line does not end in CR LF."
    case .malformedField: "A header field is not \"name: value\" without control characters, in UTF-8."
    case .malformedHost: "There must be exactly one valid Host field."
    case .malformedContentLength: "There must be at most one Content-Length, of 1 to 15 digits."
    case .conflictingFraming: "The body's length is given in ways that contradict each other or the version."
    case .unsupportedTransferCoding: "The only transfer coding served here is chunked."
    case .unsupportedExpectation: "The only expectation served here is 100-continue."
    case .lengthRequired: "This request needs a Content-Length."
    case .requestLineTooLong(let limit): "The request line is longer than \(limit) bytes."
    case .headTooLarge(let limit): "The header fields are longer than \(limit) bytes."
    case .tooManyFields(let limit): "There are more than \(limit) header fields."
    case .malformedChunk: "The chunked body is malformed."
    case .bodyTooLarge(let limit): "The body is longer than \(limit) bytes."
    case .headTimedOut: "The request's head took too long to arrive."
    case .bodyTimedOut: "The request's body arrived too slowly."
    case .tooManyConnections: "The server has too many connections at the moment."
    }
  }
}
