//! Checks that a SQLite file is sound. SQLite reads all of it for this.

use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::connection::AnyConnection;
use super::error::StoreError;
use crate::record::limits::DAMAGE_LISTED;

/// The errors that `PRAGMA quick_check` reports, a sentence each. Empty for a sound file, and for a server, which
/// checks its own pages.
///
/// The check reads the whole file, about two seconds for a gigabyte. The service reads it anyway right afterwards, to
/// load the log.
///
/// # Errors
/// Database errors, except those that report damage: these are returned as findings.
pub fn check(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    if matches!(connection, AnyConnection::Postgres(_)) {
        return Ok(Vec::new());
    }
    let start = Instant::now();
    let query = format!("PRAGMA quick_check({DAMAGE_LISTED})");
    let found: Result<Vec<Row>, StoreError> = diesel::sql_query(query).load(connection).map_err(StoreError::from);
    log::debug!("the database file was checked in {} ms", start.elapsed().as_millis());
    match found {
        Ok(rows) => Ok(rows.into_iter().map(|row| row.quick_check).filter(|message| message != "ok").collect()),
        Err(error) if error.is_damage() => Ok(vec![error.to_string()]),
        Err(error) => Err(error),
    }
}
