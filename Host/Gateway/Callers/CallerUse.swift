// SPDX-License-Identifier: Apache-2.0

/// What the jobs of one key take up of its limits right now. Pure: whoever asks the store and hears the news is elsewhere.
struct CallerUse {
  /// Room that was claimed for a job.
  private struct Claim {
    let requestID: String
    /// Counts against the budget until the store's sum is known to contain the job.
    var amountMicros: Int64
    /// The job that came of it, once it stands in the store.
    var jobID: String?
    /// `step` when that was noticed.
    var jobStep = 0
    /// The job is over already; a state read earlier must not bring it back.
    var isJobOver = false
    /// Settled or released.
    var isResolved = false
  }

  private(set) var liveJobs: Set<String>
  private var claims: [Int: Claim] = [:]
  private var nextToken = 0
  /// Counts the jobs that were noticed.
  private var step = 0
  /// What became of jobs while the store is being asked for those alive; nil while it is not.
  private var news: [String: Bool]?

  init(liveJobs: Set<String> = []) { self.liveJobs = liveJobs }

  /// Jobs under way and those about to be.
  var count: Int { liveJobs.count + claims.values.count { $0.jobID == nil } }

  /// What claims promise to spend, beside the store's sum.
  var promisedMicros: Int64 { claims.values.reduce(0) { $0.addingWithoutOverflow($1.amountMicros) } }

  /// Whether some of that may be in a sum read from now on.
  var hasPromisesKept: Bool { claims.values.contains { $0.jobID != nil && $0.amountMicros > 0 } }

  // MARK: Claims

  /// Returns a token for the two below.
  mutating func claim(requestID: String, amountMicros: Int64) -> Int {
    nextToken += 1
    claims[nextToken] = Claim(requestID: requestID, amountMicros: amountMicros)
    return nextToken
  }

  /// `isLive` is the state in which the caller last read the job.
  mutating func settle(_ token: Int, jobID: String, isLive: Bool) {
    // Requests can share an id: then the news of this job may have gone to another claim.
    let other = claims.first { $0.key != token && $0.value.jobID == jobID }?.key
    let heard = claims[other ?? token]
    let isOver = heard?.jobID == jobID && heard?.isJobOver == true
    if let other {
      claims[other]?.jobID = nil
      claims[other]?.isJobOver = false
      removeIfDone(other)
    }
    if claims[token]?.jobID != jobID { attach(jobID, to: token) }
    note(jobID, isLive: isLive && !isOver)
    claims[token]?.isResolved = true
    removeIfDone(token)
  }

  mutating func release(_ token: Int) {
    claims[token]?.isResolved = true
    removeIfDone(token)
  }

  /// News of a job.
  mutating func observe(jobID: String, requestID: String, isLive: Bool) {
    note(jobID, isLive: isLive)
    let known = claims.first { $0.value.jobID == jobID }?.key
    guard let token = known ?? claims.first(where: { $0.value.jobID == nil && $0.value.requestID == requestID })?.key
    else { return }
    if known == nil { attach(jobID, to: token) }
    if !isLive { claims[token]?.isJobOver = true }
  }

  private mutating func note(_ jobID: String, isLive: Bool) {
    if isLive { liveJobs.insert(jobID) } else { liveJobs.remove(jobID) }
    news?[jobID] = isLive
  }

  private mutating func attach(_ jobID: String, to token: Int) {
    step += 1
    claims[token]?.jobID = jobID
    claims[token]?.jobStep = step
  }

  /// A claim stays while somebody may still settle it, or its job may be missing from the last sum that was read.
  private mutating func removeIfDone(_ token: Int) {
    guard let claim = claims[token], claim.isResolved, claim.jobID == nil || claim.amountMicros == 0 else { return }
    claims[token] = nil
  }

  // MARK: Questions to the store

  /// Call before the sum is read, and `endSum` with the result once it is.
  func beginSum() -> Int { step }

  mutating func endSum(_ begun: Int) {
    for (token, claim) in claims where claim.jobID != nil && claim.jobStep <= begun {
      claims[token]?.amountMicros = 0
      removeIfDone(token)
    }
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
