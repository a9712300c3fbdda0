// SPDX-License-Identifier: Apache-2.0
import Glibc
import Loader

/// Answers requests one after the other until the host closes the channel. One read takes as many as have come, one
/// write sends each reply.
final class Server {
  /// What one read takes; a longer request grows the buffer until it is answered.
  private static let bufferBytes = 64 << 10

  private let library: PluginLibrary
  private let sink = OutputSink()
  private var buffer: UnsafeMutableRawPointer
  private var capacity = Server.bufferBytes
  private var start = 0
  private var end = 0

  init(_ library: PluginLibrary) {
    self.library = library
    buffer = Server.allocate(Server.bufferBytes)
  }

  func serve() -> Never {
    while true {
      while let header = WireFrame(UnsafeRawBufferPointer(start: buffer + start, count: end - start)) {
        let length = Int(header.length)
        guard length <= CallPlan.maximumFrameBytes else { _exit(2) }
        let frameBytes = WireFrame.headerBytes + length
        guard end - start >= frameBytes else {
          makeRoom(for: frameBytes)
          break
        }
        let payload = UnsafeRawBufferPointer(start: buffer + start + WireFrame.headerBytes, count: length)
        answer(header, payload)
        start += frameBytes
      }
      if start == end { rewind() }
      if end == capacity { makeRoom(for: end - start + 1) }
      receive()
    }
  }

  private func answer(_ header: WireFrame, _ payload: UnsafeRawBufferPointer) {
    let index = Int(header.word)
    let status: UInt32
    if index < library.operations.count, case .bound(let operation) = library.operations[index] {
      switch operation.call(payload, into: sink) {
      case .malformedFrame:
        status = WireFrame.malformedArguments
        sink.reset()
      case .returned(let returned):
        status = UInt32(bitPattern: sink.effectiveStatus(returned))
      }
    } else {
      status = WireFrame.noOperation
      sink.reset()
    }
    let reply = sink.outputWithHeadroom
    WireFrame(
      length: UInt32(clamping: reply.count - WireFrame.headerBytes), sequence: header.sequence, word: status
    ).store(into: reply)
    guard Channel.write(UnsafeRawBufferPointer(reply)) else { _exit(0) }
  }

  private func receive() {
    while true {
      let count = read(Channel.descriptor, buffer + end, capacity - end)
      if count > 0 {
        end += count
        return
      }
      // The host closed the channel: the ordinary end.
      guard count < 0, errno == EINTR else { _exit(0) }
    }
  }

  /// Everything was answered: the next read starts at the front, in a buffer of the usual size.
  private func rewind() {
    start = 0
    end = 0
    guard capacity > Server.bufferBytes else { return }
    free(buffer)
    buffer = Server.allocate(Server.bufferBytes)
    capacity = Server.bufferBytes
  }

  /// Moves what is pending to the front of a buffer that can hold `bytes`.
  private func makeRoom(for bytes: Int) {
    let pending = end - start
    if bytes > capacity {
      let larger = Server.allocate(bytes)
      memcpy(larger, buffer + start, pending)
      free(buffer)
      buffer = larger
      capacity = bytes
    } else if start > 0 {
      memmove(buffer, buffer + start, pending)
    }
    start = 0
    end = pending
  }

  /// malloc, because a limit may make it fail, which shall not look like a trap of the plugin's.
  private static func allocate(_ bytes: Int) -> UnsafeMutableRawPointer {
    guard let memory = malloc(bytes) else { _exit(3) }
    return memory
  }
}
