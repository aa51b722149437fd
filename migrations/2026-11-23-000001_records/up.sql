-- One set for SQLite and PostgreSQL. The log (`changes`) is the truth; every other table but `keys`
-- and `key_cities` is the present state of it, kept readable for a person with psql or sqlite3, and
-- `pledgewatch verify` rebuilds and compares it. Amounts are kilograms of CO2e, so that they are exact.

-- One row: it serialises the writers of all nodes, numbers the log, and tells nodes that they are behind.
CREATE TABLE revision (
    id INTEGER PRIMARY KEY NOT NULL CHECK (id = 1),
    number BIGINT NOT NULL CHECK (number >= 0),
    head TEXT NOT NULL CHECK (length(head) = 64),
    keys BIGINT NOT NULL CHECK (keys >= 0)
);
INSERT INTO revision (id, number, head, keys)
VALUES (1, 0, '0000000000000000000000000000000000000000000000000000000000000000', 0);

CREATE TABLE changes (
    sequence BIGINT PRIMARY KEY NOT NULL CHECK (sequence > 0),
    recorded_at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('city', 'baseline', 'target', 'report')),
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

CREATE TABLE cities (
    id TEXT PRIMARY KEY NOT NULL,
    name TEXT NOT NULL,
    country TEXT NOT NULL CHECK (length(country) = 2),
    region TEXT,
    locode TEXT,
    latitude DOUBLE PRECISION CHECK (latitude BETWEEN -90 AND 90),
    longitude DOUBLE PRECISION CHECK (longitude BETWEEN -180 AND 180),
    boundary TEXT NOT NULL CHECK (boundary IN ('community', 'operations', 'metropolitan')),
    part_of TEXT REFERENCES cities (id),
    website TEXT,
    withdrawn BOOLEAN NOT NULL,
    revision INTEGER NOT NULL,
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT
);
CREATE UNIQUE INDEX cities_locode ON cities (locode) WHERE NOT withdrawn;

-- Of cities that are not withdrawn.
CREATE TABLE city_identifiers (
    city TEXT NOT NULL REFERENCES cities (id),
    register TEXT NOT NULL,
    identifier TEXT NOT NULL,
    PRIMARY KEY (city, register),
    UNIQUE (register, identifier)
);

-- Baselines and yearly reports: both are inventories; a report's id is its year.
CREATE TABLE inventories (
    city TEXT NOT NULL REFERENCES cities (id),
    kind TEXT NOT NULL CHECK (kind IN ('baseline', 'report')),
    id TEXT NOT NULL,
    year INTEGER NOT NULL CHECK (year BETWEEN 1970 AND 2100),
    period_start DATE,
    period_end DATE CHECK (period_end > period_start),
    basic_kg BIGINT CHECK (basic_kg >= 0),
    basic_plus_kg BIGINT CHECK (basic_plus_kg >= 0),
    scope_1_kg BIGINT CHECK (scope_1_kg >= 0),
    scope_1_2_kg BIGINT CHECK (scope_1_2_kg >= 0),
    scope_1_2_3_kg BIGINT CHECK (scope_1_2_3_kg >= 0),
    own_kg BIGINT CHECK (own_kg >= 0),
    population BIGINT CHECK (population > 0),
    protocol TEXT CHECK (protocol IN ('gpc', 'crf', 'ipcc', 'national', 'other')),
    gases TEXT,
    gwp TEXT CHECK (gwp IN ('ar2', 'ar4', 'ar5', 'ar6')),
    credits_retired_kg BIGINT CHECK (credits_retired_kg >= 0),
    uncertainty_percent DOUBLE PRECISION CHECK (uncertainty_percent BETWEEN 0 AND 100),
    verification_level TEXT CHECK (verification_level IN ('self', 'audited')),
    verification_by TEXT,
    source_title TEXT NOT NULL,
    source_url TEXT,
    source_publisher TEXT,
    source_published DATE,
    source_licence TEXT,
    source_locator TEXT,
    note TEXT,
    withdrawn BOOLEAN NOT NULL,
    revision INTEGER NOT NULL,
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (city, kind, id),
    CHECK ((period_start IS NULL) = (period_end IS NULL))
);

