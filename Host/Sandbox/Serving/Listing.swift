// SPDX-License-Identifier: Apache-2.0
import EventLoop
import OrderedJSON
import VideoDocuments

/// What the sandbox shows to people who open its address: what it serves, and no secret.
enum Listing {
  @LoopActor static func make(_ endpoints: [EndpointService], taskCount: Int) -> JSON {
    let served = endpoints.map { endpoint -> JSON in
      [
        "plugin": .string(endpoint.key.pluginID),
        "name": .string(endpoint.manifest.name),
        "profile": .string(endpoint.key.profile),
        "base_path": .string("/\(endpoint.key.pluginID)/\(endpoint.key.profile)"),
        "authentication": .array(endpoint.profile.authentication.map { .string($0.scheme) }),
        "routes": .array(endpoint.routes.listing.map { .string($0) }),
        "models": .array(endpoint.manifest.models.map { .string($0.id) }),
      ]
    }
    let faults = SandboxFault.allCases.map { ("\(SandboxFault.prefix)\($0.rawValue)", JSON.string($0.meaning)) }
    return [
      "service": "filmgate sandbox",
      "endpoints": .array(served),
      "faults": .object(JSONObject(faults)),
      "tasks": .number(JSONNumber(taskCount)),
    ]
  }
}
