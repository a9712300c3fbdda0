// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import HTTPServer
public import Jobs
import Network
public import Store
public import VideoDocuments

/// The keys of a gateway's callers: who proves to have one, and what it may start.
///
/// Keys are answered from memory. The store is asked at most every half second whether another process has changed
/// them, so a key that `filmgate tokens revoke` took away stops working within that time. A key that another process has
/// made works at once.
@LoopActor public final class CallerKeys: CallerAuthenticator {
  /// How old what is in memory may be.
  static let maximumAgeMilliseconds: Int64 = 500

  let store: any CallerKeyStore
  let clock: any JobClock
  let master: MasterKey
  private(set) var keys: [String: CallerKeyRecord] = [:]
  private var revision: Int64?
  private var readAtMilliseconds: Int64?
  private var reading: Task<Failure?, Never>?
  /// By key; only of keys with a limit.
  var uses: [String: CallerUse] = [:]
  /// When each key's live jobs were last counted in the store.
  var recountedAtMilliseconds: [String: Int64] = [:]

  private init(store: any CallerKeyStore, master: MasterKey, clock: any JobClock) {
    self.store = store
    self.master = master
    self.clock = clock
  }

  /// Where the master key of a database is.
  public nonisolated static func masterKeyPath(besideDatabase path: String) -> String {
    MasterKey.path(besideDatabase: path)
  }

  /// Reads the keys. The master key is made when there is none, unless keys depend on one that is lost. The feed's news
  /// tell how much room jobs take; commands that only make and end keys need none.
  public static func open(
    store: any CallerKeyStore, masterKeyPath path: String, feed: JobFeed? = nil, clock: any JobClock = SystemClock()
  ) async throws(Failure) -> CallerKeys {
    let list = try await store.callerKeys()
    let dependents = list.keys.count { $0.isUsable(atSeconds: clock.nowMilliseconds / 1_000) }
    guard let master = try await MasterKey.open(path, mayCreate: dependents == 0) else {
      throw Failure(
        .authentication,
        "The master key file \(path) is missing; the secrets of \(dependents) callers' keys are derived from it.",
        advice: "Restore it from a copy, or revoke those keys with `filmgate tokens revoke` and make new ones.")
    }
    let keys = CallerKeys(store: store, master: master, clock: clock)
    keys.take(list)
    // First the news, then the count: so no job falls between the two.
    if let feed {
      feed.observe { [weak keys] job, _ in keys?.observe(job) }
      try await keys.countLiveJobs()
    }
    return keys
  }

  // MARK: The keys in memory

  private func take(_ list: CallerKeyList) {
    keys = Dictionary(list.keys.map { ($0.id, $0) }) { first, _ in first }
    revision = list.revision
    readAtMilliseconds = clock.nowMilliseconds
  }

  /// Reads what has changed, if what is in memory is too old. Whoever comes meanwhile waits for the same answer.
  func refresh(always: Bool = false) async throws(Failure) {
    // A clock that was set back makes it old too.
    if !always, let read = readAtMilliseconds,
      (0..<Self.maximumAgeMilliseconds).contains(clock.nowMilliseconds - read)
    {
      return
    }
    let reading = reading ?? Task { @LoopActor in await self.readChanges() }
    self.reading = reading
    if let failure = await reading.value { throw failure }
  }

  private func readChanges() async -> Failure? {
    defer { reading = nil }
    do throws(Failure) {
      let begun = clock.nowMilliseconds
      if try await store.callerKeysRevision() != revision { take(try await store.callerKeys()) }
      readAtMilliseconds = begun
      return nil
    } catch {
      return error
    }
  }

  // MARK: Proofs

  public func check(_ request: HTTPRequest) async -> AuthenticationStep {
    do throws(Failure) {
      let proof = try CallerProof(request.head)
      if case .lateSignature = proof { return try await checkLate(proof, request) }
      try proof.verify(secret: master.secret(of: proof.keyID), nowSeconds: clock.nowMilliseconds / 1_000)
      // Whoever has a right secret for a key that is not known has a new one.
      try await refresh(always: keys[proof.keyID] == nil)
      let caller = try admit(proof.keyID, orElse: proof.mismatch)
      guard let stated = proof.bodyDigest else { return .caller(caller) }
      guard request.head.framing != .empty else {
        return stated == .ofNothing ? .caller(caller) : .refused(.wrongBody)
      }
      return .needsBodyDigest(countsFor: caller.keyID) { digest in await self.finish(proof, digest) }
    } catch {
      return .refused(error)
    }
  }

