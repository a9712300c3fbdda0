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
    return withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let report = try await desk.create(draft)
      for pattern in try await desk.unknown(draft.modelPatterns) {
        session.terminal.say("warning: no model here is called \(pattern)")
      }
      if session.wantsJSON {
        session.terminal.result(report.json.text)
      } else {
        session.terminal.result(TokenText.page(report))
        let place = RemoteGateway.isNamed(in: session) ? "Where the gateway runs, " : ""
        session.terminal.say(
          "Whoever has it can spend in its name. \(place)`filmgate tokens show ID --secret` shows it again.")
      }
      return ExitCode.done.rawValue
    }
  }

  static func list(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let reports = try await desk.list()
      if session.wantsJSON {
        session.terminal.result(JSON.array(reports.map { $0.json }).text)
      } else if reports.isEmpty {
        session.terminal.say("There are no keys. `filmgate tokens create NAME` makes one.")
      } else {
        session.terminal.result(TextTable.render(reports.map { TokenText.row($0) }))
      }
      return ExitCode.done.rawValue
    }
  }

  static func show(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let report = try await desk.find(session.command.positionals[0], withSecrets: session.command.isOn("secret"))
      session.terminal.result(session.wantsJSON ? report.json.text : TokenText.page(report))
      return ExitCode.done.rawValue
    }
  }

  static func revoke(_ session: Session) -> Int32 {
    withDesk(session) { (desk) async throws(Failure) -> Int32 in
      let found = try await desk.find(session.command.positionals[0], withSecrets: false)
      let report = try await desk.revoke(found.key.id)
      if session.wantsJSON {
        session.terminal.result(report.json.text)
      } else if found.state == .revoked {
        session.terminal.say("\(TokenText.title(report.key)) was revoked before.")
      } else {
        session.terminal.say("Revoked \(TokenText.title(report.key)). Its jobs under way go on.")
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
      let now = SystemClock().nowMilliseconds / 1_000
      words.set(((try? await store.callerKeys().keys) ?? []).filter { $0.isUsable(atSeconds: now) }.map { $0.id })
      await store.close()
      return 0
    }
    return words.value
  }

  // MARK: What they share

  /// The gateway that is named, else this machine's database.
  private static func withDesk(
    _ session: Session, _ body: @escaping @Sendable @LoopActor (any TokenDesk) async throws(Failure) -> Int32
  ) -> Int32 {
    guard RemoteGateway.isNamed(in: session) else {
      return withStore(session) { (store, path) async throws(Failure) -> Int32 in
        try await body(LocalTokenDesk(session: session, store: store, databasePath: path))
      }
    }
    return MainThread.run { _ in
      await session.runOnLoop { () async throws(Failure) -> Int32 in
        guard let gateway = try RemoteGateway.named(in: session) else { return ExitCode.unexpected.rawValue }
        return try await body(RemoteTokenDesk(gateway: gateway))
      }
    }
  }

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
}
