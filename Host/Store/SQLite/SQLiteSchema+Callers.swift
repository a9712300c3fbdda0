// SPDX-License-Identifier: Apache-2.0

extension SQLiteSchema {
  /// The keys of a gateway's callers, and what their jobs cost.
  static let callerTables = """
    CREATE TABLE caller_keys (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      -- Of the whole table when the row was last written: the highest one tells whether anything changed.
      revision INTEGER NOT NULL UNIQUE,
      document TEXT NOT NULL
    ) STRICT;

    -- Sums, so that a budget is known without reading every job, and stays spent when jobs are removed.
    CREATE TABLE caller_spending (
      caller TEXT NOT NULL,
      currency TEXT NOT NULL,
      amount_micros INTEGER NOT NULL,
      PRIMARY KEY (caller, currency)
    ) STRICT, WITHOUT ROWID;
    """

  /// Live jobs of keys with limits can be counted without reading others. Of keys without limits the column is null, and
  /// nothing is indexed.
  static let countedCallers = """
    ALTER TABLE schedule ADD COLUMN caller TEXT;
    UPDATE schedule SET caller = (SELECT nullif(caller, '') FROM jobs WHERE number = job);
    CREATE INDEX schedule_of_caller ON schedule (caller) WHERE caller IS NOT NULL;
    """
}
