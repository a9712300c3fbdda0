// SPDX-License-Identifier: Apache-2.0

import EventLoop
import Foundation
import HTTPServer
import Jobs
import Network
import Store
import Synchronization
import Testing
import VideoDocuments

import struct HTTPServer.RequestHead

@testable import Gateway

/// A clock that a test sets. It begins at the moment that the published signing vectors are of.
final class SetClock: JobClock {
  static let startSeconds: Int64 = 1_767_323_045
  private let milliseconds: Mutex<Int64>

  init(seconds: Int64 = startSeconds) { milliseconds = Mutex(seconds * 1_000) }

  var nowMilliseconds: Int64 { milliseconds.withLock { $0 } }

  func advance(milliseconds amount: Int64) { milliseconds.withLock { $0 += amount } }
  func advance(seconds: Int64) { advance(milliseconds: seconds * 1_000) }

  func sleep(milliseconds: Int64) async throws(CancellationError) { advance(milliseconds: milliseconds) }
}

/// A folder of this test's own, which is removed with it.
final class PrivateFolder: Sendable {
  let path: String

  init() throws {
    path = NSTemporaryDirectory() + "filmgate-callers-\(UUID().uuidString)"
    try FileManager.default.createDirectory(
      atPath: path, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
  }

  deinit { try? FileManager.default.removeItem(atPath: path) }
}

/// Callers' keys with a store, a feed and a clock of their own.
@LoopActor struct CallerWorld {
  let folder: PrivateFolder
  let clock: SetClock
  let store: any Store & CallerKeyStore
  let feed: JobFeed
  let keys: CallerKeys

  init(store: (any Store & CallerKeyStore)? = nil, clock: SetClock = SetClock()) async throws {
    folder = try PrivateFolder()
    self.clock = clock
    self.store = store ?? MemoryStore()
    feed = JobFeed()
    keys = try await CallerKeys.open(
      store: self.store, masterKeyPath: folder.path + "/jobs.db-key", feed: feed, clock: clock)
  }

  func make(
    budget: String? = nil, currency: String = "USD", parallel: Int? = nil, models: [String] = [],
    lifetimeSeconds: Int64? = nil
  ) async throws -> (record: CallerKeyRecord, credentials: CallerCredentials, caller: Caller) {
    let draft = CallerKeyDraft(
      name: "tenant", modelPatterns: models, budget: budget.flatMap { Price(currency: currency, decimal: $0) },
      parallelLimit: parallel, lifetimeSeconds: lifetimeSeconds)
    let (record, credentials) = try await keys.create(draft)
    return (record, credentials, Caller(keyID: record.id, name: record.name, modelPatterns: models))
  }

  /// What the gateway answers to a request whose body is that.
  func verdict(_ head: RequestHead, body: [UInt8] = []) async -> Result<Caller, Failure> {
    var head = head
    head.framing = body.isEmpty ? .empty : .length(UInt64(body.count))
    switch await keys.check(HTTPRequest(head: head, body: HTTPBody(body))) {
    case .caller(let caller): return .success(caller)
    case .refused(let failure): return .failure(failure)
    case .needsBodyDigest(_, let finish): return await finish(SHA256Digest(of: body))
    }
  }

  func verdict(authorization: String...) async -> Result<Caller, Failure> {
    var headers: HTTPHeaders = ["Host": "gate.example.com"]
    for value in authorization { headers.add("Authorization", value) }
    return await verdict(RequestHead(method: "GET", target: "/v1/videos", path: "/v1/videos", headers: headers))
  }
}

extension Result where Success == Caller, Failure == VideoDocuments.Failure {
  var message: String? { if case .failure(let failure) = self { failure.message } else { nil } }
  var keyID: String? { if case .success(let caller) = self { caller.keyID } else { nil } }
}
