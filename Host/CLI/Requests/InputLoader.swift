// SPDX-License-Identifier: Apache-2.0

import CLinux
import Dialects
import EventLoop
import Glibc
import Network
import Store
import VideoDocuments

/// Turns typed inputs into the request's inputs and the job's assets: sniffed, measured, hashed.
struct InputLoader: Sendable {
  /// Where copies of what is not a file of the user's are kept until the job is submitted.
  let folder: AssetFolder
  let client: HTTPClient

  /// Loads one input under the id that the request will use for it.
  func load(_ argument: InputArgument, id: String, option: String) async throws(Failure) -> (MediaInput, JobAsset?) {
    switch argument.source {
    case .link(let link):
      var input = MediaInput(kind: argument.kind ?? .image, role: argument.role, url: link)
      input.role = argument.role
      return (input, nil)
    case .file(let path): return try await file(path, isOwned: false, argument, id, option)
    case .standardInput:
      return try await file(try await spool(.standardInput, option), isOwned: true, argument, id, option)
    case .inline(let text):
      return try await file(try await spool(.dataURL(text), option), isOwned: true, argument, id, option)
    }
  }

  private func file(
    _ path: String, isOwned: Bool, _ argument: InputArgument, _ id: String, _ option: String
  ) async throws(Failure) -> (MediaInput, JobAsset?) {
    let asset: Asset
    do throws(AssetFailure) {
      asset = try await AssetLoader(client: client).load(.file(path: path))
    } catch {
      throw AssetText.failure(error, option: option)
    }
    let kind = asset.mediaType.kind
    if let wanted = argument.kind, wanted != kind {
      throw Failure(
        .invalid,
        "\(option): \(asset.name) is \(asset.mediaType.name), not \(wanted == .image ? "an" : "a") \(wanted.rawValue).",
        field: option, advice: "give \(wanted == .image ? "an image" : "a \(wanted.rawValue)")")
    }
    return (
      AssetFolder.describe(asset, id: id, role: argument.role),
      AssetFolder.stored(asset, id: id, path: absolute(path), isOwned: isOwned)
    )
  }

  /// Copies a stream or inline bytes to a file of ours.
  private func spool(_ source: AssetSource, _ option: String) async throws(Failure) -> String {
    let asset: Asset
    do throws(AssetFailure) {
      asset = try await AssetLoader(client: client).load(source)
    } catch {
      throw AssetText.failure(error, option: option)
    }
    return try await Blocking.run { () -> Result<String, Failure> in
      do throws(Failure) { return .success(try folder.copy(asset)) } catch { return .failure(error) }
    }.get()
  }

  private func absolute(_ path: String) -> String {
    guard let resolved = realpath(path, nil) else { return path }
    defer { free(resolved) }
    return String(cString: resolved)
  }
}
