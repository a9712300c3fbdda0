// SPDX-License-Identifier: Apache-2.0

import Network
import OrderedJSON
import VideoDocuments

/// What makes two accounts the same as far as signing goes: name, way to the provider, scheme and secrets. Holds the
/// secrets as a hash only.
public struct AccountIdentity: Sendable, Hashable {
  private let text: String

  fileprivate init(_ account: Account) {
    let secrets = account.secrets.names.map { name in
      JSON.array([.string(name), .string(account.secrets[name] ?? "")])
    }
    let commands = account.secretCommands.map { name, command in
      JSON.array([.string(name), .array(command.arguments.map { .string($0) })])
    }
    let digest = SHA256Digest(of: JSON.array(secrets).text)
    text =
      JSON.array([
        .string(account.name), .string(account.pluginID), .string(account.profile), .string(account.baseURL),
        account.authentication.json, .string(digest.hexadecimal), .array(commands),
      ]).text
  }
}

extension Account {
  /// Tells the account's key from another one of the same provider, and nothing of the key: 48 bits of a hash. The same
  /// for an account of another name with the same key; empty where no key is known.
  var keyFingerprint: String {
    let values = secrets.names.sorted().map { JSON.array([.string($0), .string(secrets[$0] ?? "")]) }
    let commands = secretCommands.map { name, command in
      JSON.array([.string(name), .array(command.arguments.map { .string($0) })])
    }
    guard !(values + commands).isEmpty else { return "" }
    let text = JSON.array([.string(pluginID), .array(values), .array(commands)]).text
    return String(SHA256Digest(of: text).hexadecimal.prefix(12))
  }

  /// To be kept rather than asked for often: it hashes the secrets.
  public var identity: AccountIdentity { AccountIdentity(self) }
}
