// SPDX-License-Identifier: Apache-2.0
import CLinux
import EventLoop
import Glibc
import Loader
import Synchronization

/// A plugin that runs in the host itself, for debugging and for the trusted: the same loader, the same frames, no jail,
/// no time limit. One call at a time.
final class InProcessPlugin: Sendable {
  /// Sound to share: the library and its sink are touched under the lock only.
  private struct Loaded: @unchecked Sendable {
    let library: PluginLibrary
    let sink = OutputSink()
  }

  private let loaded: Mutex<Loaded>
  private let log: HostServices.LogHandler

  /// Loads it on the calling thread, which blocks meanwhile.
  init(_ plugin: SealedPlugin, log: @escaping LineCollector.Handler) throws(WorkerFailure) {
    let name = fileName(of: plugin.path)
    let handler: HostServices.LogHandler = { level, text in
      log(PluginLogLine(plugin: name, level: Int(max(0, min(level, 3))), text: printable(text)))
    }
    self.log = handler
    // The dynamic linker knows libraries by name: a descriptor whose number is used again would give it the library
    // that had the number before. This one is never closed.
    let descriptor = filmgate_fcntl(plugin.descriptor, F_DUPFD_CLOEXEC, 10)
    guard descriptor >= 0 else { throw .cannotStart("\(SystemFailure.last("fcntl"))") }
    let result = HostServices.logging(to: handler) { () -> Result<Loaded, LoadFailure> in
      do throws(LoadFailure) {
        return .success(
          Loaded(library: try PluginLibrary(path: "/proc/self/fd/\(descriptor)", preferringOwnSymbols: true)))
      } catch {
        return .failure(error)
      }
    }
    switch result {
    case .success(let loaded): self.loaded = Mutex(loaded)
    case .failure(let failure): throw .refused(printable(failure.sentence.utf8))
    }
  }

  /// Calls the operation of that index with a frame from `CallPlan.frame(for:)`.
  func call(_ operation: Int, _ frame: [UInt8]) async throws(WorkerFailure) -> WorkerReply {
    let result: Result<WorkerReply, WorkerFailure> = await Blocking.run { self.callBlocking(operation, frame) }
    return try result.get()
  }

  private func callBlocking(_ operation: Int, _ frame: [UInt8]) -> Result<WorkerReply, WorkerFailure> {
    loaded.withLock { loaded in
      guard loaded.library.operations.indices.contains(operation),
        case .bound(let bound) = loaded.library.operations[operation]
      else { return .failure(.noOperation) }
      let sink = loaded.sink
      let result = HostServices.logging(to: log) {
        frame.withUnsafeBytes { bytes in
          bound.call(UnsafeRawBufferPointer(rebasing: bytes.dropFirst(WireFrame.headerBytes)), into: sink)
        }
      }
      switch result {
      case .malformedFrame: return .failure(.malformedArguments)
      case .returned(let returned):
        let status = sink.effectiveStatus(returned)
        return .success(WorkerReply(status: status, output: Array(sink.output)))
      }
    }
  }
}
