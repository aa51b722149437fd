-- The log takes the other kinds of record, and cities reply to their verdicts.
--
-- SQLite cannot change the CHECK of a column, nor drop a table that others point at. So the log and the
-- tables that point at it are made anew and filled from the old ones, which are then dropped; what each
-- column means is told where the tables were first made.

ALTER TABLE changes RENAME TO old_changes;
ALTER TABLE cities RENAME TO old_cities;
ALTER TABLE city_identifiers RENAME TO old_city_identifiers;
ALTER TABLE inventories RENAME TO old_inventories;
ALTER TABLE inventory_lines RENAME TO old_inventory_lines;
ALTER TABLE targets RENAME TO old_targets;
ALTER TABLE target_milestones RENAME TO old_target_milestones;
DROP INDEX cities_locode;

CREATE TABLE changes (
    sequence BIGINT PRIMARY KEY NOT NULL CHECK (sequence > 0),
    recorded_at TIMESTAMP NOT NULL,
    actor TEXT NOT NULL,
    kind TEXT NOT NULL
    CHECK (kind IN ('city', 'baseline', 'target', 'report', 'statement', 'network', 'member')),
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
INSERT INTO cities SELECT * FROM old_cities;
CREATE UNIQUE INDEX cities_locode ON cities (locode) WHERE NOT withdrawn;

CREATE TABLE city_identifiers (
    city TEXT NOT NULL REFERENCES cities (id),
    register TEXT NOT NULL,
    identifier TEXT NOT NULL,
    PRIMARY KEY (city, register),
    UNIQUE (register, identifier)
);
INSERT INTO city_identifiers SELECT * FROM old_city_identifiers;

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
INSERT INTO inventories SELECT * FROM old_inventories;

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
INSERT INTO inventory_lines SELECT * FROM old_inventory_lines;

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
INSERT INTO targets SELECT * FROM old_targets;

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
INSERT INTO target_milestones SELECT * FROM old_target_milestones;

DROP TABLE old_target_milestones;
DROP TABLE old_targets;
DROP TABLE old_inventory_lines;
DROP TABLE old_inventories;
DROP TABLE old_city_identifiers;
DROP TABLE old_cities;
DROP TABLE old_changes;

CREATE TABLE statements (
    city TEXT PRIMARY KEY NOT NULL REFERENCES cities (id),
    text TEXT NOT NULL CHECK (length(text) BETWEEN 1 AND 2000),
    target TEXT,
    withdrawn BOOLEAN NOT NULL,
    revision INTEGER NOT NULL CHECK (revision > 0),
    sequence BIGINT NOT NULL REFERENCES changes (sequence),
    recorded_at TIMESTAMP NOT NULL,
    recorded_by TEXT NOT NULL,
    reason TEXT,
    FOREIGN KEY (city, target) REFERENCES targets (city, id)
);
