-- The one key pair with which all nodes sign the head of this log, in hexadecimal. The private key leaves the database
-- by no answer, export or log of the service.
CREATE TABLE head_keys (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    private_key TEXT NOT NULL CHECK (length(private_key) = 64),
    public_key TEXT NOT NULL CHECK (length(public_key) = 64),
    created_at TIMESTAMP NOT NULL
);

-- Each time that a node found the log not to continue what it had seen, and whether an operator accepted that.
CREATE TABLE forks (
    id TEXT PRIMARY KEY NOT NULL,
    -- The last entry that the node had seen.
    kept_sequence BIGINT NOT NULL CHECK (kept_sequence >= 0),
    kept_hash TEXT NOT NULL CHECK (length(kept_hash) = 64),
    -- The last entry of the log that it found in the database.
    seen_sequence BIGINT NOT NULL CHECK (seen_sequence >= 0),
    seen_hash TEXT NOT NULL CHECK (length(seen_hash) = 64),
    found_at TIMESTAMP NOT NULL,
    -- When, and by whom, the log of the database was accepted; NULL until then.
    accepted_at TIMESTAMP,
    accepted_by TEXT
);
