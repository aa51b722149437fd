//! Editions that repeated what is already recorded. Imports need to know them; they are not part of the log.

use chrono::NaiveDate;
use diesel::prelude::*;
use serde_json::Value;

use super::connection::{AnyConnection, on_either};
use super::error::StoreError;
use super::schema::confirmations;
use crate::record::change::sha256;
use crate::record::{Kind, RecordKey};

/// An edition that repeated a record unchanged.
#[derive(Debug, Clone, PartialEq)]
pub struct Confirmation {
    /// The record.
    pub key: RecordKey,
    /// The day from which the edition counts.
    pub since: NaiveDate,
    /// The content of the record in this edition.
    pub body: Value,
}

#[derive(Queryable, Insertable)]
#[diesel(table_name = confirmations)]
struct Row {
    kind: String,
    city: String,
    id: String,
    since: NaiveDate,
    body: String,
    body_hash: String,
}

/// Reads all confirmations.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for a row that this program could not have written.
pub fn load(connection: &mut AnyConnection) -> Result<Vec<Confirmation>, StoreError> {
    let rows: Vec<Row> = confirmations::table.select(confirmations::all_columns).load(connection)?;
    rows.into_iter().map(Row::into_confirmation).collect()
}

/// Adds confirmations. Those that are already stored stay as they are.
///
/// # Errors
/// Database errors.
pub fn add(connection: &mut AnyConnection, new: &[Confirmation]) -> QueryResult<()> {
    for row in new.iter().map(Row::of) {
        on_either!(connection, c => {
            diesel::insert_into(confirmations::table).values(&row).on_conflict_do_nothing().execute(c)
        })?;
    }
    Ok(())
}

impl Row {
    fn of(confirmation: &Confirmation) -> Self {
        let Confirmation { key, since, body } = confirmation;
        let body = body.to_string();
        let body_hash = sha256(&body);
        let (kind, city, id) = (key.kind().to_string(), key.city_or_empty().to_owned(), key.id());
        Row { kind, city, id, since: *since, body, body_hash }
    }

    fn into_confirmation(self) -> Result<Confirmation, StoreError> {
        let Row { kind, city, id, since, body, body_hash: _ } = self;
        let unreadable = || StoreError::Corrupt(format!("a confirmation of {kind} {id} of {city} cannot be read"));
        let body = serde_json::from_str(&body).map_err(|_| unreadable())?;
        let key = Kind::from_word(&kind).and_then(|kind| RecordKey::read(kind, &city, &id).ok());
        Ok(Confirmation { key: key.ok_or_else(unreadable)?, since, body })
    }
}