  /// Nothing is proven before the body has come, so it is taken in for keys alone that there are: their names cannot be
  /// guessed.
  private func checkLate(_ proof: CallerProof, _ request: HTTPRequest) async throws(Failure) -> AuthenticationStep {
    try proof.verifyHead(secret: master.secret(of: proof.keyID), nowSeconds: clock.nowMilliseconds / 1_000)
    try await refresh()
    _ = try admit(proof.keyID, orElse: proof.mismatch)
    guard request.head.framing != .empty else {
      return .caller(try await finishLate(proof, .ofNothing, sinceSeconds: nil).get())
    }
    let begunSeconds = clock.nowMilliseconds / 1_000
    // Whoever only knows the name of a key must not use up what its holder has.
    return .needsBodyDigest(countsFor: "\(proof.keyID) unproven") { digest in
      await self.finishLate(proof, digest, sinceSeconds: begunSeconds)
    }
  }

  /// `sinceSeconds` is when the head came: a body that takes long makes no signature too old.
  private func finishLate(
    _ proof: CallerProof, _ digest: SHA256Digest, sinceSeconds: Int64?
  ) async -> Result<Caller, Failure> {
    do throws(Failure) {
      try proof.receiving(digest).verify(
        secret: master.secret(of: proof.keyID), nowSeconds: sinceSeconds ?? clock.nowMilliseconds / 1_000)
      try await refresh()
      return .success(try admit(proof.keyID, orElse: proof.mismatch))
    } catch {
      return .failure(error)
    }
  }

  /// The body may have taken long to come: whether the key still works is asked once more.
  private func finish(_ proof: CallerProof, _ digest: SHA256Digest) async -> Result<Caller, Failure> {
    do throws(Failure) {
      guard proof.bodyDigest.map({ ConstantTime.areEqual($0.bytes, digest.bytes) }) == true else { throw .wrongBody }
      try await refresh()
      return .success(try admit(proof.keyID, orElse: proof.mismatch))
    } catch {
      return .failure(error)
    }
  }

  /// The caller whose key that is; throws unless the key works now.
  func admit(_ keyID: String, orElse mismatch: Failure) throws(Failure) -> Caller {
    let now = clock.nowMilliseconds / 1_000
    guard let key = keys[keyID] else { throw mismatch }
    guard key.revokedAtSeconds == nil else { throw .revokedKey }
    if let expiry = key.expiresAtSeconds, expiry <= now { throw .expiredKey(expiry, nowSeconds: now) }
    return Caller(
      keyID: key.id, name: key.name, modelPatterns: key.modelPatterns, isAdministrator: key.isAdministrator)
  }

  /// Which of these keys work no more, and why.
  public func refusals(of keyIDs: Set<String>) async -> [String: Failure] {
    // A store that cannot be read takes no rights.
    try? await refresh()
    return keyIDs.reduce(into: [:]) { refusals, keyID in
      do throws(Failure) {
        _ = try admit(keyID, orElse: .revokedKey)
      } catch {
        refusals[keyID] = error
      }
    }
  }

  // MARK: Making and ending keys

  /// Makes a key. Its secret can be shown again, for it is derived.
  public func create(_ draft: CallerKeyDraft) async throws(Failure) -> (CallerKeyRecord, CallerCredentials) {
    let key = try draft.record(id: CallerCredentials.makeKeyID(), nowSeconds: clock.nowMilliseconds / 1_000)
    _ = try await store.insertCallerKey(key, onlyAsFirst: false)
    try await refresh(always: true)
    return (key, credentials(of: key))
  }

  /// At the first start of a gateway: a key of the name `first`, to be shown once, which is its operator's and may
  /// administer it. Nil when there ever was a key.
  public func makeFirstKeyIfNone() async throws(Failure) -> (CallerKeyRecord, CallerCredentials)? {
    let key = try CallerKeyDraft(name: "first", isAdministrator: true)
      .record(id: CallerCredentials.makeKeyID(), nowSeconds: clock.nowMilliseconds / 1_000)
    guard try await store.insertCallerKey(key, onlyAsFirst: true) else { return nil }
    try await refresh(always: true)
    return (key, credentials(of: key))
  }

  /// Takes a key's rights for good, at once in this process.
  public func revoke(_ id: String) async throws(Failure) -> CallerKeyRecord {
    let key = try await store.revokeCallerKey(id, atSeconds: clock.nowMilliseconds / 1_000)
    try await refresh(always: true)
    return key
  }

  /// Oldest first, also those that no longer work.
  public func list() async throws(Failure) -> [CallerKeyRecord] { try await store.callerKeys().keys }

  /// What the key's callers prove themselves with.
  public func credentials(of key: CallerKeyRecord) -> CallerCredentials {
    CallerCredentials(keyID: key.id, secret: master.secret(of: key.id))
  }
}
