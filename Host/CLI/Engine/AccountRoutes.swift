// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import Store
import VideoDocuments

/// Tells the wire how each account reaches its provider and signs.
@LoopActor final class AccountRoutes: JobRoutes {
  private let accounts: [Account]
  private let manifests: [Manifest]
  /// One signer an account, so that a token is used until it is old.
  private var signers: [String: Signer] = [:]

  nonisolated init(accounts: [Account], manifests: [Manifest]) {
    self.accounts = accounts
    self.manifests = manifests
  }

  func route(for job: JobRecord) async throws(Failure) -> JobRoute {
    JobRoute(profile: try profile(of: job), signer: try await signer(for: job))
  }

  /// As `route`, for a dry run: an account without its secrets will do, for nothing is sent.
  func previewRoute(for job: JobRecord) throws(Failure) -> JobRoute {
    guard let account = accounts.first(where: { $0.name == job.account }) else { throw unknownAccount(job) }
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
    if let signer = signers[job.account] { return signer }
    guard let account = accounts.first(where: { $0.name == job.account }) else { throw unknownAccount(job) }
    if var lack = account.lack(displayName: account.pluginID) {
      lack.advice = lack.advice.map { "\($0) The job waits." }
      lack.isRetryable = true
      throw lack
    }
    let complete = try await account.fetchingSecrets()
    let signer = Signer(scheme: try scheme(of: complete), secrets: complete.secrets)
    signers[job.account] = signer
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
