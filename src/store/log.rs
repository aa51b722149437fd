//! The change log, and the revision row that numbers its entries.

use chrono::NaiveDateTime;
use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use super::connection::{AnyConnection, insert_all};
use super::error::StoreError;
use super::schema::{changes, revision};
use crate::record::change::GENESIS;
use crate::record::head::LogEnd;
use crate::record::limits::{LOAD_ROWS, STATEMENT_ROWS};
use crate::record::{Action, Change, CityId, Kind, Subject};

/// The content of the revision row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Head {
    /// The sequence of the last entry; 0 before the first.
    pub number: i64,
    /// The hash of the last entry.
    pub hash: String,
    /// The sequence of the last entry of the log of keys; 0 before the first.
    pub keys: i64,
    /// The hash of that entry.
    pub keys_hash: String,
}

impl Head {
    /// The last entry of the log.
    #[must_use]
    pub fn end(&self) -> LogEnd {
        LogEnd { sequence: self.number, hash: self.hash.clone() }
    }
}

/// Reads the revision row.
///
/// # Errors
/// Database errors.
pub fn head(connection: &mut AnyConnection) -> QueryResult<Head> {
    let columns = (revision::number, revision::head, revision::keys, revision::keys_head);
    let (number, hash, keys, keys_hash) = revision::table.find(1).select(columns).first(connection)?;
    Ok(Head { number, hash, keys, keys_hash })
}

/// Locks the revision row until the transaction ends, and returns its content.
///
/// # Errors
/// Database errors.
pub fn lock(connection: &mut AnyConnection) -> QueryResult<Head> {
    let (number, hash, keys, keys_hash) = diesel::update(revision::table.find(1))
        .set(revision::number.eq(revision::number))
        .returning((revision::number, revision::head, revision::keys, revision::keys_head))
        .get_result(connection)?;
    Ok(Head { number, hash, keys, keys_hash })
}

/// Writes `head` to the revision row.
///
/// # Errors
/// Database errors.
pub fn set_head(connection: &mut AnyConnection, head: &Head) -> QueryResult<()> {
    diesel::update(revision::table.find(1))
        .set((
            revision::number.eq(head.number),
            revision::head.eq(&head.hash),
            revision::keys.eq(head.keys),
            revision::keys_head.eq(&head.keys_hash),
        ))
        .execute(connection)
        .map(drop)
}

/// Finds the hash of an entry; none if the log has no such entry.
///
/// # Errors
/// Database errors.
pub fn find_hash(connection: &mut AnyConnection, sequence: i64) -> QueryResult<Option<String>> {
    changes::table.find(sequence).select(changes::hash).first(connection).optional()
}

/// True if the log contains the entry. Every log contains the start, entry 0.
///
/// # Errors
/// Database errors.
pub fn contains(connection: &mut AnyConnection, entry: &LogEnd) -> QueryResult<bool> {
    if entry.sequence == 0 {
        return Ok(entry.hash == GENESIS);
    }
    Ok(find_hash(connection, entry.sequence)?.as_ref() == Some(&entry.hash))
}

/// Reads the sequences and hashes of at most `limit` entries after one, in order.
///
/// # Errors
/// Database errors.
pub fn hashes(connection: &mut AnyConnection, after: i64, limit: i64) -> QueryResult<Vec<(i64, String)>> {
    let entries = changes::table.filter(changes::sequence.gt(after)).order(changes::sequence).limit(limit);
    entries.select((changes::sequence, changes::hash)).load(connection)
}

/// A row of `changes`, also as it is written in a backup.
#[derive(Debug, Clone, Queryable, Selectable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = changes)]
#[serde(deny_unknown_fields)]
pub(super) struct ChangeRow {
    sequence: i64,
    #[serde(with = "to_the_second")]
    recorded_at: NaiveDateTime,
    actor: String,
    kind: String,
    city: String,
    id: String,
    action: String,
    revision: i32,
    body: Option<String>,
    body_hash: String,
    previous_hash: String,
    hash: String,
}

/// Times of the log in JSON: RFC 3339, UTC, to the second, as they are hashed.
mod to_the_second {
    use chrono::{DateTime, NaiveDateTime};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    use crate::record::change::timestamp;

    pub(super) fn serialize<S: Serializer>(time: &NaiveDateTime, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(&timestamp(time.and_utc()))
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<NaiveDateTime, D::Error> {
        let text = String::deserialize(deserializer)?;
        DateTime::parse_from_rfc3339(&text).map(|time| time.naive_utc()).map_err(D::Error::custom)
    }
}

impl ChangeRow {
    pub(super) fn of(change: &Change) -> Self {
        ChangeRow {
            sequence: change.sequence,
            recorded_at: change.recorded_at.naive_utc(),
            actor: change.actor.clone(),
            kind: change.subject.kind().to_string(),
            city: change.subject.city_or_empty().to_owned(),
            id: change.subject.id(),
            action: change.action.to_string(),
            revision: change.revision,
            body: change.body.clone(),
            body_hash: change.body_hash.clone(),
            previous_hash: change.previous_hash.clone(),
            hash: change.hash.clone(),
        }
    }

    /// Converts the row to an entry; the caller checks its chain.
    pub(super) fn into_change(self) -> Result<Change, StoreError> {
        self.into_entry().map_err(|row| StoreError::Corrupt(row.message))
    }

