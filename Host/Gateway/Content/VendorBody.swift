// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network

/// A vendor's body on its way to a caller, of which the beginning was looked at already.
@LoopActor final class VendorBody: HTTPBodyStream {
  let length: UInt64?
  private var first: [UInt8]?
  private let rest: DownloadStream

  init(first: [UInt8], rest: DownloadStream, length: UInt64?) {
    self.first = first
    self.rest = rest
    self.length = length
  }

  func next() async throws(HTTPBodyFailure) -> [UInt8]? {
    if let piece = first {
      first = nil
      return piece
    }
    do throws(TransportFailure) {
      return try await rest.next()
    } catch {
      throw .source("the provider's clip broke off: \(error.kind.rawValue)")
    }
  }

  func cancel() {
    first = nil
    rest.cancel()
  }
}

extension DownloadStream {
  /// Takes bytes until there are `count` of them or the body is over.
  func take(atLeast count: Int) async throws(TransportFailure) -> [UInt8] {
    var bytes: [UInt8] = []
    while bytes.count < count, let piece = try await next() {
      bytes = bytes.isEmpty ? piece : bytes + piece
    }
    return bytes
  }
}
