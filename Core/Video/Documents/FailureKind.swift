// SPDX-License-Identifier: Apache-2.0

/// The closed list of ways in which something can fail. The raw value is constant and free of variable text, so it
/// serves as a metric label and in documents.
public enum FailureKind: String, Sendable, Hashable, CaseIterable {
  /// A value that the model, the dialect or the command line does not accept.
  case invalid
  /// Well-formed, but nothing here can do it.
  case unsupported
  /// Content policy: the prompt.
  case refusedPrompt = "refused_prompt"
  /// Content policy: an image, video or sound that was given.
  case refusedInput = "refused_input"
  /// Content policy: what came out.
  case refusedOutput = "refused_output"
  /// Credentials missing or rejected.
  case authentication = "auth"
  /// Credentials accepted, but not for this.
  case permission
  /// No money, package or quota left, or over the caller's own budget.
  case balance
  case rateLimited = "rate_limited"
  /// The vendor could not be reached; nothing was sent.
  case unreachable
  /// The vendor's own fault.
  case upstream
  /// The vendor answered in a shape that the plugin does not know.
  case drift
  /// Sent without a definite answer: it may have been bought. Never submit again.
  case unknownOutcome = "unknown_outcome"
  case expired
  case cancelled
  case notFound = "not_found"
  /// A plugin is missing, incompatible, quarantined or misbehaved.
  case plugin
  /// A limit of Filmgate itself.
  case limit
  /// A defect of Filmgate, or of the machine: disk full, database damaged.
  case `internal`
}
