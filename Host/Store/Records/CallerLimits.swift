// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// What the jobs of one key may take up together. Judged where a job is written, so that it holds for all processes that
/// share the store.
public struct CallerLimits: Sendable, Hashable {
  /// What all of them may cost; nil: any amount.
  public var budget: Price?
  /// How many may be under way at once; nil: any number.
  public var parallelLimit: Int?

  public init(budget: Price?, parallelLimit: Int?) {
    self.budget = budget
    self.parallelLimit = parallelLimit
  }

  /// Throws where a job that is about to be written is one too many. `sums` and `liveJobs` contain it already.
  func check(_ job: JobRecord, sums: [Price], liveJobs: Int) throws(Failure) {
    if let parallelLimit, job.state.isLive, liveJobs > parallelLimit { throw .tooManyJobs(parallelLimit) }
    guard let budget, let charge = job.charge, charge.isComparable(with: budget) else { return }
    let together = sums.sumMicros(comparableWith: budget)
    guard together > budget.amountMicros else { return }
    throw .overBudget(budget, spentMicros: together - charge.amountMicros, price: charge)
  }
}

extension Failure {
  /// When a caller with too many jobs may try again.
  private static let tooManyJobsMilliseconds: Int64 = 5_000

  /// Of a key that has as many jobs under way as it may.
  public static func tooManyJobs(_ limit: Int) -> Failure {
    Failure(
      .rateLimited,
      "\(limit) \(limit == 1 ? "job" : "jobs") of this key are under way, as many as it may have at once.",
      advice: "Wait until one is over.", retryAfterMilliseconds: tooManyJobsMilliseconds)
  }

  /// Of a job that does not fit into what is left of a key's budget.
  public static func overBudget(_ budget: Price, spentMicros: Int64, price: Price) -> Failure {
    let spent = Price(currency: budget.currency, amountMicros: spentMicros)
    return Failure(
      .balance,
      "This can cost up to \(price.decimal) \(price.currency); of the key's budget of \(budget.decimal) "
        + "\(budget.currency), \(spent.decimal) are spent or promised.",
      advice: "Ask for a shorter or smaller clip, or use a key with a larger budget.")
  }
}
