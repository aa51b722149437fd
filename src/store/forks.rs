//! The forks of the log: what nodes had seen and the database no longer has, and what an operator decided.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, transaction};
use super::schema::forks;
use super::{StoreError, log};
use crate::record::head::LogEnd;

/// A log that does not continue what a node had seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// Its id.
    pub id: String,
    /// The last entry that the node had seen.
    pub kept: LogEnd,
    /// The last entry of the log that it found in the database.
    pub seen: LogEnd,
    /// When it was found.
    pub found_at: DateTime<Utc>,
    /// Whether an operator has accepted the log of the database.
    pub is_accepted: bool,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = forks)]
struct Row {
    id: String,
    kept_sequence: i64,
    kept_hash: String,
    seen_sequence: i64,
    seen_hash: String,
    found_at: NaiveDateTime,
    accepted_at: Option<NaiveDateTime>,
    accepted_by: Option<String>,
}

impl From<Row> for Fork {
    fn from(row: Row) -> Self {
        let Row { id, kept_sequence, kept_hash, seen_sequence, seen_hash, found_at, accepted_at, accepted_by: _ } = row;
        Fork {
            id,
            kept: LogEnd { sequence: kept_sequence, hash: kept_hash },
            seen: LogEnd { sequence: seen_sequence, hash: seen_hash },
            found_at: found_at.and_utc(),
            is_accepted: accepted_at.is_some(),
        }
    }
}

/// All forks that were found in this database, in the order they were found.
///
/// # Errors
/// Those of the database.
pub fn list(connection: &mut AnyConnection) -> QueryResult<Vec<Fork>> {
    let rows: Vec<Row> = forks::table.select(forks::all_columns).load(connection)?;
    let mut listed: Vec<Fork> = rows.into_iter().map(Fork::from).collect();
    // Version 7 UUIDs begin with the time.
    listed.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(listed)
}

/// The ids of the forks that were accepted.
///
/// # Errors
/// Those of the database.
pub fn accepted(connection: &mut AnyConnection) -> QueryResult<BTreeSet<String>> {
    Ok(list(connection)?.into_iter().filter(|fork| fork.is_accepted).map(|fork| fork.id).collect())
}

/// The last fork that nobody has decided on: the log has what was found, and does not have what a node had seen.
///
/// # Errors
/// Those of the database.
pub fn open(connection: &mut AnyConnection) -> QueryResult<Option<Fork>> {
    for fork in list(connection)?.into_iter().rev().filter(|fork| !fork.is_accepted) {
        if log::has(connection, &fork.seen)? && !log::has(connection, &fork.kept)? {
            return Ok(Some(fork));
        }
    }
    Ok(None)
}

/// Whether an operator has accepted the log of the database instead of one that ended with `kept`.
///
/// A decision holds for whoever had seen no more than its operator knew of, and only once: `known` are those that the
/// node had followed already before it found the log to be another one.
///
/// # Errors
/// Those of the database.
pub fn is_accepted(connection: &mut AnyConnection, kept: &LogEnd, known: &BTreeSet<String>) -> QueryResult<bool> {
    let holds = |fork: &Fork| kept.sequence < fork.kept.sequence || *kept == fork.kept;
    let decided = list(connection)?.into_iter().filter(|fork| fork.is_accepted && !known.contains(&fork.id));
    for fork in decided.filter(holds) {
        if log::has(connection, &fork.seen)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Tells all nodes, and the operator, that a node that had seen `kept` has found a log that ends with `seen`.
///
/// # Errors
/// Those of the database.
pub fn report(
    connection: &mut AnyConnection,
    kept: &LogEnd,
    seen: &LogEnd,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    transaction(connection, |connection| {
        // Other nodes find the same at the same time.
        log::lock(connection)?;
        let is_same = |fork: &Fork| !fork.is_accepted && fork.kept == *kept && fork.seen == *seen;
        if list(connection)?.iter().any(is_same) {
            return Ok(());
        }
        let row = Row {
            id: uuid::Uuid::now_v7().to_string(),
            kept_sequence: kept.sequence,
            kept_hash: kept.hash.clone(),
            seen_sequence: seen.sequence,
            seen_hash: seen.hash.clone(),
            found_at: now.naive_utc().trunc_subsecs(0),
            accepted_at: None,
            accepted_by: None,
        };
        diesel::insert_into(forks::table).values(&row).execute(connection)?;
        Ok(())
    })
}

/// Accepts the log of the database, of which `seen` is an entry, instead of the one that ended with `kept`; returns
/// why it was not done, if it was not.
///
/// # Errors
/// Those of the database.
pub fn accept(
    connection: &mut AnyConnection,
    kept: &LogEnd,
    seen: &LogEnd,
    by: &str,
    now: DateTime<Utc>,
) -> Result<Result<(), String>, StoreError> {
    transaction(connection, |connection| {
        log::lock(connection)?;
        let all = list(connection)?;
        if let Some(why) = why_not(connection, &all, kept, seen)? {
            return Ok(Err(why));
        }
        // Whoever had seen less loses nothing more by it.
        let is_decided = |fork: &&Fork| !fork.is_accepted && (fork.kept.sequence < kept.sequence || fork.kept == *kept);
        for fork in all.iter().filter(is_decided) {
            diesel::update(forks::table.find(&fork.id))
                .set((forks::accepted_at.eq(now.naive_utc().trunc_subsecs(0)), forks::accepted_by.eq(by)))
                .execute(connection)?;
        }
        Ok(Ok(()))
    })
}

fn why_not(connection: &mut AnyConnection, all: &[Fork], kept: &LogEnd, seen: &LogEnd) -> QueryResult<Option<String>> {
    let named = all.iter().find(|fork| fork.kept == *kept && fork.seen == *seen);
    Ok(match named {
        Some(fork) if fork.is_accepted => Some("it was accepted already".to_owned()),
        Some(_) if !log::has(connection, seen)? => {
            Some(format!("the log of the database has no entry {seen} any more: read /health/ready again"))
        }
        Some(_) if log::has(connection, kept)? => {
            Some(format!("the log of the database has the entry {kept}: there is nothing to accept"))
        }
        Some(_) => None,
        None => {
            let open = all.iter().filter(|fork| !fork.is_accepted);
            let open: Vec<String> = open.map(|fork| format!("--kept {} --seen {}", fork.kept, fork.seen)).collect();
            let message =
                if open.is_empty() { "none is open".to_owned() } else { format!("open: {}", open.join("; ")) };
            Some(format!("no node has found such a fork; {message}"))
        }
    })
}
