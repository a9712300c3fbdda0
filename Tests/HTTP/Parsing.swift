// SPDX-License-Identifier: Apache-2.0
import HTTPServer

/// What came out of a parser: requests with their bodies joined, and the failure at the end.
struct Parsed: Equatable {
  var requests: [Request] = []
  var failure: RequestFailure?

  struct Request: Equatable {
    var head: RequestHead
    var body: [UInt8] = []
    var isComplete = false
  }
}

/// Feeds the bytes in slices of the given size and takes every event as soon as it is there.
func parse(_ bytes: [UInt8], slice: Int, limits: HTTPLimits = HTTPLimits()) -> Parsed {
  var parser = RequestParser(limits: limits)
  var parsed = Parsed()
  var rest = bytes[...]
  repeat {
    parser.feed(rest.prefix(max(1, slice)))
    rest = rest.dropFirst(max(1, slice))
    do throws(RequestFailure) {
      while let event = try parser.next() {
        switch event {
        case .head(let head): parsed.requests.append(.init(head: head))
        case .body(let piece): parsed.requests[parsed.requests.count - 1].body += piece
        case .end: parsed.requests[parsed.requests.count - 1].isComplete = true
        }
      }
    } catch {
      parsed.failure = error
      return parsed
    }
  } while !rest.isEmpty
  return parsed
}

func parse(_ text: String) -> Parsed { parse(Array(text.utf8), slice: .max) }
