// SPDX-License-Identifier: Apache-2.0

import EventLoop
import HTTPServer
import OrderedJSON
import VideoDocuments

/// The document as it is answered, made when it is first asked for.
@LoopActor final class OpenAPIPage: Sendable {
  private let manifests: [Manifest]
  private var bytes: [UInt8]?

  nonisolated init(_ manifests: [Manifest]) { self.manifests = manifests }

  func response(version: String) -> HTTPResponse {
    let bytes = bytes ?? OpenAPIDocument.make(manifests: manifests, version: version).serialized()
    self.bytes = bytes
    return HTTPResponse(
      status: 200, headers: ["Content-Type": "application/json", "Cache-Control": "no-cache"], body: .bytes(bytes))
  }
}
