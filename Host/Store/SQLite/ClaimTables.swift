// SPDX-License-Identifier: Apache-2.0

import VideoDocuments

/// The statements on tasks of vendors that were found for jobs of unknown outcome.
enum ClaimTables {
  static func take(_ claim: UpstreamClaim, for number: Int64, _ connection: SQLiteConnection) throws(Failure) {
    try connection.run(
      "INSERT INTO claims (account, upstream_id, job) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
      [.text(claim.account), .text(claim.upstreamID), .integer(number)])
    var other: String?
    try connection.run(
      """
      SELECT id FROM claims JOIN jobs ON number = job WHERE account = ? AND upstream_id = ? AND job <> ?
      """, [.text(claim.account), .text(claim.upstreamID), .integer(number)]
    ) { row in other = row.text(0) }
    if let other { throw .upstreamIDTaken(claim.upstreamID, by: other) }
  }
}

extension SQLiteSchema {
  /// Only of jobs whose outcome was unknown: a purchase that went well writes nothing here.
  static let claimTables = """
    CREATE TABLE claims (
      account TEXT NOT NULL,
      upstream_id TEXT NOT NULL,
      job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
      PRIMARY KEY (account, upstream_id)
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX claims_of_job ON claims (job);
    """
}
