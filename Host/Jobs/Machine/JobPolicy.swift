// SPDX-License-Identifier: Apache-2.0

/// How patient the machine is. Times in milliseconds.
public struct JobPolicy: Sendable, Hashable {
  /// Submissions of which surely nothing was sent, before the job fails.
  public var maximumSubmitAttempts = 4
  public var submitBackoffMilliseconds: Int64 = 1_000

  /// The first wait after a look that failed; it doubles with each further one.
  public var lookBackoffMilliseconds: Int64 = 2_000
  public var maximumBackoffMilliseconds: Int64 = 60_000
  /// The longest wait that a vendor can ask for.
  public var maximumVendorWaitMilliseconds: Int64 = 3_600_000
  /// The least and the most that `poll_after_ms` can say.
  public var minimumPollMilliseconds: Int64 = 200
  public var maximumPollMilliseconds: Int64 = 600_000
  /// Looks in a row that fail for a reason that time does not heal, before a person is told.
  public var hopelessLooks = 3
  /// A vendor may not know its own task at first: so long, and so often, "not found" is no verdict.
  public var notFoundGraceMilliseconds: Int64 = 300_000
  public var notFoundLooks = 5

  public var collectBackoffMilliseconds: Int64 = 2_000
  /// Links that answered "gone" in a row, each asked for anew, before an output counts as lost.
  public var goneLinks = 5
  /// Downloads that were no clip, or answers without any link, before a person is told.
  public var hopelessCollects = 5
  /// Failed downloads of something that is not the clip, before it is left out.
  public var sideOutputAttempts = 3

  /// Whether the outputs of a gateway's callers are brought home. If not, they fetch them through the gateway while the
  /// vendor's links live. Outputs for a command line always are.
  public var isArchiving = true

  /// Bytes of the vendor's own task object that are kept; larger ones are left out.
  public var maximumVendorTaskBytes = 256 << 10

  public init() {}
}
