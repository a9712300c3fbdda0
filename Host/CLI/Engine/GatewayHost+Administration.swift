// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import OrderedJSON
import PluginHost
import VideoDocuments

/// What a gateway's administrators may see and do of what this program keeps.
extension GatewayHost {
  static func administration(
    _ engine: Engine, _ keys: CallerKeys, _ webhooks: Webhooks, _ log: RequestLog
  ) -> Administration {
    Administration(
      keys: keys, keyStore: engine.store, outbox: engine.store, runner: engine.runner, log: log,
      resend: { id throws(Failure) in try await webhooks.deliver(id) },
      configuration: { ConfigurationText.json(engine.configuration, engine.accounts) },
      credentials: { () async throws(Failure) -> JSON in
        let (configuration, locations) = (engine.configuration, engine.locations)
        let manifests = engine.registry.catalog.ready.map { $0.manifest }
        let rows = await Blocking.run { () -> Result<[JSON], Failure> in
          do throws(Failure) { return .success(try KeysCommand.known(manifests, configuration, locations)) } catch {
            return .failure(error)
          }
        }
        return ["object": "list", "data": .array(try rows.get())]
      },
      test: { owner async throws(Failure) -> JSON in
        guard engine.accounts.contains(where: { $0.name == owner || $0.pluginID == owner }) else {
          throw Failure(
            .notFound, "The gateway has no plugin and no account of that name.", field: "id",
            advice: "GET /v1/admin/configuration lists them.")
        }
        let answers = try await KeysCommand.probe(owner, engine)
        return [
          "object": "list",
          "data": .array(
            answers.map { account, failure in
              var row: JSONObject = ["account": .string(account), "accepted": .bool(failure == nil)]
              row.add("failure", failure)
              return .object(row)
            }),
        ]
      })
  }
}
