// SPDX-License-Identifier: Apache-2.0

public import EventLoop
public import Store

/// Room that was claimed for a job not yet written down: put its id into the job, and settle it once the job stands in
/// the store. One that is forgotten releases itself.
@LoopActor public final class CallerReservation {
  public typealias Settle = @LoopActor (JobRecord) -> Void
  public typealias Release = @LoopActor () -> Void

  /// For `JobCaller.reservationID`, so that the job counts once even while its request still waits; nil where nothing
  /// is counted.
  public nonisolated let id: String?
  /// What the store is to hold the job to.
  public nonisolated let limits: CallerLimits?
  private let onSettle: Settle
  private let onRelease: Release
  private var isOver = false

  public nonisolated init(
    id: String? = nil, limits: CallerLimits? = nil, settle: @escaping Settle = { _ in }, release: @escaping Release = {}
  ) {
    self.id = id
    self.limits = limits
    onSettle = settle
    onRelease = release
  }

  /// The job stands in the store: from now on it takes the room itself, until it is over. Also for a job that was there
  /// already, as a repeated request finds it.
  public func settle(_ job: JobRecord) {
    guard !isOver else { return }
    isOver = true
    onSettle(job)
  }

  /// No job came of it.
  public func release() {
    guard !isOver else { return }
    isOver = true
    onRelease()
  }

  deinit {
    guard !isOver else { return }
    let release = onRelease
    Task { @LoopActor in release() }
  }
}
