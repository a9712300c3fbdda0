// SPDX-License-Identifier: Apache-2.0

/// What the jobs of one key take up of its limits right now. Pure: whoever asks the store and hears the news is elsewhere.
struct CallerUse {
  /// Room that was claimed for a job.
  private struct Claim {
    /// Counts against the budget until it is in the store's sum.
    var amountMicros: Int64
    /// `CallerSpending.position` when it was claimed.
    var position: Int64
    /// The job that came of it, once it is known to stand in the store.
    var jobID: String?
    /// `step` when that was noticed.
    var jobStep = 0
    /// The job is over already; a state read earlier must not bring it back.
    var isJobOver = false
    /// Settled or released.
    var isResolved = false
  }

  private(set) var liveJobs: Set<String>
  /// By the reservation's id.
  private var claims: [String: Claim] = [:]
  /// Counts the jobs that were noticed.
  private var step = 0
  /// The newest sums that were asked for and answered.
  private var sums = (begun: 0, ended: 0)
  /// What became of jobs while the store is being asked for those alive; nil while it is not.
  private var news: [String: Bool]?

  init(liveJobs: Set<String> = []) { self.liveJobs = liveJobs }

  /// Jobs under way and those about to be.
  var count: Int { liveJobs.count + claims.values.count { $0.jobID == nil } }

  /// What is promised beside the store's sum.
  var promisedMicros: Int64 { claims.values.reduce(0) { $0.addingWithoutOverflow($1.amountMicros) } }

  // MARK: Claims

  mutating func claim(_ id: String, amountMicros: Int64, position: Int64) {
    claims[id] = Claim(amountMicros: amountMicros, position: position)
  }

  /// `isLive` is the state in which the caller last read the job.
  mutating func settle(_ id: String, jobID: String, isLive: Bool) {
    let isOver = claims[id]?.isJobOver ?? false
    note(jobID, isLive: isLive && !isOver)
    attach(jobID, to: id)
    claims[id]?.isResolved = true
    removeIfDone(id)
  }

  mutating func release(_ id: String) {
    claims[id]?.isResolved = true
    removeIfDone(id)
  }

  /// News of a job.
  mutating func observe(jobID: String, reservationID: String?, isLive: Bool) {
    note(jobID, isLive: isLive)
    guard let id = reservationID, claims[id] != nil else { return }
    attach(jobID, to: id)
    if !isLive { claims[id]?.isJobOver = true }
  }

  private mutating func note(_ jobID: String, isLive: Bool) {
    if isLive { liveJobs.insert(jobID) } else { liveJobs.remove(jobID) }
    news?[jobID] = isLive
  }

  private mutating func attach(_ jobID: String, to id: String) {
    guard claims[id]?.jobID == nil else { return }
    step += 1
    claims[id]?.jobID = jobID
    claims[id]?.jobStep = step
  }

  /// A claim stays while somebody may still settle it, or its job may be missing from the last sum that was read.
  private mutating func removeIfDone(_ id: String) {
    guard let claim = claims[id], claim.isResolved, claim.jobID == nil || claim.amountMicros == 0 else { return }
    claims[id] = nil
  }

  // MARK: Questions to the store

  /// A sum that is being read.
  struct Sum {
    fileprivate var number: Int
    fileprivate var step: Int
    /// The jobs behind it are to be listed.
    var position: Int64?
  }

  /// Call before the sum is read, and `endSum` with its answer.
  mutating func beginSum() -> Sum {
    sums.begun += 1
    let position = claims.values.filter { $0.amountMicros > 0 }.map { $0.position }.min()
    return Sum(number: sums.begun, step: step, position: position)
  }

  /// Takes out of the promises what the sum contains: what it says itself, and jobs that were noticed before it began.
  /// False when the answer of a later question came first: then promises were taken out that this sum does not contain.
  mutating func endSum(_ sum: Sum, reservationIDs: Set<String>) -> Bool {
    guard sum.number > sums.ended else { return false }
    sums.ended = sum.number
    for (id, claim) in claims
    where reservationIDs.contains(id) || (claim.jobID != nil && claim.jobStep <= sum.step) {
      claims[id]?.amountMicros = 0
      removeIfDone(id)
    }
    return true
  }

  var isRecounting: Bool { news != nil }

  /// Call before the live jobs are read, and `endRecount` once they are; not twice at once.
  mutating func beginRecount() { news = [:] }

  /// Nil: they could not be read.
  mutating func endRecount(_ jobs: Set<String>?) {
    if let jobs {
      liveJobs = jobs
      for (job, isLive) in news ?? [:] {
        if isLive { liveJobs.insert(job) } else { liveJobs.remove(job) }
      }
    }
    news = nil
  }
}

extension Int64 {
  /// The sum, or the greatest number there is.
  func addingWithoutOverflow(_ other: Int64) -> Int64 {
    let (sum, hasOverflowed) = addingReportingOverflow(other)
    return hasOverflowed ? .max : sum
  }
}
