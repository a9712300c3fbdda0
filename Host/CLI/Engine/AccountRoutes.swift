// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Jobs
import Network
import Store
import VideoDocuments

/// Tells the wire how each account reaches its provider and signs.
///
/// A job is looked at, cancelled and fetched with the account that bought it. So what an account was before it was
/// changed or taken out of the configuration is kept as long as the process lives, for the jobs that it bought then:
/// the secrets of one address never go to another.
@LoopActor final class AccountRoutes: JobRoutes {
  private struct Entry {
    var account: Account
    var identity: AccountIdentity

    init(_ account: Account) {
      self.account = account
      identity = account.identity
    }

    /// Whether the account leads where the job was bought.
    func leads(whereBought job: JobRecord) -> Bool {
      account.profile == job.connection.profile && Self.plain(account.baseURL) == Self.plain(job.connection.baseURL)
    }

    /// Whether the job was bought with the very same key.
    func hasKey(of job: JobRecord) -> Bool { !account.fingerprint.isEmpty && account.fingerprint == job.accountKey }

    private static func plain(_ url: String) -> Substring { url.hasSuffix("/") ? url.dropLast() : url[...] }
  }

  /// Earlier forms of one account that are kept.
  private static let maximumFormer = 8

  private var accounts: [AccountName: Entry]
  /// What accounts were before, newest first.
  private var former: [AccountName: [Entry]] = [:]
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
    let next = Self.table(accounts)
    for (name, old) in self.accounts where next[name]?.identity != old.identity {
      // One that could not be used bought nothing.
      guard old.account.missing.isEmpty else { continue }
      former[name] = Array(([old] + (former[name] ?? [])).prefix(Self.maximumFormer))
    }
    self.accounts = next
    self.manifests = manifests
    let all = Array(next.values) + former.values.joined()
    let kept = Set(all.filter { $0.account.secretCommands.isEmpty }.map { $0.identity })
    signers = signers.filter { kept.contains($0.key) }
  }

  private nonisolated static func table(_ accounts: [Account]) -> [AccountName: Entry] {
    Dictionary(accounts.map { (AccountName($0.pluginID, $0.name), Entry($0)) }) { first, _ in first }
  }

  /// The account that bought the job: never one that leads elsewhere, for its secrets are none of that address's.
  private func entry(for job: JobRecord) -> Entry? {
    if let current = currentEntry(for: job) { return current }
    let name = AccountName(job.pluginID, job.account)
    let past = (former[name] ?? []).first { $0.leads(whereBought: job) && $0.account.missing.isEmpty }
    // One that lacks something now says what.
    return past ?? accounts[name].flatMap { $0.leads(whereBought: job) ? $0 : nil }
  }

  /// The same among the accounts of today: of that name with the key that bought the job, else of any name with that
  /// key, else of that name with another key, which took the first one's place.
  private func currentEntry(for job: JobRecord) -> Entry? {
    var named = accounts[AccountName(job.pluginID, job.account)]
    if named?.leads(whereBought: job) != true || named?.account.missing.isEmpty != true { named = nil }
    if let named, named.hasKey(of: job) { return named }
    let renamed = accounts.values.first {
      $0.account.pluginID == job.pluginID && $0.hasKey(of: job) && $0.leads(whereBought: job)
        && $0.account.missing.isEmpty
    }
    return renamed ?? named
  }

  /// Why no account of today can look after the job: there is none of its name, or it leads elsewhere. Nil when one can,
  /// or only lacks its key.
  func lack(for job: JobRecord) -> Lack? {
    if currentEntry(for: job) != nil { return nil }
    guard let named = accounts[AccountName(job.pluginID, job.account)] else { return .unknown }
    return named.leads(whereBought: job) ? nil : .moved
  }

  enum Lack: Hashable {
    case unknown
    case moved
  }

  /// The same as an account, for whoever checks what its vendor announces.
  func buyer(of job: JobRecord) -> Account? { entry(for: job)?.account }

  func route(for job: JobRecord) async throws(Failure) -> JobRoute {
    JobRoute(profile: try profile(of: job), signer: try await signer(for: job))
  }

  /// As `route`, for a dry run: an account without its secrets will do, for nothing is sent.
  func previewRoute(for job: JobRecord) throws(Failure) -> JobRoute {
    guard let account = accounts[AccountName(job.pluginID, job.account)]?.account else { throw unknownAccount(job) }
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
    guard let entry = entry(for: job) else { throw lack(for: job) == .moved ? moved(job) : unknownAccount(job) }
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
    if self.entry(for: job)?.identity == entry.identity { signers[entry.identity] = signer }
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

  private func moved(_ job: JobRecord) -> Failure {
    let now = accounts[AccountName(job.pluginID, job.account)]?.account
    let place = now.map { "\($0.baseURL) (\($0.profile))" } ?? "another address"
    return Failure(
      .authentication,
      "The account \(job.account) leads to \(place) now, and this job was bought with it at "
        + "\(job.connection.baseURL) (\(job.connection.profile)).",
      advice: "configure an account with that address and the key of then, under any name; the job waits",
      isRetryable: true)
  }

  private func unknownAccount(_ job: JobRecord) -> Failure {
    Failure(
      .authentication, "The account \(job.account), which this job was bought with, is not configured any more.",
      advice: "configure it again; the job waits", isRetryable: true)
  }
}
