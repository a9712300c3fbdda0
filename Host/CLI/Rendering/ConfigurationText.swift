// SPDX-License-Identifier: Apache-2.0

import Jobs
import Network
import OrderedJSON
import VideoDocuments

/// The configuration in force: as scripts read it, as a gateway tells it, and as people read it.
enum ConfigurationText {
  /// Without secrets.
  static func json(_ configuration: Configuration, _ accounts: [Account]) -> JSON {
    var object: JSONObject = ["accounts": .array(accounts.map(json))]
    object.add("default_model", configuration.defaultModel)
    object.add("output", configuration.output)
    object.add("plugin_folders", configuration.pluginFolders)
    object["gateway"] = .object(
      JSONObject(GatewayKey.all.map { ($0.name, $0.show(configuration.gateway).map { .string($0) } ?? .null) }))
    return .object(object)
  }

  private static func json(_ account: Account) -> JSON {
    var object: JSONObject = [
      "name": .string(account.name), "plugin": .string(account.pluginID), "profile": .string(account.profile),
      "base_url": .string(account.baseURL), "scheme": .string(account.authentication.scheme),
      "ready": .bool(account.missing.isEmpty),
    ]
    object.add("lacks", account.missing.first.map { $0.settings.map { $0.variablesText }.joined(separator: " and ") })
    object.add("secrets", account.secrets.names)
    return .object(object)
  }

  /// The page of `filmgate config show`.
  static func render(_ json: JSON) -> String {
    var lines = [
      "default model  \(word(json["default_model"]) ?? "none; pass -m, or `filmgate models default MODEL`")",
      "output         \(word(json["output"]) ?? "filmgate-{id}.mp4")",
    ]
    for folder in json["plugin_folders"]?.array ?? [] { lines.append("plugins        \(word(folder) ?? "")") }
    let rows = (json["accounts"]?.array ?? []).map { account in
      [
        "  \(word(account["name"]) ?? "")",
        word(account["base_url"]).flatMap { $0.isEmpty ? nil : $0 } ?? "no base URL",
        word(account["lacks"]).map { "lacks \($0)" } ?? "ready, \(word(account["scheme"]) ?? "")",
      ]
    }
    lines += ["", "Accounts:", rows.isEmpty ? "  none; no plugin is installed" : TextTable.render(rows)]
    let gateway = (json["gateway"]?.object ?? JSONObject()).map { ["  \($0.key)", word($0.value) ?? "-"] }
    return (lines + ["", "Gateway:", TextTable.render(gateway)]).joined(separator: "\n")
  }

  private static func word(_ json: JSON?) -> String? { json?.string.map { Sanitized.line($0) } }
}
