// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import Store
import VideoDocuments

/// Tells the wire how each account reaches its provider and signs.
@LoopActor final class AccountRoutes: JobRoutes {
  private struct Entry {
    var account: Account
    var identity: AccountIdentity
  }

  /// By name.
  private var accounts: [String: Entry]
  private var manifests: [Manifest]
  /// One signer an account, so that a token is used until it is old.
  private var signers: [AccountIdentity: Signer] = [:]

  nonisolated init(accounts: [Account], manifests: [Manifest]) {
    self.accounts = Self.table(accounts)
    self.manifests = manifests
  }

  /// Takes other accounts and plugins from now on. Accounts that are the same keep their signers; secrets that a command
  /// prints are asked for again.
  func update(accounts: [Account], manifests: [Manifest]) {
    self.accounts = Self.table(accounts)
    self.manifests = manifests
    let kept = Set(self.accounts.values.filter { $0.account.secretCommands.isEmpty }.map { $0.identity })
    signers = signers.filter { kept.contains($0.key) }
  }

  private nonisolated static func table(_ accounts: [Account]) -> [String: Entry] {
    Dictionary(accounts.map { ($0.name, Entry(account: $0, identity: $0.identity)) }) { first, _ in first }
  }

  func route(for job: JobRecord) async throws(Failure) -> JobRoute {
    JobRoute(profile: try profile(of: job), signer: try await signer(for: job))
  }

  /// As `route`, for a dry run: an account without its secrets will do, for nothing is sent.
  func previewRoute(for job: JobRecord) throws(Failure) -> JobRoute {
    guard let account = accounts[job.account]?.account else { throw unknownAccount(job) }
    return JobRoute(
      profile: try profile(of: job), signer: Signer(scheme: try scheme(of: account), secrets: account.secrets))
  }

  private func profile(of job: JobRecord) throws(Failure) -> ProfileFacts {
    guard let manifest = manifests.first(where: { $0.id == job.pluginID }) else {
      throw Failure(
        .plugin, "The plugin \(job.pluginID) of this job is not installed.", advice: "put its file back; the job waits",
        isRetryable: true)
    }
    guard let profile = manifest.profiles.first(where: { $0.id == job.connection.profile }) else {
      throw Failure(
        .plugin, "The plugin \(job.pluginID) has no profile \(job.connection.profile) any more.",
        advice: "install the version that the job was bought with (\(job.pluginVersion))", isRetryable: true)
    }
    return profile
  }

  private func signer(for job: JobRecord) async throws(Failure) -> Signer {
    // An account that only has the name belongs to another provider: its secrets are nothing for this one.
    guard let entry = accounts[job.account], entry.account.pluginID == job.pluginID else { throw unknownAccount(job) }
    if let signer = signers[entry.identity] { return signer }
    let account = entry.account
    if var lack = account.lack(displayName: account.pluginID) {
      lack.advice = lack.advice.map { "\($0) The job waits." }
      lack.isRetryable = true
      throw lack
    }
    let complete = try await account.fetchingSecrets()
    let signer = Signer(scheme: try scheme(of: complete), secrets: complete.secrets)
    // The accounts may have been replaced while a command printed the secrets.
    if accounts[job.account]?.identity == entry.identity { signers[entry.identity] = signer }
    return signer
  }

  private func scheme(of account: Account) throws(Failure) -> AuthenticationScheme {
    do throws(AuthenticationSchemeFailure) {
      return try AuthenticationScheme(account.authentication)
    } catch {
      throw Failure(
        .plugin, "The plugin \(account.pluginID) names an authentication scheme that cannot be used: \(error).",
        isRetryable: false)
    }
  }

  private func unknownAccount(_ job: JobRecord) -> Failure {
    Failure(
      .authentication, "The account \(job.account), which this job was bought with, is not configured any more.",
      advice: "configure it again; the job waits", isRetryable: true)
  }
}
