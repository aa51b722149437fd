-- One table of records in place of a table for each kind of them: the program fills it from the log right after this,
-- in the same transaction. Views with plain columns, made by the program from the schemas of the records, lie over it.

DROP TABLE members;
DROP TABLE networks;
DROP TABLE statements;
DROP TABLE target_milestones;
DROP TABLE targets;
DROP TABLE inventory_lines;
DROP TABLE inventories;
DROP TABLE city_identifiers;
DROP TABLE cities;

-- The log again, without a CHECK of its kinds: SQLite cannot drop one, and another kind of record needs no migration.
-- What each column means is told where the table was first made.
ALTER TABLE changes RENAME TO old_changes;
CREATE TABLE changes (
    sequence BIGINT PRIMARY KEY NOT NULL CHECK (sequence > 0),
    recorded_at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL,
    -- Empty where the record belongs to no city.
    city TEXT NOT NULL,
    id TEXT NOT NULL,
    action TEXT NOT NULL CHECK (action IN ('create', 'revise', 'withdraw')),
    revision INTEGER NOT NULL CHECK (revision > 0),
    -- JSON of `after` and `reason`; NULL once redacted by hand, which the chain survives.
    body TEXT,
    body_hash TEXT NOT NULL CHECK (length(body_hash) = 64),
    previous_hash TEXT NOT NULL CHECK (length(previous_hash) = 64),
    hash TEXT NOT NULL CHECK (length(hash) = 64),
    UNIQUE (city, kind, id, revision)
);
INSERT INTO changes SELECT * FROM old_changes;
DROP TABLE old_changes;

-- Each record as its last entry in the log left it.
CREATE TABLE records (
    kind TEXT NOT NULL,
    -- Empty where the record belongs to no city.
    city TEXT NOT NULL,
    id TEXT NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    state TEXT NOT NULL CHECK (state IN ('live', 'withdrawn')),
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT,
    -- The record as JSON, as the log has it; NULL once it is withdrawn, or its entry redacted.
    body TEXT CHECK (body IS NULL OR state = 'live'),
    PRIMARY KEY (kind, city, id)
);

-- The views that were made, each by the statement beside its name.
CREATE TABLE record_views (
    name TEXT PRIMARY KEY NOT NULL,
    definition TEXT NOT NULL
);
