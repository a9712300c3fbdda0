// SPDX-License-Identifier: Apache-2.0
// Not part of `swift test`; built and run by `Tests/Fuzz/run`.

/// Events with the pieces of bodies joined: what may not depend on slicing.
private struct Outcome: Equatable {
  var heads: [RequestHead] = []
  var bodies: [[UInt8]] = []
  var ends = 0
  var failure: RequestFailure?
}

private func run(_ bytes: UnsafeBufferPointer<UInt8>, slice: Int) -> Outcome {
  var limits = HTTPLimits()
  // Small limits, so that short inputs reach them.
  limits.requestLineBytes = 128
  limits.headBytes = 256
  limits.fields = 8
  limits.bodyBytes = 512
  limits.chunkExtensionBytes = 16
  var parser = RequestParser(limits: limits)
  var outcome = Outcome()
  var offset = 0
  while offset < bytes.count {
    let end = min(bytes.count, offset + slice)
    parser.feed(UnsafeBufferPointer(rebasing: bytes[offset..<end]))
    offset = end
    do throws(RequestFailure) {
      while let event = try parser.next() {
        switch event {
        case .head(let head):
          check(head, limits)
          outcome.heads.append(head)
          outcome.bodies.append([])
        case .body(let piece):
          precondition(!piece.isEmpty)
          outcome.bodies[outcome.bodies.count - 1] += piece
          precondition(outcome.bodies[outcome.bodies.count - 1].count <= 512)
        case .end:
          outcome.ends += 1
          precondition(outcome.ends == outcome.heads.count)
        }
      }
    } catch {
      outcome.failure = error
      return outcome
    }
    // Whatever waits for more bytes is bounded by the limits of its kind.
    precondition(parser.unparsedBytes <= 256)
  }
  return outcome
}

/// What every accepted head promises to the code behind it.
private func check(_ head: RequestHead, _ limits: HTTPLimits) {
  precondition((1...16).contains(head.method.utf8.count) && head.headers.fields.count <= limits.fields)
  precondition(head.path == "*" || head.path.utf8.first == UInt8(ascii: "/"))
  for field in head.headers.fields {
    precondition(!field.name.isEmpty && field.value.utf8.allSatisfy { $0 >= 0x20 && $0 != 0x7F || $0 == 0x09 })
  }
  let lengths = head.headers.values("content-length")
  let codings = head.headers.values("transfer-encoding")
  precondition(lengths.count + codings.count <= 1)
  precondition((head.framing == .chunked) == (codings.count == 1))
  precondition(head.headers.values("host").count == 1 || head.version == .http10)
  _ = head.segments
  _ = PercentCoding.queryPairs(head.query)
  _ = head.keepsAlive
}

@_cdecl("LLVMFuzzerTestOneInput")
public func fuzz(_ data: UnsafePointer<UInt8>, _ count: Int) -> CInt {
  let bytes = UnsafeBufferPointer(start: data, count: count)
  let whole = run(bytes, slice: max(1, count))
  for slice in [1, 2, 13] { precondition(run(bytes, slice: slice) == whole) }
  return 0
}