    fn into_entry(self) -> Result<Change, UnreadableRow> {
        let (sequence, hash) = (self.sequence, self.hash.clone());
        let unknown = |what: &str| {
            let (hash, message) = (hash.clone(), format!("entry {sequence} has an unknown {what}"));
            UnreadableRow { sequence, hash, message }
        };
        let kind = Kind::from_word(&self.kind).ok_or_else(|| unknown("kind"))?;
        let subject = Subject::read(kind, &self.city, &self.id).ok_or_else(|| unknown("city"))?;
        let action = Action::from_word(&self.action).ok_or_else(|| unknown("action"))?;
        Ok(Change {
            sequence: self.sequence,
            recorded_at: self.recorded_at.and_utc(),
            actor: self.actor,
            subject,
            action,
            revision: self.revision,
            body: self.body,
            body_hash: self.body_hash,
            previous_hash: self.previous_hash,
            hash: self.hash,
        })
    }
}

/// A row of the log that cannot be read as an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnreadableRow {
    /// The sequence in the row.
    pub sequence: i64,
    /// The hash in the row.
    pub hash: String,
    /// What is wrong with the row, as a sentence.
    pub message: String,
}

/// Appends entries to the log.
///
/// # Errors
/// Database errors.
pub fn append(connection: &mut AnyConnection, entries: &[Change]) -> QueryResult<()> {
    let rows: Vec<ChangeRow> = entries.iter().map(ChangeRow::of).collect();
    insert_all!(connection, changes::table, rows)
}

/// Which entries to read.
#[derive(Debug, Clone, Default)]
pub struct LogRange {
    /// Only entries after this one.
    pub after: i64,
    /// Only entries of this city.
    pub city: Option<CityId>,
    /// At most this many; all if none.
    pub limit: Option<i64>,
}

/// Reads entries in the order of their sequence.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for a row that cannot be read as an entry.
pub fn read(connection: &mut AnyConnection, range: &LogRange) -> Result<Vec<Change>, StoreError> {
    rows(connection, range)?.into_iter().map(ChangeRow::into_change).collect()
}

fn rows(connection: &mut AnyConnection, range: &LogRange) -> QueryResult<Vec<ChangeRow>> {
    let mut query = changes::table.filter(changes::sequence.gt(range.after)).order(changes::sequence).into_boxed();
    if let Some(city) = &range.city {
        query = query.filter(changes::city.eq(city.as_str()));
    }
    if let Some(limit) = range.limit {
        query = query.limit(limit);
    }
    query.select(changes::all_columns).load(connection)
}

/// Reads entries by sequence, in order.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for a row that cannot be read as an entry.
pub fn entries(connection: &mut AnyConnection, sequences: &[i64]) -> Result<Vec<Change>, StoreError> {
    let mut rows: Vec<ChangeRow> = Vec::new();
    for chunk in sequences.chunks(STATEMENT_ROWS) {
        let query = changes::table.filter(changes::sequence.eq_any(chunk)).order(changes::sequence);
        rows.extend(query.select(changes::all_columns).load::<ChangeRow>(connection)?);
    }
    rows.into_iter().map(ChangeRow::into_change).collect()
}

/// Reads the entry of the revision before that of `entry`, to show what changed; none for the first revision.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for a row that cannot be read as an entry.
pub fn predecessor(connection: &mut AnyConnection, entry: &Change) -> Result<Option<Change>, StoreError> {
    if entry.revision <= 1 {
        return Ok(None);
    }
    let row: Option<ChangeRow> = changes::table
        .filter(changes::city.eq(entry.subject.city_or_empty()))
        .filter(changes::kind.eq(entry.subject.kind().as_str()))
        .filter(changes::id.eq(entry.subject.id()))
        .filter(changes::revision.eq(entry.revision - 1))
        .select(changes::all_columns)
        .first(connection)
        .optional()?;
    row.map(ChangeRow::into_change).transpose()
}

/// Reads one entry; none if there is no such entry.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for a row that cannot be read as an entry.
pub fn entry(connection: &mut AnyConnection, sequence: i64) -> Result<Option<Change>, StoreError> {
    let row: Option<ChangeRow> =
        changes::table.find(sequence).select(changes::all_columns).first(connection).optional()?;
    row.map(ChangeRow::into_change).transpose()
}

/// Finds the redaction entry that explains why another entry has no body; none if the body was removed by hand.
///
/// # Errors
/// Database errors.
pub fn find_redaction(connection: &mut AnyConnection, entry: &Change) -> QueryResult<Option<i64>> {
    changes::table
        .filter(changes::city.eq(entry.subject.city_or_empty()))
        .filter(changes::kind.eq(Kind::Redaction.as_str()))
        .filter(changes::id.eq(entry.sequence.to_string()))
        .select(changes::sequence)
        .first(connection)
        .optional()
}

/// Counts the entries without a body.
///
/// # Errors
/// Database errors.
pub fn count_redacted(connection: &mut AnyConnection) -> QueryResult<i64> {
    changes::table.filter(changes::body.is_null()).count().get_result(connection)
}

/// Calls `each` with every entry after `after`, in order. Reads a bounded number at a time.
///
/// # Errors
/// Database errors and those of `each`, and [`StoreError::Corrupt`] for a row that cannot be read as an entry.
pub fn for_each_entry(
    connection: &mut AnyConnection,
    after: i64,
    mut each: impl FnMut(Change) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    for_each_row(connection, after, |entry| each(entry.map_err(|row| StoreError::Corrupt(row.message))?))
}

/// Like [`for_each_entry`], but also passes on the rows that cannot be read as entries.
///
/// # Errors
/// Database errors and those of `each`.
pub fn for_each_row(
    connection: &mut AnyConnection,
    after: i64,
    mut each: impl FnMut(Result<Change, UnreadableRow>) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut range = LogRange { after, city: None, limit: Some(LOAD_ROWS) };
    loop {
        let rows = rows(connection, &range)?;
        let Some(last) = rows.last() else { return Ok(()) };
        range.after = last.sequence;
        rows.into_iter().try_for_each(|row| each(row.into_entry()))?;
    }
}
