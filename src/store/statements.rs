//! The present state of statements as rows.

use chrono::NaiveDateTime;
use diesel::prelude::*;

use super::connection::{AnyConnection, insert_all};
use super::rows::Shown;
use super::schema::statements;
use crate::record::{Recorded, Statement};

/// A row of `statements`.
#[derive(Debug, Clone, PartialEq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = statements, treat_none_as_null = true, primary_key(city))]
pub struct StatementRow {
    pub(super) city: String,
    text: String,
    target: Option<String>,
    withdrawn: bool,
    revision: i32,
    pub(super) sequence: i64,
    recorded_at: NaiveDateTime,
    recorded_by: String,
    reason: Option<String>,
}

/// The row that a statement's record makes.
pub(super) fn row(city: &str, record: &Recorded<Statement>) -> Option<StatementRow> {
    let Shown { value: statement, stamp, withdrawn } = Shown::of(record)?;
    Some(StatementRow {
        city: city.to_owned(),
        text: statement.text.to_string(),
        target: statement.target.as_ref().map(ToString::to_string),
        withdrawn,
        revision: stamp.revision,
        sequence: stamp.sequence,
        recorded_at: stamp.recorded_at.naive_utc(),
        recorded_by: stamp.recorded_by.clone(),
        reason: stamp.reason.clone(),
    })
}

/// Changes the row of a statement that is there.
pub(super) fn update(connection: &mut AnyConnection, row: &StatementRow) -> QueryResult<()> {
    diesel::update(statements::table.find(&row.city)).set(row).execute(connection).map(drop)
}

/// Inserts statements that are not there yet.
pub(super) fn insert(connection: &mut AnyConnection, rows: &[StatementRow]) -> QueryResult<()> {
    insert_all!(connection, statements::table, rows)
}

/// Every statement's row.
pub(super) fn load(connection: &mut AnyConnection) -> QueryResult<Vec<StatementRow>> {
    statements::table.select(statements::all_columns).load(connection)
}
