// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Jobs
import Network
public import Store
public import VideoDocuments

/// Checks the signatures of callbacks with the secrets of the accounts that bought the jobs.
@LoopActor public final class CallbackVerification {
  /// How long what a command printed is used again: a flood of callbacks must not run it each time.
  private static let secretsMilliseconds: Int64 = 60_000

  private let manifest: @LoopActor (_ pluginID: String) -> Manifest?
  private let account: @LoopActor (_ job: JobRecord) -> Account?
  private let clock: any JobClock
  private var fetched: [AccountIdentity: (secrets: Secrets, atMilliseconds: Int64)] = [:]

  /// Both closures answer for the moment, so that a reload is seen; `account` is the one that bought the job.
  public nonisolated init(
    manifest: @escaping @LoopActor (_ pluginID: String) -> Manifest?,
    account: @escaping @LoopActor (_ job: JobRecord) -> Account?, clock: any JobClock = SystemClock()
  ) {
    self.manifest = manifest
    self.account = account
    self.clock = clock
  }

  /// What a callback has to satisfy.
  struct Demand {
    var signature: CallbackSignature
    var secret: String
  }

  /// Nil where the vendor signs nothing, or the account has no secret to check with.
  func demand(for job: JobRecord) async throws(Failure) -> Demand? {
    guard let facts = manifest(job.pluginID)?.callback, facts.holds(for: job.connection.profile),
      let signatureFacts = facts.signature
    else { return nil }
    let signature: CallbackSignature
    do throws(AuthenticationSchemeFailure) {
      signature = try CallbackSignature(signatureFacts)
    } catch {
      throw Failure(
        .plugin, "The plugin \(job.pluginID) names a signature of callbacks that cannot be checked: \(error).")
    }
    guard let secret = try await secrets(for: job)[signature.secretName] else { return nil }
    return Demand(signature: signature, secret: secret)
  }

  private func secrets(for job: JobRecord) async throws(Failure) -> Secrets {
    guard let account = account(job) else { return Secrets() }
    let name = account.identity
    guard !account.secretCommands.isEmpty else { return account.secrets }
    let now = clock.nowMilliseconds
    if let known = fetched[name], now - known.atMilliseconds < Self.secretsMilliseconds { return known.secrets }
    let secrets = try await account.fetchingSecrets().secrets
    fetched[name] = (secrets, now)
    return secrets
  }
}
