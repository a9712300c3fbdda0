// SPDX-License-Identifier: Apache-2.0

/// How a server looks after its jobs.
public struct SupervisorSettings: Sendable, Hashable {
  /// Looks and cancels under way at once; more wait.
  public var maximumLooks = 256
  /// Clips that are brought home at once; more wait.
  public var maximumDownloads = 32
  /// How often the store is searched for what other processes did, in milliseconds.
  public var glanceMilliseconds: Int64 = 15_000
  /// After how long a job is tried again that waits for a person (a rejected key, a full disk), in milliseconds. New
  /// accounts are tried at once.
  public var pausedMilliseconds: Int64 = 300_000
  /// After how long a job is tried again whose store failed, in milliseconds.
  public var storeRetryMilliseconds: Int64 = 2_000
  /// The least time between two looks at one job that somebody asked for, in milliseconds.
  public var minimumLookMilliseconds: Int64 = 1_000
  /// How long purchases under way may take to their answer once `stop` was called, in milliseconds.
  public var graceMilliseconds: Int64 = 20_000
  /// Jobs of unknown outcome are asked for so long after they became that, if their vendor can be asked by an id of
  /// ours; at the start of a server once in any case. In milliseconds.
  public var lookUpMilliseconds: Int64 = 86_400_000
  /// The wait before the first question; it doubles with each further one, in milliseconds.
  public var firstLookUpMilliseconds: Int64 = 2_000
  /// The longest wait between two, in milliseconds.
  public var maximumLookUpWaitMilliseconds: Int64 = 3_600_000
  /// So many of the newest are asked for at the start of a server.
  public var maximumLookUps = 1_000

  public init() {}
}
