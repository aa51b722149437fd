-- Networks of cities, and which city belongs to which from when to when.
CREATE TABLE networks (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    website TEXT,
    source_title TEXT NOT NULL,
    source_url TEXT,
    source_publisher TEXT,
    source_published DATE,
    source_licence TEXT,
    source_locator TEXT,
    withdrawn BOOLEAN NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT
);

CREATE TABLE members (
    network TEXT NOT NULL REFERENCES networks (id),
    city TEXT NOT NULL REFERENCES cities (id),
    joined_on DATE,
    -- The first day without membership.
    left_on DATE CHECK (left_on > joined_on),
    source_title TEXT NOT NULL,
    source_url TEXT,
    source_publisher TEXT,
    source_published DATE,
    source_licence TEXT,
    source_locator TEXT,
    withdrawn BOOLEAN NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (network, city)
);
