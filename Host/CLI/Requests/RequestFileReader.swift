// SPDX-License-Identifier: Apache-2.0

import CLinux
import Dialects
import EventLoop
import Glibc
import Loader
import Network
import OrderedJSON
import Store
import VideoDocuments

/// Reads a request as providers and resellers document it: recognized by its members, decoded by the host or by the
/// plugin whose wire format it is. Media in the body go to files on the way.
@LoopActor struct RequestFileReader {
  let engine: Engine

  /// A request's bytes with its inline media.
  nonisolated static let maximumBytes = 96 << 20

  func read(_ path: String) async throws(Failure) -> RequestDraft {
    let name = path == "-" ? "Standard input" : path
    let bytes = path == "-" ? try await StandardInput.read(maximumBytes: Self.maximumBytes) : try await Self.file(path)
    let hoisted = try await Blocking.run { () -> Result<HoistedBody, Failure> in
      do throws(Failure) { return .success(try InlineMediaHoister.hoist(bytes)) } catch { return .failure(error) }
    }.get()
    let json: JSON
    do throws(JSONParseFailure) {
      json = try JSON(parsing: hoisted.json)
    } catch {
      throw Failure(
        .invalid, "\(name) is not valid JSON: line \(error.line), column \(error.column): \(error.reason).",
        field: "request", advice: "correct the request there")
    }
    var parts = try await decode(json, hoisted.json)
    let assets = try await AssetFolder(path: engine.locations.assetFolder).adopt(hoisted.media, into: &parts.request)
    return RequestDraft(decoded: parts, assets: assets)
  }

  private func decode(_ json: JSON, _ bytes: [UInt8]) async throws(Failure) -> DecodedParts {
    switch try RequestFile.recognize(json, catalog: engine.catalog) {
    case .unified:
      let decoded = try UnifiedDialect.decode(json)
      return DecodedParts(request: decoded.request, ledger: decoded.ledger, warnings: decoded.warnings)
    case .dialect(let pluginID, let route, let head):
      let document = try await engine.plugins.document(
        "decode", in: pluginID, ["route": .text(route), "head": .text(head.json.text), "body": .bytes(bytes)])
      let intent: Intent
      do throws(DocumentFailure) {
        intent = try Intent(document)
      } catch {
        throw Failure(.plugin, "The plugin \(pluginID) answered decode with something that is no intent: \(error).")
      }
      guard case .create(let request, let ledger) = intent else {
        throw Failure(
          .invalid, "The request does not ask for a clip.", field: "request",
          advice: "give the body of a create request")
      }
      return DecodedParts(request: request, ledger: ledger)
    }
  }

  static func file(_ path: String) async throws(Failure) -> [UInt8] {
    try await Blocking.run { () -> Result<[UInt8], Failure> in
      let descriptor = filmgate_open(path, O_RDONLY | O_CLOEXEC | O_NOCTTY, 0)
      guard descriptor >= 0 else {
        return .failure(
          Failure(
            .invalid, "\(path) cannot be read: \(String(cString: strerror(filmgate_errno()))).", field: "request",
            advice: "check the path and the file's rights"))
      }
      defer { close(descriptor) }
      var bytes: [UInt8] = []
      var buffer = [UInt8](repeating: 0, count: 256 << 10)
      while true {
        let count = Glibc.read(descriptor, &buffer, buffer.count)
        if count < 0, filmgate_errno() == EINTR { continue }
        guard count >= 0 else {
          return .failure(
            Failure(
              .invalid, "\(path) cannot be read: \(String(cString: strerror(filmgate_errno()))).", field: "request",
              advice: "give a file"))
        }
        if count == 0 { return .success(bytes) }
        bytes += buffer[..<count]
        guard bytes.count <= maximumBytes else {
          return .failure(
            Failure(
              .limit, "\(path) is larger than \(ByteText.text(Int64(maximumBytes))).", field: "request",
              advice: "name media by link instead of putting them into the body"))
        }
      }
    }.get()
  }
}
