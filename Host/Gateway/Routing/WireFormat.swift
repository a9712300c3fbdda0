// SPDX-License-Identifier: Apache-2.0

/// The wire format in which a request came and its reply goes out.
enum WireFormat: Sendable, Hashable {
  case unified
  case openai
  /// A plugin's, by the plugin's id and the name of one of its routes.
  case plugin(id: String, route: String)

  /// As it is kept in a job and shown in logs.
  var name: String {
    switch self {
    case .unified: "unified"
    case .openai: "openai"
    case .plugin(let id, _): id
    }
  }
}
