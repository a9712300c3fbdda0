// SPDX-License-Identifier: Apache-2.0
public import Dialects
public import EventLoop
import Glibc
import HTTPServer
public import VideoDocuments

/// Plays the vendor for every plugin: serves each plugin's own wire format at the vendor's paths on loopback, verifies
/// the vendor's way of proving who one is, checks every limit of the manifest, and renders real clips.
///
/// A task made here lives as long as the sandbox does.
@LoopActor public final class Sandbox {
  /// What can be asked to go wrong: the word after `sandbox:` in a prompt, and what happens. For help pages.
  public nonisolated static let faults: [(word: String, meaning: String)] = SandboxFault.allCases.map {
    ("\(SandboxFault.prefix)\($0.rawValue)", $0.meaning)
  }

  private var server: HTTPServer?
  private var service: SandboxService?

  public nonisolated init() {}

  /// Starts to serve on 127.0.0.1. A profile that cannot be served is left out and named in the address.
  ///
  /// - Parameters:
  ///   - plugins: the manifests of the plugins to play, such as a registry's.
  ///   - port: how the plugins are called.
  public func start(
    plugins: [Manifest], calling port: any DialectPlugins, options: SandboxOptions = SandboxOptions()
  ) async throws(Failure) -> SandboxAddress {
    guard server == nil else { throw Failure(.internal, "The sandbox is running already.") }
    let folder = try await TemporaryFolder.make(in: options.directory)
    let service = SandboxService(port: port, options: options, folder: folder)
    do throws(HTTPServerFailure) {
      let server = try HTTPServer.start(host: "127.0.0.1", port: options.port, responder: service)
      self.server = server
      self.service = service
      return service.serve(plugins, on: server.port)
    } catch {
      await folder.remove()
      throw Failure(
        .internal, "The sandbox could not listen on port \(options.port): \(error)",
        advice: "Leave the port out to take any that is free.")
    }
  }

  /// Plays for these plugins from now on. What is known already keeps its tasks and its secrets. Nil when the sandbox is
  /// not running.
  public func update(plugins: [Manifest]) -> SandboxAddress? {
    guard let server, let service else { return nil }
    return service.serve(plugins, on: server.port)
  }

  /// Ends every task and connection and deletes all files.
  public func stop() async {
    server?.stop()
    server = nil
    let stopped = service
    service = nil
    await stopped?.close()
  }
}
