// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Gateway
import Jobs
import OrderedJSON
import Store
import VideoDocuments

extension TokensCommand {
  static func create(_ session: Session) throws(UsageFailure) -> Int32 {
    let draft = try draft(session.command)
    return withStore(session) { (store, path) async throws(Failure) -> Int32 in
      let keys = try await open(store, path)
      let (key, _) = try await keys.create(draft)
      let secrets = TokenSecrets(key, keys)
      for pattern in unknown(draft.modelPatterns, session) {
        session.terminal.say("warning: no model here is called \(pattern)")
      }
      if session.wantsJSON {
        session.terminal.result(JSON.object(TokenText.json(key, use(key), secrets, now: now)).text)
      } else {
        session.terminal.result(TokenText.page(key, use(key), secrets, now: now))
        session.terminal.say("Whoever has it can spend in its name. `filmgate tokens show ID --secret` shows it again.")
      }
      return ExitCode.done.rawValue
    }
  }

  static func list(_ session: Session) -> Int32 {
    withStore(session) { (store, _) async throws(Failure) -> Int32 in
      let keys = try await store.callerKeys().keys
      var uses: [TokenUse] = []
      for key in keys { uses.append(try await use(key, store)) }
      if session.wantsJSON {
        session.terminal.result(
          JSON.array(zip(keys, uses).map { .object(TokenText.json($0, $1, nil, now: now)) }).text)
      } else if keys.isEmpty {
        session.terminal.say("There are no keys. `filmgate tokens create NAME` makes one.")
      } else {
        session.terminal.result(
          TextTable.render(zip(keys, uses).map { TokenText.row($0, $1, now: now) }))
      }
      return ExitCode.done.rawValue
    }
  }

  static func show(_ session: Session) -> Int32 {
    withStore(session) { (store, path) async throws(Failure) -> Int32 in
      let key = try await find(session.command.positionals[0], store)
      let use = try await use(key, store)
      // Only who asks for the secret needs the master key.
      let secrets = session.command.isOn("secret") ? TokenSecrets(key, try await open(store, path)) : nil
      if session.wantsJSON {
        session.terminal.result(JSON.object(TokenText.json(key, use, secrets, now: now)).text)
      } else {
        session.terminal.result(TokenText.page(key, use, secrets, now: now))
      }
      return ExitCode.done.rawValue
    }
  }

  static func revoke(_ session: Session) -> Int32 {
    withStore(session) { (store, _) async throws(Failure) -> Int32 in
      let found = try await find(session.command.positionals[0], store)
      let key = try await store.revokeCallerKey(found.id, atSeconds: now)
      if session.wantsJSON {
        session.terminal.result(JSON.object(TokenText.json(key, try await use(key, store), nil, now: now)).text)
      } else if found.revokedAtSeconds != nil {
        session.terminal.say("\(TokenText.title(key)) was revoked before.")
      } else {
        session.terminal.say("Revoked \(TokenText.title(key)). Its jobs under way go on.")
      }
      return ExitCode.done.rawValue
    }
  }

  /// The ids that a shell offers; none where something is wrong.
  static func words(_ session: Session) -> [String] {
    let words = Handover<String>()
    _ = MainThread.run { _ in
      guard let path = try? session.locations().databaseFile, let store = try? await SQLiteStore.open(path: path)
      else { return 0 }
      words.set(((try? await store.callerKeys().keys) ?? []).filter { $0.isUsable(atSeconds: now) }.map { $0.id })
      await store.close()
      return 0
    }
    return words.value
  }

  // MARK: What they share

  /// The jobs' database, for a while: a gateway may be at work with it.
  static func withStore(
    _ session: Session, _ body: @escaping @Sendable @LoopActor (SQLiteStore, String) async throws(Failure) -> Int32
  ) -> Int32 {
    MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        let path = try session.locations().databaseFile
        let store = try await SQLiteStore.open(path: path)
        let code = await session.runOnLoop { () async throws(Failure) -> Int32 in try await body(store, path) }
        await store.close()
        return code
      }
    }
  }

  @LoopActor static func open(_ store: SQLiteStore, _ path: String) async throws(Failure) -> CallerKeys {
    try await CallerKeys.open(store: store, masterKeyPath: CallerKeys.masterKeyPath(besideDatabase: path))
  }

  private static var now: Int64 { SystemClock().nowMilliseconds / 1_000 }

  @LoopActor private static func use(
    _ key: CallerKeyRecord, _ store: SQLiteStore
  ) async throws(Failure) -> TokenUse {
    TokenUse(
      spent: try await store.spending(of: key.id, since: nil).sums,
      liveJobs: try await store.liveJobsOfCallers(keyID: key.id)[key.id]?.count ?? 0)
  }

  /// Of a key that is new.
  private static func use(_ key: CallerKeyRecord) -> TokenUse { TokenUse(spent: [], liveJobs: 0) }

  /// By id, or by a name that one key has; a key that still works goes before those that do not.
  @LoopActor static func find(
    _ text: String, _ store: SQLiteStore
  ) async throws(Failure) -> CallerKeyRecord {
    let keys = try await store.callerKeys().keys
    if let key = keys.first(where: { $0.id == text }) { return key }
    let named = keys.filter { $0.name == text }
    let usable = named.filter { $0.isUsable(atSeconds: now) }
    let candidates = usable.isEmpty ? named : usable
    guard let key = candidates.first else {
      throw Failure(
        .notFound, "There is no key of the id or name \(TokenText.quoted(text)).", field: "ID",
        advice: "`filmgate tokens list` lists the keys")
    }
    guard candidates.count == 1 else {
      throw Failure(
        .invalid, "\(candidates.count) keys have the name \(TokenText.quoted(text)).", field: "ID",
        advice: "give the id: \(candidates.map { $0.id }.joined(separator: ", "))")
    }
    return key
  }

  /// Patterns that fit no model of the plugins that are installed now.
  private static func unknown(_ patterns: [String], _ session: Session) -> [String] {
    guard !patterns.isEmpty else { return [] }
    let entries = Session.catalog(of: session.plugins()).entries
    let models = entries.flatMap { $0.manifest.models }
    return patterns.filter { pattern in
      // A model may be named by a pattern itself; then one that looks like a name cannot be judged.
      !models.contains {
        NamePattern(pattern).matches($0.id) || $0.patterns.contains { NamePattern($0).matches(pattern) }
      }
    }
  }
}
