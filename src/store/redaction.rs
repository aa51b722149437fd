//! Removes the body of an entry from the log, when a court or a person demands it. The log shows that this was done.

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Integer;

use super::connection::{AnyConnection, transaction};
use super::schema::{changes, confirmations, records as records_table};
use super::{Head, StoreError, log, records};
use crate::record::change::{Draft, entry_time};
use crate::record::redaction::Redaction;
use crate::record::{Action, Change, Kind, Name, Subject, Text};

/// Why a redaction failed.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// There is no such entry.
    #[error("there is no entry {0}")]
    NoSuchEntry(i64),
    /// The body is already removed.
    #[error("entry {0} is already redacted")]
    IsRedacted(i64),
    /// A redaction records who did it and why, so it must stay.
    #[error("entry {0} is itself a redaction, which stays")]
    IsRedaction(i64),
    /// The entry holds the current state of a record.
    #[error(
        "entry {sequence} holds the current state of the {record}: withdraw the record or restate it without what has to \
         go, then redact entry {sequence}"
    )]
    IsLive {
        /// The sequence of the entry.
        sequence: i64,
        /// The record that the entry is about.
        record: String,
    },
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// Removes the body of an entry from the whole database, and enters into the log who did so and why. Returns the
/// sequence of that new entry.
///
/// What imports remember of the record is deleted too, since it may hold the same content.
///
/// # Errors
/// The reason why nothing was done.
pub fn redact(
    connection: &mut AnyConnection,
    sequence: i64,
    (actor, reason): (&Name, &Text),
    now: DateTime<Utc>,
) -> Result<i64, Failure> {
    if let AnyConnection::Sqlite(sqlite) = connection {
        sqlite.batch_execute("PRAGMA secure_delete = ON")?;
    }
    transaction(connection, |connection| {
        let head = log::lock(connection)?;
        let entry = log::entry(connection, sequence)?.ok_or(Failure::NoSuchEntry(sequence))?;
        check(connection, &entry)?;
        let draft = draft(&entry, actor, reason);
        let last = log::entry(connection, head.number)?.map_or(now, |last| entry_time(last.recorded_at, now));
        let change = draft.into_entry(head.number + 1, last, &head.hash);
        log::append(connection, std::slice::from_ref(&change))?;
        records::save(connection, std::slice::from_ref(&change))?;
        remove(connection, &entry)?;
        log::set_head(connection, &Head { number: change.sequence, hash: change.hash, ..head })?;
        Ok(change.sequence)
    })
}

fn check(connection: &mut AnyConnection, entry: &Change) -> Result<(), Failure> {
    let sequence = entry.sequence;
    if entry.subject.kind() == Kind::Redaction {
        return Err(Failure::IsRedaction(sequence));
    }
    if entry.body.is_none() {
        return Err(Failure::IsRedacted(sequence));
    }
    // A damaged entry would look like a redacted one.
    entry.check_body().map_err(StoreError::Corrupt)?;
    let last: i64 = changes::table
        .filter(changes::city.eq(entry.subject.city_or_empty()))
        .filter(changes::kind.eq(entry.subject.kind().as_str()))
        .filter(changes::id.eq(entry.subject.id()))
        .order(changes::revision.desc())
        .select(changes::sequence)
        .first(connection)?;
    if last == sequence && entry.action != Action::Withdraw {
        let subject = &entry.subject;
        let record = format!("{} {} {}", subject.kind(), subject.city_or_empty(), subject.id()).replace("  ", " ");
        return Err(Failure::IsLive { sequence, record });
    }
    Ok(())
}

fn draft(entry: &Change, actor: &Name, reason: &Text) -> Draft {
    let Change { sequence, subject, revision, .. } = entry;
    let redaction = Redaction {
        sequence: *sequence,
        record_kind: subject.kind(),
        record_id: subject.id(),
        record_revision: *revision,
    };
    Draft {
        actor: actor.as_str().into(),
        subject: Subject::Redaction { city: subject.city().cloned(), entry: *sequence },
        action: Action::Create,
        revision: 1,
        after: serde_json::to_value(redaction).ok(),
        reason: Some(reason.to_string()),
    }
}

/// Removes the content of the entry from every table.
fn remove(connection: &mut AnyConnection, entry: &Change) -> QueryResult<()> {
    let nothing: Option<String> = None;
    diesel::update(changes::table.find(entry.sequence)).set(changes::body.eq(&nothing)).execute(connection)?;
    // The row of a withdrawn record holds the reason of the withdrawal.
    diesel::update(records_table::table.filter(records_table::sequence.eq(entry.sequence)))
        .set((records_table::body.eq(&nothing), records_table::reason.eq(&nothing)))
        .execute(connection)?;
    let record_confirmations = confirmations::table
        .filter(confirmations::kind.eq(entry.subject.kind().as_str()))
        .filter(confirmations::city.eq(entry.subject.city_or_empty()))
        .filter(confirmations::id.eq(entry.subject.id()));
    diesel::delete(record_confirmations).execute(connection).map(drop)
}

/// Clears removed content from the free space of the database files. SQLite rewrites its file; PostgreSQL frees the
/// space. Copies of the file, backups and PostgreSQL's archived log are not covered.
///
/// # Errors
/// Database errors. The body is removed from the log even then.
pub fn clear_free_space(connection: &mut AnyConnection) -> Result<(), StoreError> {
    #[derive(QueryableByName)]
    struct Checkpoint {
        #[diesel(sql_type = Integer)]
        busy: i32,
    }
    match connection {
        AnyConnection::Postgres(postgres) => {
            postgres.batch_execute("SET statement_timeout = 0")?;
            for table in ["changes", "records", "confirmations"] {
                postgres.batch_execute(&format!("VACUUM {table}"))?;
            }
            Ok(())
        }
        AnyConnection::Sqlite(sqlite) => {
            sqlite.batch_execute("VACUUM")?;
            let emptied: Checkpoint = diesel::sql_query("PRAGMA wal_checkpoint(TRUNCATE)").get_result(sqlite)?;
            if emptied.busy == 0 {
                return Ok(());
            }
            Err(StoreError::Migration("other processes read it, so its -wal file was not emptied".to_owned()))
        }
    }
}
