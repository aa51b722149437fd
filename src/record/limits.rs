//! The limits of records, and of the log that holds them.

use std::time::Duration;

/// First year of a figure or target.
pub const FIRST_YEAR: i32 = 1970;
/// Last year of a figure or target.
pub const LAST_YEAR: i32 = 2100;
/// Longest name, label or title, in characters.
pub const NAME_CHARACTERS: usize = 200;
/// Longest free text, in characters.
pub const TEXT_CHARACTERS: usize = 2_000;
/// Shortest identifier in a path, in characters.
pub const SLUG_MIN: usize = 2;
/// Longest identifier in a path, in characters.
pub const SLUG_MAX: usize = 64;
/// Largest total, in t CO2e: about twenty times the yearly emissions of the whole world.
pub const TONNES_MAX: i64 = 1_000_000_000_000;
/// Largest reduction of a target, in percent; above 100 the emissions that are left are below zero.
pub const REDUCTION_PERCENT_MAX: f64 = 200.0;
/// Largest level per person of a target, in t CO2e, positive or negative.
pub const PER_PERSON_MAX: f64 = 1_000.0;
/// Most totals of other sources in one inventory.
pub const ALSO_STATED: usize = 8;
/// Most cities from which one city was merged or split off.
pub const PREDECESSORS: usize = 50;
/// Largest population.
pub const POPULATION_MAX: i64 = 1_000_000_000;
/// Most GPC lines of one inventory.
pub const LINES: usize = 512;
/// Most baselines of a city, withdrawn ones included. No published city has more than 6.
pub const CITY_BASELINES: usize = 100;
/// Most targets of a city, withdrawn ones included. Each write to a city judges all its targets anew while other writes
/// wait. No published city has more than 8.
pub const CITY_TARGETS: usize = 100;
/// Most milestones of one target.
pub const MILESTONES: usize = 32;
/// Most identifiers of one city.
pub const IDENTIFIERS: usize = 20;
/// Shortest period of an inventory, in days.
pub const PERIOD_DAYS_MIN: i64 = 360;
/// Longest period of an inventory, in days.
pub const PERIOD_DAYS_MAX: i64 = 370;
/// Most references that are followed from record to record, such as from a target to the one that replaced it.
pub const CHAIN: usize = 100;
/// The latest superseded revisions of a record are kept whole while their bodies have at most this many bytes together.
/// Of older ones only what judgements read is kept.
pub const SUPERSEDED_BYTES: usize = 128 * 1024;
/// Most records that a refusal names when they still refer to the record to be withdrawn.
pub const USERS_NAMED: usize = 20;
/// Largest entry number that a request may name: the largest whole number that every JSON client holds exactly.
pub const LAST_SEQUENCE: i64 = 9_007_199_254_740_991;
/// Largest body of a request, in bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// Most items on a page.
pub const PAGE_MAX: usize = 500;
/// Rows of a multi-row statement: with at most 12 columns they stay within SQLite's 32,766 bound values.
pub const STATEMENT_ROWS: usize = 500;
/// Entries of the log that are read at a time.
pub const LOAD_ROWS: i64 = 1_000;
/// Most damaged entries that a message lists.
pub const DAMAGE_LISTED: usize = 10;
/// The largest jump of a clock, or difference between two clocks, that is believed. Synchronised clocks differ by less
/// than a second; other protocols, too, tolerate five minutes.
pub const CLOCK_JUMP: Duration = Duration::from_secs(300);
