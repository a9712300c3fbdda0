// SPDX-License-Identifier: Apache-2.0

extension SQLiteSchema {
  /// Messages to callers, where they go, and the tokens of vendors' callbacks.
  static let webhookTables = """
    CREATE TABLE webhooks (
      number INTEGER PRIMARY KEY,
      id TEXT NOT NULL UNIQUE,
      job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE,
      caller TEXT NOT NULL,
      event TEXT NOT NULL,
      url TEXT NOT NULL,
      -- Key and host, with a space between.
      lane TEXT NOT NULL,
      state TEXT NOT NULL,
      created_at_ms INTEGER NOT NULL,
      expires_at_ms INTEGER NOT NULL,
      next_attempt_at_ms INTEGER,
      failures INTEGER NOT NULL,
      attempts TEXT NOT NULL,
      -- A job is told about once, however often its record is written.
      UNIQUE (job, event)
    ) STRICT;
    -- Only what is left to do: narrow beside a million delivered ones.
    CREATE INDEX webhooks_next ON webhooks (next_attempt_at_ms) WHERE next_attempt_at_ms IS NOT NULL;
    CREATE INDEX webhooks_of_lane ON webhooks (lane, next_attempt_at_ms) WHERE next_attempt_at_ms IS NOT NULL;
    CREATE INDEX webhooks_of_caller ON webhooks (caller, number);

    CREATE TABLE webhook_defaults (
      caller TEXT PRIMARY KEY,
      url TEXT NOT NULL
    ) STRICT, WITHOUT ROWID;

    CREATE TABLE callback_tokens (
      -- The beginning of the token; the rest stands in the job's document.
      selector TEXT PRIMARY KEY,
      job INTEGER NOT NULL REFERENCES jobs (number) ON DELETE CASCADE
    ) STRICT, WITHOUT ROWID;
    CREATE INDEX callback_tokens_of_job ON callback_tokens (job);
    """
}
