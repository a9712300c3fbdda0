// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import Network

/// A vendor's body on its way to a caller, of which the beginning was looked at already. A transfer that breaks is
/// continued where the vendor allows it; else the caller's breaks too, so that no part passes for the whole.
@LoopActor final class VendorBody: HTTPBodyStream {
  /// What became of asking for the rest.
  enum Rest: Sendable {
    case found(DownloadStream, VendorResumption)
    case notNow
    /// The file is another one now, or gone.
    case never
  }

  typealias Continuing = @LoopActor (_ resumption: VendorResumption) async -> Rest

  let length: UInt64?
  private var first: [UInt8]?
  private var stream: DownloadStream
  private var resumption: VendorResumption?
  private let askForRest: Continuing
  private let place: CallerPlace
  private var isCancelled = false

  init(
    first: [UInt8], rest stream: DownloadStream, length: UInt64?, resumption: VendorResumption?, place: CallerPlace,
    continuing: @escaping Continuing
  ) {
    self.first = first
    self.stream = stream
    self.length = length
    self.resumption = resumption
    self.place = place
    askForRest = continuing
  }

  func next() async throws(HTTPBodyFailure) -> [UInt8]? {
    if let piece = first {
      first = nil
      resumption?.advance(piece.count)
      return piece
    }
    while true {
      do throws(TransportFailure) {
        let piece = try await stream.next()
        resumption?.advance(piece?.count ?? 0)
        return piece
      } catch {
        // The last byte has come, and something was wrong with the end.
        if resumption?.isComplete == true { return nil }
        guard Self.mayBeContinued(error), await resume() else {
          throw .source("the provider's clip broke off: \(error.kind.rawValue)")
        }
      }
    }
  }

  private static func mayBeContinued(_ failure: TransportFailure) -> Bool {
    switch failure.kind {
    case .cancelled, .tooLarge, .invalidRequest, .blockedAddress, .redirect, .protocolViolation, .localFile,
      .bodySource:
      false
    default: true
    }
  }

  /// Whether the stream goes on.
  private func resume() async -> Bool {
    stream.cancel()
    while !isCancelled, let wait = resumption?.nextTry() {
      if wait > 0, (try? await EventLoop.sleep(nanoseconds: UInt64(wait) * 1_000_000)) == nil { return false }
      guard !isCancelled, let asked = resumption else { return false }
      switch await askForRest(asked) {
      case .notNow: continue
      case .never: return false
      case .found(let found, let accepted):
        resumption = accepted
        stream = found
        if isCancelled { found.cancel() }
        return !isCancelled
      }
    }
    return false
  }

  func cancel() {
    isCancelled = true
    first = nil
    stream.cancel()
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
