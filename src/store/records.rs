//! The table of records: each record as its last log entry left it, for people who use SQL.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::schema::records;
use super::{Damage, StoreError, log};
use crate::record::{Action, Change};

/// A row of `records`.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = records, primary_key(kind, city, id))]
#[diesel(treat_none_as_null = true, treat_none_as_default_value = false)]
struct RecordRow {
    kind: String,
    city: String,
    id: String,
    revision: i32,
    state: String,
    sequence: i64,
    recorded_at: NaiveDateTime,
    recorded_by: String,
    reason: Option<String>,
    body: Option<String>,
}

/// City, kind and id of a record, as they are stored.
type Key = [String; 3];

impl RecordRow {
    /// The row after an entry.
    fn of(change: &Change) -> Result<Self, String> {
        let (body, reason) = change.raw_contents()?;
        let state = if change.action == Action::Withdraw { "withdrawn" } else { "live" };
        Ok(RecordRow {
            kind: change.subject.kind().to_string(),
            city: change.subject.city_or_empty().to_owned(),
            id: change.subject.id(),
            revision: change.revision,
            state: state.to_owned(),
            sequence: change.sequence,
            recorded_at: change.recorded_at.naive_utc(),
            recorded_by: change.actor.clone(),
            reason,
            body: body.map(str::to_owned),
        })
    }

    fn key(&self) -> Key {
        [&self.city, &self.kind, &self.id].map(Clone::clone)
    }

    /// The names of the columns whose values differ.
    fn changed_columns(&self, other: &Self) -> Vec<&'static str> {
        let RecordRow { kind: _, city: _, id: _, revision, state, sequence, recorded_at, recorded_by, reason, body } =
            other;
        let columns = [
            ("revision", self.revision == *revision),
            ("state", self.state == *state),
            ("sequence", self.sequence == *sequence),
            ("recorded_at", self.recorded_at == *recorded_at),
            ("recorded_by", self.recorded_by == *recorded_by),
            ("reason", self.reason == *reason),
            ("body", self.body == *body),
        ];
        columns.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

/// The rows that a log leads to, by key.
#[derive(Debug, Default)]
pub(super) struct Rows(BTreeMap<Key, RecordRow>);

impl Rows {
    /// Applies the next entry of the log.
    pub(super) fn add(&mut self, change: &Change) -> Result<(), String> {
        let row = RecordRow::of(change)?;
        self.0.insert(row.key(), row);
        Ok(())
    }

    /// Compares these rows, made from the log, with the table. Returns each difference as a sentence. Skips what is
    /// marked as damaged.
    pub(super) fn differences(&self, connection: &mut AnyConnection, damage: &Damage) -> QueryResult<Vec<String>> {
        let stored: Vec<RecordRow> = records::table.select(records::all_columns).load(connection)?;
        let stored: BTreeMap<Key, RecordRow> = stored.into_iter().map(|row| (row.key(), row)).collect();
        // Databases sort text differently, so the order is made here.
        let keys: BTreeSet<&Key> = self.0.keys().chain(stored.keys()).collect();
        let is_marked = |[city, _, id]: &Key| match city.as_str() {
            "" => damage.network_marked_by(id).is_some(),
            city => damage.city_marked_by(city).is_some(),
        };
        let trusted = keys.into_iter().filter(|key| !is_marked(key));
        Ok(trusted.filter_map(|key| difference(self.0.get(key), stored.get(key))).collect())
    }
}

/// Describes how the stored row of a record differs from the log.
fn difference(logged: Option<&RecordRow>, stored: Option<&RecordRow>) -> Option<String> {
    let row = logged.or(stored)?;
    let difference = match (logged, stored) {
        (Some(logged), Some(stored)) => {
            let columns = logged.changed_columns(stored);
            (!columns.is_empty()).then(|| format!("another {}", columns.join(", ")))?
        }
        (Some(_), None) => "no row".to_owned(),
        (None, _) => "a row that no entry makes".to_owned(),
    };
    let RecordRow { kind, city, id, sequence, .. } = row;
    // The id of a city is also its city, and a network has no city.
    let owner = if city == id { "" } else { city };
    let record = format!("{kind} {owner}/{id}").replace(" /", " ");
    Some(format!("the table of records differs from the log (entry {sequence}): of {record} it has {difference}"))
}

/// Updates the table with entries that follow those it was made from.
///
/// # Errors
/// Database errors.
pub fn save(connection: &mut AnyConnection, entries: &[Change]) -> Result<(), StoreError> {
    let created: BTreeSet<_> = entries.iter().filter(|entry| entry.revision == 1).map(|entry| &entry.subject).collect();
    // If several entries are about one record, the last one counts.
    let last: BTreeMap<_, _> = entries.iter().map(|entry| (&entry.subject, entry)).collect();
    let mut new = Vec::new();
    for (subject, entry) in last {
        let row = RecordRow::of(entry).map_err(StoreError::Corrupt)?;
        if created.contains(subject) {
            new.push(row);
        } else {
            let stored = records::table.find((&row.kind, &row.city, &row.id));
            diesel::update(stored).set(&row).execute(connection)?;
        }
    }
    insert(connection, &new).map_err(StoreError::from)
}

/// Rebuilds the table from the log.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for an unreadable entry.
pub(super) fn rebuild(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let mut rows = Rows::default();
    log::for_each_entry(connection, 0, |change| rows.add(&change).map_err(StoreError::Corrupt))?;
    diesel::delete(records::table).execute(connection)?;
    let rows: Vec<RecordRow> = rows.0.into_values().collect();
    insert(connection, &rows).map_err(StoreError::from)
}

fn insert(connection: &mut AnyConnection, rows: &[RecordRow]) -> QueryResult<()> {
    insert_all!(connection, records::table, rows)
}
