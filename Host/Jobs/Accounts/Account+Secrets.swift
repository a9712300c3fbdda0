// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Network
public import VideoDocuments

extension Account {
  /// The account with the secrets that commands print; runs them one after another, away from the event loop.
  public func fetchingSecrets() async throws(Failure) -> Account {
    guard !secretCommands.isEmpty else { return self }
    let result = await Blocking.run { () -> Result<Account, Failure> in
      do throws(Failure) { return .success(try self.fetchingSecretsBlocking()) } catch { return .failure(error) }
    }
    return try result.get()
  }

  /// As `fetchingSecrets`, on the calling thread.
  public func fetchingSecretsBlocking() throws(Failure) -> Account {
    var account = self
    var printed: [String: String] = [:]
    for (name, command) in secretCommands { printed[name] = try command.run() }
    account.secrets = secrets.merging(Secrets(printed))
    account.secretCommands = []
    return account
  }
}
