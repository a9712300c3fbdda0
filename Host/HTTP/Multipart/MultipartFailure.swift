// SPDX-License-Identifier: Apache-2.0

/// Why a multipart body was refused. Parts are counted from 1.
public enum MultipartFailure: Error, Sendable, Hashable {
  case notMultipart
  case malformedBoundary
  case missingOpening
  case malformedDelimiter(part: Int)
  case malformedPartHead(part: Int)
  case missingName(part: Int)
  case unsupportedEncoding(part: Int)
  case partHeadTooLarge(part: Int, limit: Int)
  case tooManyParts(limit: Int)
  case bytesAfterEnd
  case truncated
  /// A field longer than the reader of the part allowed.
  case fieldTooLong(name: String, limit: Int)
  case notText(name: String)
  /// A part was read after the next one had been asked for: a mistake of the code that reads.
  case partIsOver
  /// The body itself failed.
  case body(HTTPBodyFailure)

  /// What to answer; nil where the connection or the reading code is to blame.
  public var status: Int? {
    switch self {
    case .notMultipart: 415
    case .malformedBoundary, .missingOpening, .malformedDelimiter, .malformedPartHead, .missingName,
      .unsupportedEncoding, .bytesAfterEnd, .truncated, .notText:
      400
    case .partHeadTooLarge, .tooManyParts, .fieldTooLong: 413
    case .body(.refused(let failure)): failure.status
    case .body(.tooLarge): 413
    case .body, .partIsOver: nil
    }
  }
}

extension MultipartFailure: CustomStringConvertible {
  public var description: String {
    switch self {
    case .notMultipart: "The Content-Type is not multipart/form-data."
    case .malformedBoundary:
      "The Content-Type has no boundary of 1 to 70 letters, digits and the marks that a boundary may have."
    case .missingOpening: "The multipart body does not begin with its boundary."
    case .malformedDelimiter(let part): "The boundary before part \(part) is not on a line of its own ended by CR LF."
    case .malformedPartHead(let part):
      "The header lines of part \(part) are not \"name: value\" ended by CR LF, with one \"Content-Disposition: form-data\"."
    case .missingName(let part): "The Content-Disposition of part \(part) has no name."
    case .unsupportedEncoding(let part):
      "Part \(part) has a Content-Transfer-Encoding; send its bytes as they are, without one."
    case .partHeadTooLarge(let part, let limit): "The header lines of part \(part) are longer than \(limit) bytes."
    case .tooManyParts(let limit): "There are more than \(limit) parts."
    case .bytesAfterEnd: "There are bytes after the closing boundary."
    case .truncated: "The multipart body ends before its closing boundary."
    case .fieldTooLong(let name, let limit): "The field \"\(name)\" is longer than \(limit) bytes."
    case .notText(let name): "The field \"\(name)\" is not UTF-8 text."
    case .partIsOver: "A part was read after the next one had been asked for."
    case .body(let failure): failure.sentence
    }
  }
}

extension HTTPBodyFailure {
  fileprivate var sentence: String {
    switch self {
    case .disconnected: "The client left before the body's end."
    case .refused(let failure): "\(failure)"
    case .tooLarge(let limit): "The body is longer than \(limit) bytes."
    case .concurrentRead: "The body is read from two places at once."
    case .source(let reason): reason
    }
  }
}
