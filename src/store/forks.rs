//! Forks of the log: entries that a node had seen and the database lost, and what an operator decided about them.

use std::collections::BTreeSet;

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, transaction};
use super::schema::forks;
use super::{StoreError, log};
use crate::record::head::LogEnd;

/// A log in the database that does not continue the log that a node had seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The id of the fork.
    pub id: String,
    /// The last entry that the node had seen.
    pub kept: LogEnd,
    /// The last entry of the log in the database when the node found the fork.
    pub seen: LogEnd,
    /// When a node found it.
    pub found_at: DateTime<Utc>,
    /// True once an operator has accepted the log of the database.
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

/// Lists all forks found in this database, oldest first.
///
/// # Errors
/// Database errors.
pub fn list(connection: &mut AnyConnection) -> QueryResult<Vec<Fork>> {
    let rows: Vec<Row> = forks::table.select(forks::all_columns).load(connection)?;
    let mut listed: Vec<Fork> = rows.into_iter().map(Fork::from).collect();
    // Version 7 UUIDs begin with the time.
    listed.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(listed)
}

/// The ids of the accepted forks.
///
/// # Errors
/// Database errors.
pub fn accepted(connection: &mut AnyConnection) -> QueryResult<BTreeSet<String>> {
    Ok(list(connection)?.into_iter().filter(|fork| fork.is_accepted).map(|fork| fork.id).collect())
}

/// The last fork that still needs a decision: the log has the entry `seen` and lacks the entry `kept`.
///
/// # Errors
/// Database errors.
pub fn open(connection: &mut AnyConnection) -> QueryResult<Option<Fork>> {
    for fork in list(connection)?.into_iter().rev().filter(|fork| !fork.is_accepted) {
        if log::contains(connection, &fork.seen)? && !log::contains(connection, &fork.kept)? {
            return Ok(Some(fork));
        }
    }
    Ok(None)
}

/// True if an operator has accepted the log of the database in place of one that ended with `kept`.
///
/// A decision applies to every node that had seen no more than the operator knew of. It applies once: `already_followed` holds the
/// decisions that the node had already followed before it noticed this fork.
///
/// # Errors
/// Database errors.
pub fn is_accepted(
    connection: &mut AnyConnection,
    kept: &LogEnd,
    already_followed: &BTreeSet<String>,
) -> QueryResult<bool> {
    let applies = |fork: &Fork| kept.sequence < fork.kept.sequence || *kept == fork.kept;
    let accepted =
        list(connection)?.into_iter().filter(|fork| fork.is_accepted && !already_followed.contains(&fork.id));
    for fork in accepted.filter(applies) {
        if log::contains(connection, &fork.seen)? {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Reports to all nodes and to the operator that a node that had seen `kept` found a log that ends with `seen`.
///
/// # Errors
/// Database errors.
pub fn report(
    connection: &mut AnyConnection,
    kept: &LogEnd,
    seen: &LogEnd,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    transaction(connection, |connection| {
        // Other nodes may find the same fork at the same time.
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

/// Accepts the log of the database, which has the entry `seen`, in place of the one that ended with `kept`. Returns the
/// reason if it is refused.
///
/// # Errors
/// Database errors.
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
        if let Some(refusal) = reason_to_refuse(connection, &all, kept, seen)? {
            return Ok(Err(refusal));
        }
        // A node that had seen less loses nothing more.
        let is_decided = |fork: &&Fork| !fork.is_accepted && (fork.kept.sequence < kept.sequence || fork.kept == *kept);
        for fork in all.iter().filter(is_decided) {
            diesel::update(forks::table.find(&fork.id))
                .set((forks::accepted_at.eq(now.naive_utc().trunc_subsecs(0)), forks::accepted_by.eq(by)))
                .execute(connection)?;
        }
        Ok(Ok(()))
    })
}

fn reason_to_refuse(
    connection: &mut AnyConnection,
    all: &[Fork],
    kept: &LogEnd,
    seen: &LogEnd,
) -> QueryResult<Option<String>> {
    let named = all.iter().find(|fork| fork.kept == *kept && fork.seen == *seen);
    Ok(match named {
        Some(fork) if fork.is_accepted => Some("it is already accepted".to_owned()),
        Some(_) if !log::contains(connection, seen)? => {
            Some(format!("the log of the database no longer has entry {seen}: read /health/ready again"))
        }
        Some(_) if log::contains(connection, kept)? => {
            Some(format!("the log of the database has entry {kept}: there is nothing to accept"))
        }
        Some(_) => None,
        None => {
            let open = all.iter().filter(|fork| !fork.is_accepted);
            let open: Vec<String> = open.map(|fork| format!("--kept {} --seen {}", fork.kept, fork.seen)).collect();
            let hint = if open.is_empty() { "none is open".to_owned() } else { format!("open: {}", open.join("; ")) };
            Some(format!("no node has found such a fork; {hint}"))
        }
    })
}