CREATE TABLE inventory_lines (
    city TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    position INTEGER NOT NULL,
    gpc_ref TEXT NOT NULL,
    kg BIGINT,
    gas TEXT,
    gas_kg BIGINT,
    notation TEXT CHECK (notation IN ('NO', 'NE', 'IE', 'C')),
    explanation TEXT,
    PRIMARY KEY (city, kind, id, position),
    FOREIGN KEY (city, kind, id) REFERENCES inventories (city, kind, id),
    CHECK ((gas IS NULL) = (gas_kg IS NULL)),
    CHECK (kg IS NOT NULL OR gas_kg IS NOT NULL OR notation IS NOT NULL)
);

CREATE TABLE targets (
    city TEXT NOT NULL REFERENCES cities (id),
    id TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('base_year', 'fixed_level', 'base_year_intensity', 'baseline_scenario')),
    level TEXT NOT NULL
    CHECK (level IN ('basic', 'basic_plus', 'scope_1', 'scope_1_2', 'scope_1_2_3', 'own')),
    sector TEXT,
    baseline TEXT,
    -- Always 'baseline' beside a baseline: a foreign key cannot name a constant.
    baseline_kind TEXT CHECK (baseline_kind = 'baseline'),
    base_year INTEGER CHECK (base_year BETWEEN 1970 AND 2100),
    reduction_percent DOUBLE PRECISION CHECK (reduction_percent > 0 AND reduction_percent <= 100),
    level_kg BIGINT CHECK (level_kg >= 0),
    scenario_kg BIGINT CHECK (scenario_kg > 0),
    target_year INTEGER NOT NULL CHECK (target_year BETWEEN 1970 AND 2100),
    max_offset_percent DOUBLE PRECISION CHECK (max_offset_percent BETWEEN 0 AND 100),
    standing TEXT NOT NULL CHECK (standing IN ('proposed', 'adopted', 'in_law', 'superseded', 'withdrawn')),
    set_on DATE,
    superseded_by TEXT,
    conditional BOOLEAN,
    source_title TEXT NOT NULL,
    source_url TEXT,
    source_publisher TEXT,
    source_published DATE,
    source_licence TEXT,
    source_locator TEXT,
    note TEXT,
    withdrawn BOOLEAN NOT NULL,
    revision INTEGER NOT NULL,
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT,
    PRIMARY KEY (city, id),
    FOREIGN KEY (city, baseline_kind, baseline) REFERENCES inventories (city, kind, id),
    FOREIGN KEY (city, superseded_by) REFERENCES targets (city, id),
    CHECK ((baseline IS NULL) = (baseline_kind IS NULL)),
    CHECK (baseline IS NULL OR base_year IS NULL),
    CHECK (base_year IS NULL OR base_year < target_year)
);

CREATE TABLE target_milestones (
    city TEXT NOT NULL,
    target TEXT NOT NULL,
    year INTEGER NOT NULL CHECK (year BETWEEN 1970 AND 2100),
    kg BIGINT CHECK (kg >= 0),
    reduction_percent DOUBLE PRECISION CHECK (reduction_percent > 0 AND reduction_percent <= 100),
    PRIMARY KEY (city, target, year),
    FOREIGN KEY (city, target) REFERENCES targets (city, id),
    CHECK ((kg IS NULL) <> (reduction_percent IS NULL))
);

-- Keys are not in the log; only the SHA-256 of a secret is kept.
CREATE TABLE keys (
    id TEXT PRIMARY KEY NOT NULL,
    label TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('admin', 'reporter')),
    secret_hash TEXT NOT NULL UNIQUE CHECK (length(secret_hash) = 64),
    created_at TIMESTAMP NOT NULL,
    revoked_at TIMESTAMP
);

-- A key may be made before its city is recorded, so there is no foreign key to `cities`.
CREATE TABLE key_cities (
    key_id TEXT NOT NULL REFERENCES keys (id),
    city TEXT NOT NULL,
    PRIMARY KEY (key_id, city)
);
