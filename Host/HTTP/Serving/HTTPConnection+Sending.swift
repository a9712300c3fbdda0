// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc

extension HTTPConnection {
  /// Bodies up to this size go out with their head in one write.
  private nonisolated static let joinedBytes = 64 * 1024
  /// Streamed pieces of this size and more take turns; smaller ones are news, which somebody waits for.
  private nonisolated static let bulkBytes = 4 * 1024

  /// Sends the answer and decides what becomes of the connection.
  func send(_ answer: HTTPResponse, for head: RequestHead) async {
    defer { withExtendedLifetime(answer.lease) {} }
    var response = answer
    if case .refused(let failure) = bodyFailure, response.status != failure.status {
      // What the client sent cannot be framed: a responder that does not know has no opinion that counts.
      response.body.discard()
      response = .refusal(failure)
    }
    guard phase == .serving else { return response.body.discard() }
    if case .nothing = response.body { return close() }
    var keepsAlive = head.keepsAlive && bodyFailure == nil && !server.isDraining && canSkipRest(of: head)
    if response.headers["connection"] != nil,
      response.headers.tokens("connection").contains(where: { equalIgnoringCase($0, "close") })
    {
      keepsAlive = false
    }
    var framing = ResponseHead.framing(
      status: response.status, length: response.body.length, version: head.version)
    if framing == .untilClose { keepsAlive = false }
    var bytes = ResponseHead.bytes(
      response, framing: framing, version: head.version, keepsAlive: keepsAlive, date: server.dateText())
    if bytes == nil {
      response.body.discard()
      response = .text(status: 500, "The answer could not be written.")
      framing = .length(response.body.length ?? 0)
      bytes = ResponseHead.bytes(
        response, framing: framing, version: head.version, keepsAlive: keepsAlive, date: server.dateText())
    }
    guard var output = bytes else { return close() }
    answerHasBegun = true
    let isBodySent: Bool
    if head.method == "HEAD" || framing == .none {
      response.body.discard()
      isBodySent = await write(output)
    } else {
      switch response.body {
      case .bytes(let body) where body.count <= Self.joinedBytes:
        output += body
        isBodySent = await write(output)
      case .bytes(let body):
        let isHeadSent = await write(output)
        isBodySent = isHeadSent ? await write(body) : false
      case .file(let file, let offset, let count):
        let isHeadSent = await write(output, moreFollows: count > 0)
        isBodySent = isHeadSent ? await send(file, offset, count) : false
      case .nothing: isBodySent = false
      case .stream(let stream):
        outgoing = stream
        ListeningSocket.boundUnsentBytes(descriptor)
        let isHeadSent = await write(output)
        isBodySent = isHeadSent ? await send(stream, framing) : false
        outgoing = nil
        if !isBodySent { stream.cancel() }
      }
    }
    // A body cut short can only be shown by closing without its end, or, where closing is its end, by a reset.
    guard isBodySent else {
      if framing == .untilClose, phase == .serving { ListeningSocket.resetOnClose(descriptor) }
      return close()
    }
    if keepsAlive, !bodyIsComplete { keepsAlive = await skipRest() }
    finish(keepingAlive: keepsAlive)
  }

  /// Whether what is left of the request's body may be read and dropped to keep the connection.
  private func canSkipRest(of head: RequestHead) -> Bool {
    if bodyIsComplete { return true }
    // A client still waiting for leave may or may not send the body: the next request cannot be found.
    if owesContinue { return false }
    guard case .length(let length) = head.framing else { return true }
    return length <= server.limits.skippedBodyBytes
  }

  private func skipRest() async -> Bool {
    var skipped: UInt64 = 0
    while skipped <= server.limits.skippedBodyBytes {
      do throws(HTTPBodyFailure) {
        guard let piece = try await nextPiece() else { return true }
        skipped += UInt64(piece.count)
      } catch {
        return false
      }
    }
    return false
  }

  /// Lets the kernel carry the file's bytes to the socket. Off the loop, for a page that is not in memory makes
  /// sendfile wait for the disk, although the socket never waits.
  private func send(_ file: OpenFile, _ offset: UInt64, _ count: UInt64) async -> Bool {
    var position = offset
    var left = count
    while left > 0 {
      guard phase == .serving else { return false }
      let socket = descriptor
      let (from, wanted) = (position, left)
      isDescriptorLent = true
      let round = await Blocking.run { FileTransfer.send(file, from, wanted, to: socket) }
      takeDescriptorBack()
      position += round.bytes
      left -= round.bytes
      if round.bytes > 0 { progressAt = EventLoop.monotonicNanoseconds }
      switch round.end {
      case .more: continue
      case .socketFull: await waitWritable()
      case .failed:
        close()
        return false
      }
    }
    return phase == .serving
  }

  private func send(_ stream: any HTTPBodyStream, _ framing: ResponseFraming) async -> Bool {
    var sent: UInt64 = 0
    while phase == .serving {
      do throws(HTTPBodyFailure) {
        guard let piece = try await stream.next() else {
          switch framing {
          case .chunked: return await write(ResponseHead.lastChunk)
          case .length(let length): return sent == length
          case .none, .untilClose: return true
          }
        }
        // An empty chunk would mean the end.
        guard !piece.isEmpty else { continue }
        sent += UInt64(piece.count)
        if case .length(let length) = framing, sent > length { return false }
        if piece.count >= Self.bulkBytes { await EventLoop.bulkTurn(bytes: piece.count) }
        guard await write(framing == .chunked ? ResponseHead.chunk(piece) : piece) else { return false }
      } catch {
        return false
      }
    }
    return false
  }
}
