// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// Where the keys of a gateway's callers are kept, and what their jobs cost. Durable and shared like the jobs, see `Store`.
public protocol CallerKeyStore: Sendable {
  /// Writes a new key; false, and nothing is written, when `onlyAsFirst` is set and there ever was another one.
  nonisolated(nonsending) func insertCallerKey(
    _ key: CallerKeyRecord, onlyAsFirst: Bool
  ) async throws(Failure) -> Bool

  /// Every key that there ever was, oldest first.
  nonisolated(nonsending) func callerKeys() async throws(Failure) -> CallerKeyList

  /// `CallerKeyList.revision` of the list as it is now; cheap.
  nonisolated(nonsending) func callerKeysRevision() async throws(Failure) -> Int64

  /// Takes the key's rights for good; one that was revoked before stays as it is. Returns the key; throws `not_found`.
  nonisolated(nonsending) func revokeCallerKey(
    _ id: String, atSeconds: Int64
  ) async throws(Failure) -> CallerKeyRecord

  /// What the key's jobs cost, or may cost as long as that is open. Removed jobs still count: see `JobRecord.charge`.
  /// With the position of an earlier answer, the reservations of jobs written since then are listed.
  nonisolated(nonsending) func spending(
    of keyID: String, since position: Int64?
  ) async throws(Failure) -> CallerSpending

  /// The ids of jobs that have something left to do, by the key that made them; of one key only, or of all.
  nonisolated(nonsending) func liveJobsOfCallers(keyID: String?) async throws(Failure) -> [String: Set<String>]
}

/// What the jobs of one key cost at one moment.
public struct CallerSpending: Sendable, Hashable {
  /// One sum in each currency.
  public var sums: [Price]
  /// Jobs written later stand behind it.
  public var position: Int64
  /// `JobCaller.reservationID` of jobs that are in the sums already.
  public var reservationIDs: Set<String>

  public init(sums: [Price], position: Int64, reservationIDs: Set<String> = []) {
    self.sums = sums
    self.position = position
    self.reservationIDs = reservationIDs
  }
}

/// All keys at one moment.
public struct CallerKeyList: Sendable, Hashable {
  public var keys: [CallerKeyRecord]
  /// Grows with every change of any key.
  public var revision: Int64

  public init(keys: [CallerKeyRecord], revision: Int64) {
    self.keys = keys
    self.revision = revision
  }
}
