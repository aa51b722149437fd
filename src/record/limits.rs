//! The limits of records, and of the log that holds them.

use std::time::Duration;

/// First year a figure or target may name.
pub const FIRST_YEAR: i32 = 1970;
/// Last year a figure or target may name.
pub const LAST_YEAR: i32 = 2100;
/// Longest name, label or title, in characters.
pub const NAME_CHARACTERS: usize = 200;
/// Longest free text, in characters.
pub const TEXT_CHARACTERS: usize = 2_000;
/// Shortest identifier in a path, in characters.
pub const SLUG_MIN: usize = 2;
/// Longest identifier in a path, in characters.
pub const SLUG_MAX: usize = 64;
/// Largest total, in tonnes of CO2e: some twenty times what the whole world emits in a year.
pub const TONNES_MAX: i64 = 1_000_000_000_000;
/// Largest reduction that a target may ask for, in percent: above 100 what is left is below zero.
pub const REDUCTION_PERCENT_MAX: f64 = 200.0;
/// Largest level a person that a target may name, in tonnes of CO2 equivalent, above zero or below.
pub const PER_PERSON_MAX: f64 = 1_000.0;
/// Most totals of other sources that are kept beside one inventory.
pub const ALSO_STATED: usize = 8;
/// Most cities that one city was merged or split off from.
pub const PREDECESSORS: usize = 50;
/// Largest population.
pub const POPULATION_MAX: i64 = 1_000_000_000;
/// Most GPC lines of one inventory.
pub const LINES: usize = 512;
/// Baselines of a city, withdrawn ones included: of all cities that are published one has the most, 6.
pub const CITY_BASELINES: usize = 100;
/// Targets of a city, withdrawn ones included. Each is judged anew with every write to the city, while others wait for the
/// writer; of all cities that are published one has the most, 8.
pub const CITY_TARGETS: usize = 100;
/// Most milestones of one target.
pub const MILESTONES: usize = 32;
/// Most identifiers of one city.
pub const IDENTIFIERS: usize = 20;
/// Shortest period of an inventory, in days.
pub const PERIOD_DAYS_MIN: i64 = 360;
/// Longest period of an inventory, in days.
pub const PERIOD_DAYS_MAX: i64 = 370;
/// Most steps that are followed from a record to the one it names, and on.
pub const CHAIN: usize = 100;
/// Superseded states of one record are kept whole, the latest of them first, while their bodies have at most so many
/// bytes; of those before them only what judgements read.
pub const SUPERSEDED_BYTES: usize = 128 * 1024;
/// Most records that a refusal names as being in the way.
pub const USERS_NAMED: usize = 20;
/// Largest number of an entry of the log that a request may name: the last that JSON numbers hold exactly.
pub const LAST_SEQUENCE: i64 = 9_007_199_254_740_991;
/// Largest body of a request, in bytes.
pub const BODY_BYTES: usize = 64 * 1024;
/// Most items of a page.
pub const PAGE_MAX: usize = 500;
/// Rows of one multi-row statement: with at most 12 columns within SQLite's 32,766 values.
pub const STATEMENT_ROWS: usize = 500;
/// Log entries read at a time when following or loading.
pub const LOAD_ROWS: i64 = 1_000;
/// Most wrong entries of a damaged log that a message names.
pub const DAMAGE_TOLD: usize = 10;
/// How far a clock may leap, or the clocks of two machines differ, and still be believed. Clocks that are kept in
/// step differ by less than a second; five minutes are also what other protocols take for a clock that is right.
pub const CLOCK_LEAP: Duration = Duration::from_secs(300);
