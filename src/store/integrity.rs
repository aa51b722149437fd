//! Whether a SQLite file is sound, as SQLite itself finds by reading all of it.

use std::time::Instant;

use diesel::prelude::*;
use diesel::sql_types::Text;

use super::StoreError;
use super::connection::AnyConnection;
use crate::record::limits::DAMAGE_LISTED;

/// What `PRAGMA quick_check` finds wrong, a sentence each; empty for a sound file, and for a server, which checks its
/// pages itself.
///
/// It reads the whole file, as the service does right after it to load the log: some two seconds for a gigabyte.
///
/// # Errors
/// Those of the database, but for those that say that it is damaged.
pub fn check(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        quick_check: String,
    }
    if matches!(connection, AnyConnection::Postgres(_)) {
        return Ok(Vec::new());
    }
    let begin = Instant::now();
    let query = format!("PRAGMA quick_check({DAMAGE_LISTED})");
    let found: Result<Vec<Row>, StoreError> = diesel::sql_query(query).load(connection).map_err(StoreError::from);
    log::debug!("the database file was checked in {} ms", begin.elapsed().as_millis());
    match found {
        Ok(rows) => Ok(rows.into_iter().map(|row| row.quick_check).filter(|message| message != "ok").collect()),
        Err(error) if error.is_damage() => Ok(vec![error.to_string()]),
        Err(error) => Err(error),
    }
}
