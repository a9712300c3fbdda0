// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// From a command's path to the code that does it.
enum CommandDispatch {
  static func run(_ command: ParsedCommand, terminal: Terminal) throws(UsageFailure) -> Int32 {
    let session = Session(command, terminal)
    if let code = try RemoteCommands.run(command, session) { return code }
    switch command.path.joined(separator: " ") {
    case "generate": return try GenerateCommand.run(session)
    case "jobs": return try JobsCommand.run(session)
    case "show": return try ShowCommand.run(session)
    case "wait": return try WaitCommand.run(session)
    case "get": return try GetCommand.run(session)
    case "cancel": return try CancelCommand.run(session)
    case "settle": return try SettleCommand.run(session)
    case "again": return try AgainCommand.run(session)
    case "models list": return ModelsCommand.list(session)
    case "models show": return ModelsCommand.show(session)
    case "models default": return ModelsCommand.useAsDefault(session)
    case "plugins list": return PluginsCommand.list(session)
    case "plugins show": return PluginsCommand.show(session)
    case "keys set": return try KeysCommand.set(session)
    case "keys list": return KeysCommand.list(session)
    case "keys test": return try KeysCommand.test(session)
    case "keys remove": return KeysCommand.remove(session)
    case "config show": return ConfigCommand.show(session)
    case "config path": return ConfigCommand.path(session)
    case "config check": return ConfigCommand.check(session)
    case "serve": return try ServeCommand.run(session)
    case "tokens create": return try TokensCommand.create(session)
    case "tokens list": return TokensCommand.list(session)
    case "tokens show": return TokensCommand.show(session)
    case "tokens revoke": return TokensCommand.revoke(session)
    case "webhooks list": return try WebhooksCommand.list(session)
    case "webhooks show": return WebhooksCommand.show(session)
    case "webhooks resend": return WebhooksCommand.resend(session)
    case "webhooks secret": return WebhooksCommand.secret(session)
    case "webhooks default": return WebhooksCommand.setDefault(session)
    case "sandbox": return try SandboxCommand.run(session)
    case "doctor": return DoctorCommand.run(session)
    case "completions": return try CompletionsCommand.run(command, terminal)
    default: return try HelpCommand.run(command, terminal)
    }
  }
}
