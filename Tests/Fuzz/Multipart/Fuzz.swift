// SPDX-License-Identifier: Apache-2.0
// Not part of `swift test`; built and run by `Tests/Fuzz/run`.

/// What may not depend on slicing: the pieces of a part are joined.
private struct Outcome: Equatable {
  var heads: [MultipartPartHead] = []
  var contents: [[UInt8]] = []
  var ends = 0
  var failure: MultipartFailure?
}

private let limits = {
  var limits = MultipartLimits()
  // Small limits, so that short inputs reach them.
  limits.parts = 4
  limits.partHeadBytes = 128
  limits.partFields = 3
  return limits
}()

private func read(_ contentType: String, _ body: [UInt8], slice: Int) -> Outcome {
  var outcome = Outcome()
  do throws(MultipartFailure) {
    var parser = try MultipartParser(contentType: contentType, limits: limits)
    var offset = 0
    while true {
      switch try parser.next() {
      case .part(let head):
        precondition(outcome.ends == outcome.heads.count && outcome.ends < limits.parts)
        precondition((1...limits.partFields).contains(head.headers.fields.count))
        outcome.heads.append(head)
        outcome.contents.append([])
      case .data(let piece):
        precondition(!piece.isEmpty && outcome.ends < outcome.heads.count)
        outcome.contents[outcome.contents.count - 1] += piece
      case .partEnd: outcome.ends += 1
      case .end:
        precondition(outcome.ends == outcome.heads.count)
        return outcome
      case nil:
        // What waits for more bytes is part of a head or of a delimiter.
        precondition(parser.unparsedBytes <= limits.partHeadBytes)
        guard offset < body.count else {
          parser.finish()
          continue
        }
        let end = min(body.count, offset + slice)
        parser.feed(Array(body[offset..<end]))
        offset = end
      }
    }
  } catch {
    precondition(!error.description.isEmpty && error.status != nil)
    outcome.failure = error
  }
  return outcome
}

/// The first line is the Content-Type, the rest the body.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
  let input = Array(UnsafeBufferPointer(start: start, count: count))
  let end = input.firstIndex(of: 0x0A) ?? input.endIndex
  let contentType = String(decoding: input[..<end], as: UTF8.self)
  let body = Array(input[min(end + 1, input.count)...])
  let whole = read(contentType, body, slice: max(1, body.count))
  precondition(whole.contents.reduce(0) { $0 + $1.count } <= body.count)
  for slice in [1, 2, 13] { precondition(read(contentType, body, slice: slice) == whole) }
  return 0
}
