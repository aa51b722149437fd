-- A log of keys, chained as the log of records is, and not public: who may write is nobody else's business. The tables
-- `keys` and `key_cities` are from now on what this log makes, but for the day of the last use. The program enters the
-- keys that are there right after this, in the same transaction.
CREATE TABLE key_changes (
    sequence BIGINT PRIMARY KEY NOT NULL CHECK (sequence > 0),
    recorded_at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    -- The id of the key with which it was done; NULL on the command line.
    actor_key TEXT,
    key_id TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create', 'revise', 'withdraw')),
    -- JSON of `after`, the key as it is from then on, and `reason`.
    body TEXT NOT NULL,
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64)
);
CREATE INDEX key_changes_key ON key_changes (key_id, sequence);

-- The last entry of that log: `keys` is its sequence, `keys_head` its hash.
UPDATE revision SET keys = 0;
ALTER TABLE revision ADD COLUMN keys_head TEXT NOT NULL
    DEFAULT '0000000000000000000000000000000000000000000000000000000000000000' CHECK (length(keys_head) = 64);

-- The last day on which the key works.
ALTER TABLE keys ADD COLUMN expires_on DATE;
-- The secret before this one, and until when it works beside it.
ALTER TABLE keys ADD COLUMN old_secret_hash TEXT;
ALTER TABLE keys ADD COLUMN old_secret_until TIMESTAMP;
-- The last day on which the key was used; not in the log.
ALTER TABLE keys ADD COLUMN last_used_on DATE;
