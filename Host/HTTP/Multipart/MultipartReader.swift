// SPDX-License-Identifier: Apache-2.0
public import EventLoop

/// Reads a multipart/form-data body part by part as it comes, without keeping it:
///
///     let reader = try MultipartReader(request.body, contentType: request.head.headers["content-type"])
///     while let part = try await reader.nextPart() {
///       if part.head.filename == nil {
///         fields.append((part.head.name, try await part.text()))
///       } else {
///         while let piece = try await part.next() { try file.write(piece) }
///       }
///     }
@LoopActor public final class MultipartReader {
  private let body: HTTPBody
  private let limits: MultipartLimits
  private var parser: MultipartParser
  /// The part whose bytes come next, counted from 1, and whether its end has been seen.
  private var number = 0
  private var isPartOpen = false

  /// Looks at the Content-Type only: `notMultipart` for another type, `malformedBoundary` for an unusable one.
  public init(
    _ body: HTTPBody, contentType: String?, limits: MultipartLimits = MultipartLimits()
  ) throws(MultipartFailure) {
    self.body = body
    self.limits = limits
    parser = try MultipartParser(contentType: contentType, limits: limits)
  }

  /// The next part, nil after the last. What is unread of the part before is skipped, and cannot be read any more.
  public func nextPart() async throws(MultipartFailure) -> MultipartPart? {
    while true {
      switch try await nextEvent() {
      case .part(let head):
        number += 1
        isPartOpen = true
        return MultipartPart(head, number, self, textLimit: limits.textBytes)
      case .data: continue
      case .partEnd: isPartOpen = false
      case .end: return nil
      }
    }
  }

  fileprivate func nextPiece(ofPart asked: Int) async throws(MultipartFailure) -> [UInt8]? {
    guard asked == number else { throw .partIsOver }
    guard isPartOpen else { return nil }
    switch try await nextEvent() {
    case .data(let piece): return piece
    case .part, .partEnd, .end:
      isPartOpen = false
      return nil
    }
  }

  private func nextEvent() async throws(MultipartFailure) -> MultipartParser.Event {
    while true {
      if let event = try parser.next() { return event }
      do throws(HTTPBodyFailure) {
        if let piece = try await body.next() { parser.feed(piece) } else { parser.finish() }
      } catch {
        throw .body(error)
      }
    }
  }
}

/// One part of a form: what it says of itself, and its bytes on demand.
@LoopActor public final class MultipartPart {
  public nonisolated let head: MultipartPartHead
  private let number: Int
  private let reader: MultipartReader
  private let textLimit: Int

  fileprivate init(_ head: MultipartPartHead, _ number: Int, _ reader: MultipartReader, textLimit: Int) {
    self.head = head
    self.number = number
    self.reader = reader
    self.textLimit = textLimit
  }

  /// The next piece of the part's bytes, nil at its end. One caller at a time, and not after `nextPart`.
  public func next() async throws(MultipartFailure) -> [UInt8]? {
    try await reader.nextPiece(ofPart: number)
  }

  /// The rest of the part; throws `fieldTooLong` before it keeps more than `limit` bytes.
  public func collect(limit: Int) async throws(MultipartFailure) -> [UInt8] {
    var all: [UInt8] = []
    while let piece = try await next() {
      guard piece.count <= limit - all.count else { throw .fieldTooLong(name: head.name, limit: limit) }
      if all.isEmpty { all = piece } else { all += piece }
    }
    return all
  }

  /// The rest of the part as UTF-8 text, within `MultipartLimits.textBytes`.
  public func text() async throws(MultipartFailure) -> String {
    guard let text = String(validating: try await collect(limit: textLimit), as: UTF8.self) else {
      throw .notText(name: head.name)
    }
    return text
  }
}
