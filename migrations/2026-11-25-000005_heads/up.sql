-- The one key pair with which all nodes sign the head of this log, in hexadecimal. The private key leaves the database
-- by no answer, export or log of the service.
CREATE TABLE head_keys (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    private_key TEXT NOT NULL CHECK (length(private_key) = 64),
    public_key TEXT NOT NULL CHECK (length(public_key) = 64),
    created_at TIMESTAMP NOT NULL
);
