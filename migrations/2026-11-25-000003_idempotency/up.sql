-- Requests that a client marked with an Idempotency-Key, and the entries of the log that each made: written with them, so
-- that the same request sent again is known, by whichever node takes it.
CREATE TABLE idempotency_keys (
    -- The id of the key that wrote.
    key_id TEXT NOT NULL,
    -- What the client sent in Idempotency-Key.
    token TEXT NOT NULL,
    -- SHA-256 of the request, so that another one with the same token is refused.
    request_hash TEXT NOT NULL CHECK (length(request_hash) = 64),
    -- The entries it made; `last_entry` stands before `first_entry` if it made none.
    first_entry BIGINT NOT NULL,
    last_entry BIGINT NOT NULL,
    recorded_at TIMESTAMP NOT NULL,
    PRIMARY KEY (key_id, token)
);
CREATE INDEX idempotency_keys_age ON idempotency_keys (recorded_at);
