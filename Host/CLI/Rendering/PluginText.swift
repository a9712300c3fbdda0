// SPDX-License-Identifier: Apache-2.0

import Loader
import PluginHost
import VideoDocuments

/// Plugins as people read them.
enum PluginText {
  /// The lines of `filmgate plugins list`: each plugin's id and what it offers, or a file and why it is not used.
  static func list(_ plugins: [DiscoveredPlugin], style: TextStyle) -> String {
    let names = plugins.map(name)
    let stateWidth = plugins.map { state($0).count }.max() ?? 0
    let nameWidth = names.map { $0.count }.max() ?? 0
    return zip(plugins, names).map { plugin, name in
      let word = padded(state(plugin), stateWidth)
      let shown = plugin.problem == nil ? style.good(word) : style.error(word)
      var line = "\(shown)  \(style.bold(padded(name, nameWidth)))  \(detail(plugin))"
      for reason in plugin.disabledOperations.compactMap({ $0 }) {
        line += "\n\(padded("", stateWidth + nameWidth + 4))\(style.warning(Sanitized.line(reason)))"
      }
      return line
    }.joined(separator: "\n")
  }

  private static func padded(_ text: String, _ width: Int) -> String {
    text + String(repeating: " ", count: max(0, width - text.count))
  }

  private static func file(_ plugin: DiscoveredPlugin) -> String {
    Sanitized.line(plugin.path.split(separator: "/").last.map(String.init) ?? plugin.path)
  }

  private static func name(_ plugin: DiscoveredPlugin) -> String {
    guard let id = plugin.id else { return file(plugin) }
    return plugin.version.map { "\(id) \($0)" } ?? id
  }

  private static func detail(_ plugin: DiscoveredPlugin) -> String {
    if let problem = plugin.problem {
      return plugin.id == nil ? Sanitized.line(problem) : "\(file(plugin)): \(Sanitized.line(problem))"
    }
    let count = plugin.manifest?.models.count ?? 0
    let models = count == 1 ? "1 model" : "\(count) models"
    return plugin.jailLevel.map { "\(models), jail \($0)" } ?? models
  }

  /// One word for scripts.
  static func state(_ plugin: DiscoveredPlugin) -> String {
    switch plugin.status {
    case .ready: return "ready"
    case .quarantined: return "quarantined"
    case .shadowed: return "shadowed"
    case .refused: return "refused"
    }
  }

  static func page(_ plugin: DiscoveredPlugin, _ manifest: Manifest, style: TextStyle) -> String {
    let file = [
      ("file", plugin.path), ("state", plugin.problem ?? "ready"), ("sha256", plugin.sha256Text),
      ("jail", plugin.jailLevel.map { "\($0)" } ?? "not known"),
    ]
    return page(manifest, file: file, disabled: plugin.disabledOperations, style: style)
  }

  /// The same of a plugin of which only the manifest is known: a gateway's. `disabled` has for each operation the reason
  /// why it cannot be used.
  static func page(
    _ manifest: Manifest, file: [(String, String)] = [], disabled: [String?] = [], style: TextStyle
  ) -> String {
    var heads = file + [("abi", "\(manifest.abiMajor).\(manifest.abiMinor)")]
    if let licence = manifest.licence { heads.append(("licence", licence)) }
    if let homepage = manifest.homepage { heads.append(("homepage", Sanitized.line(homepage))) }
    var sections = [
      "\(style.bold(manifest.id)) \(manifest.version)  \(Sanitized.line(manifest.name))",
      HelpPage.wrapParagraphs(Sanitized.line(manifest.summary), indent: 0), HelpPage.table(heads),
    ]
    sections.append(
      "Profiles:\n"
        + HelpPage.table(
          manifest.profiles.map { profile in
            let schemes = profile.authentication.map { scheme in
              "\(scheme.scheme) (\(scheme.secrets.map { $0.name }.joined(separator: ", ")))"
            }
            let base = profile.baseURL.isEmpty ? "base URL to be configured" : profile.baseURL
            return (profile.id, "\(base); \(schemes.joined(separator: " or "))")
          }))
    sections.append(
      "Operations:\n"
        + HelpPage.table(
          manifest.operations.enumerated().map { index, operation in
            let reason = index < disabled.count ? disabled[index] : nil
            return (operation.name, reason ?? operation.parameters.map { $0.name }.joined(separator: ", "))
          }))
    if let dialect = manifest.dialect {
      let served = dialect.routes.count { $0.notOffered == nil }
      sections.append("Wire format: \(dialect.name), \(served) routes under \(dialect.mount)")
    }
    sections.append("Models:\n" + HelpPage.table(manifest.models.map { ($0.id, $0.name) }))
    return sections.joined(separator: "\n\n")
  }
}
