// SPDX-License-Identifier: Apache-2.0
import Dialects
import EventLoop
import HTTPServer
import VideoDocuments

/// What all endpoints of a sandbox share, and the way from a request to its endpoint.
@LoopActor final class SandboxService: HTTPResponder {
  let port: any DialectPlugins
  let options: SandboxOptions
  let folder: TemporaryFolder
  let table: TaskTable
  let runner: TaskRunner
  private let clips: ClipStore
  private(set) var endpoints: [EndpointService] = []
  private var byKey: [EndpointKey: EndpointService] = [:]

  init(port: any DialectPlugins, options: SandboxOptions, folder: TemporaryFolder) {
    self.port = port
    self.options = options
    self.folder = folder
    table = TaskTable(maximumCount: options.maximumTasks)
    clips = ClipStore(folder: folder, maximumRenderings: options.maximumRenderings)
    runner = TaskRunner(table: table, clips: clips, options: options)
  }

  /// Makes the endpoints, now that the port is known; in place of earlier ones, whose secrets stay.
  func serve(_ plugins: [Manifest], on portNumber: UInt16) -> SandboxAddress {
    let base = "http://127.0.0.1:\(portNumber)"
    runner.mediaBase = "\(base)/media/"
    var address = SandboxAddress(port: portNumber, endpoints: [], skipped: [])
    let earlier = byKey
    byKey = [:]
    endpoints = []
    for manifest in plugins {
      for profile in manifest.profiles {
        do throws(Failure) {
          let key = EndpointKey(pluginID: manifest.id, profile: profile.id)
          guard byKey[key] == nil else { continue }
          let endpoint = try EndpointService(manifest, profile, service: self, replacing: earlier[key])
          byKey[key] = endpoint
          endpoints.append(endpoint)
          address.endpoints.append(
            SandboxEndpoint(
              pluginID: manifest.id, profile: profile.id, baseURL: "\(base)/\(manifest.id)/\(profile.id)",
              authentication: profile.authentication, secrets: endpoint.authenticator.secrets))
        } catch {
          address.skipped.append(
            SandboxAddress.SkippedProfile(pluginID: manifest.id, profile: profile.id, reason: error))
        }
      }
    }
    return address
  }

  func close() async {
    table.removeAll()
    await clips.close()
    await folder.remove()
  }

  /// A path without its first two segments, as it came.
  private static func rest(of path: String) -> String {
    let parts = path.split(separator: "/", maxSplits: 3, omittingEmptySubsequences: false)
    return parts.count == 4 ? "/\(parts[3])" : "/"
  }

  func respond(to request: HTTPRequest) async -> ServerResponse {
    guard let segments = request.head.segments else {
      return .json(status: 400, PlainFailure.body("The path cannot be decoded."))
    }
    switch segments.first {
    case "" where segments.count == 1:
      guard ["GET", "HEAD"].contains(request.head.method) else {
        return .json(status: 405, PlainFailure.body("This path takes GET."))
      }
      return .json(status: 200, Listing.make(endpoints, taskCount: table.count))
    case "media" where segments.count == 2:
      return await MediaResponse.make(request, table.clip(named: segments[1]))
    default: break
    }
    guard segments.count >= 2, let endpoint = byKey[EndpointKey(pluginID: segments[0], profile: segments[1])] else {
      return .json(
        status: 404, PlainFailure.body("The sandbox has no such plugin and profile; GET / lists those it has."))
    }
    return await endpoint.respond(to: request, path: Self.rest(of: request.head.path))
  }
}
