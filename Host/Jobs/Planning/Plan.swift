// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// A request that can be bought as it stands: every limit of the model checked, every default filled in.
public struct Plan: Sendable {
  public var pluginID: String
  public var pluginVersion: String
  public var manifest: Manifest
  public var model: ModelFacts
  public var profile: ProfileFacts
  /// Whose key pays. Its secrets may still have to be fetched: see `Account.fetchingSecrets`.
  public var account: Account
  /// The request with defaults, roles and implied fields filled in.
  public var request: VideoRequest
  /// What planning did to each field; `LedgerCheck.merge` adds what the plugin's `create` says.
  public var ledger: [LedgerEntry]
  /// Sentences for people.
  public var warnings: [String]
}

/// Why a request cannot be bought, with everything that is wrong with it.
public struct PlanFailure: Error, Sendable {
  /// In the order in which they were found; never empty.
  public let problems: [Failure]

  public init(_ first: Failure, others: [Failure] = []) { problems = [first] + others }

  /// The first problem; its message counts the others.
  public var failure: Failure {
    var failure = problems[0]
    switch problems.count {
    case 1: break
    case 2: failure.message += " (One more problem was found.)"
    default: failure.message += " (\(problems.count - 1) more problems were found.)"
    }
    return failure
  }
}

/// How to plan.
public struct PlanOptions: Sendable {
  /// What becomes of fields that the model cannot use.
  public enum Leniency: Sendable, Hashable {
    /// They are an error.
    case strict
    /// They are dropped with a warning. Inputs, shots and the number of clips are never dropped.
    case lenient
  }

  public var leniency: Leniency
  /// The account to use, by name; nil: one that fits.
  public var account: String?
  /// The profile to use, by id; nil: any.
  public var profile: String?
  /// From 0 up to 1: chooses among accounts that fit equally well, by their weights.
  public var chance: Double = 0
  /// Accounts at which a job would have to wait: others come first.
  public var busyAccounts: Set<String> = []
  /// For requests that name no model.
  public var defaultModel: String?
  /// False for a dry run: an account without its secrets will do.
  public var needsSecrets: Bool
  public var limits: PlanLimits

  public init(
    leniency: Leniency = .strict, account: String? = nil, profile: String? = nil, defaultModel: String? = nil,
    needsSecrets: Bool = true, limits: PlanLimits = PlanLimits()
  ) {
    self.leniency = leniency
    self.account = account
    self.profile = profile
    self.defaultModel = defaultModel
    self.needsSecrets = needsSecrets
    self.limits = limits
  }
}

/// Limits of Filmgate itself, whatever a model takes.
public struct PlanLimits: Sendable, Hashable {
  public var maximumPromptBytes = 32 << 10
  public var maximumInputs = 32
  public var maximumInputBytes: Int64 = 64 << 20
  public var maximumShots = 64
  public var maximumOptions = 128

  public init() {}
}
