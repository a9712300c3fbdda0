// SPDX-License-Identifier: Apache-2.0

public import VideoDocuments

/// What a caller's create request means.
public struct DecodedRequest: Sendable {
  public var request: VideoRequest
  /// Fields that the wire format knows and this request cannot carry on.
  public var ledger: [LedgerEntry]
  /// Sentences for people: what was given twice, and which one counts.
  public var warnings: [String]

  public init(request: VideoRequest, ledger: [LedgerEntry] = [], warnings: [String] = []) {
    self.request = request
    self.ledger = ledger
    self.warnings = warnings
  }
}
