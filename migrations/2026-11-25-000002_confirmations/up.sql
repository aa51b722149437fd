-- Editions that said again what another one had said: nothing of them is news, so they are no entries of the log. An
-- import needs them when an edition from between comes late, so that the order of imports decides nothing.
CREATE TABLE confirmations (
    kind TEXT NOT NULL,
    city TEXT NOT NULL,
    id TEXT NOT NULL,
    -- The day it counts from: of publication, else of the import.
    since DATE NOT NULL,
    -- The record as JSON, as that edition has it, and its SHA-256.
    body TEXT NOT NULL,
    body_hash TEXT NOT NULL CHECK (length(body_hash) = 64),
    PRIMARY KEY (kind, city, id, since, body_hash)
);
