//! A backup: the log with its chain, and the tables that the log does not make, as lines of JSON.
//!
//! The first line says what it is of; the last one how many lines came before it, and their SHA-256. Everything is of
//! one moment, while others write. A backup of one database is restored into either.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::connection::{AnyConnection, at_one_moment};
use super::log::{self, ChangeRow};
use super::{StoreError, identity};
use crate::record::change::{GENESIS, timestamp};

/// The tables beside the log that a backup holds, those before others that point at them. Their columns may be texts,
/// numbers, times and days; what the log makes, and what is made at the start, is not among them.
pub const TABLES: [&str; 7] =
    ["keys", "key_cities", "key_changes", "confirmations", "idempotency_keys", "head_keys", "forks"];

/// What the first line calls itself.
pub(super) const FORMAT: &str = "pledgewatch backup";
/// The version of the format.
pub(super) const VERSION: u32 = 1;

/// A line of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// The first one.
    Backup(Header),
    /// An entry of the log; the text of its body as it was hashed, `null` once redacted.
    Entry(ChangeRow),
    /// A row of one of [`TABLES`], every value as text.
    Row {
        /// The table.
        table: String,
        /// The values by column.
        values: serde_json::Map<String, Value>,
    },
    /// The last one.
    End(End),
}

/// What a backup is of.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    /// The migrations of the database.
    pub(super) migrations: Vec<String>,
    /// The random word of the database.
    pub(super) identity: String,
    /// The last entry of the log.
    pub sequence: i64,
    /// Its hash.
    pub hash: String,
    /// The last entry of the log of keys.
    pub(super) keys: i64,
    /// Its hash.
    pub(super) keys_hash: String,
    /// When the backup was made.
    pub made_at: String,
}

/// The end of a backup.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// How many lines came before.
    pub lines: u64,
    /// Their SHA-256.
    pub sha256: String,
}

/// What keeps a backup from being written or restored.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read or written.
    #[error("the file cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The file is not a whole backup.
    #[error("the backup is damaged, nothing was restored: line {line} {message}")]
    Backup {
        /// The line.
        line: u64,
        /// What is wrong with it.
        message: String,
    },
    /// The backup, or the mirror, does not fit what was asked.
    #[error("nothing was restored: {0}")]
    Unfit(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// Writes lines and hashes them.
struct Lines<W> {
    file: W,
    count: u64,
    hash: Sha256,
}

impl<W: Write> Lines<W> {
    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.count += 1;
        self.file.write_all(&text)
    }
}

/// Writes a backup of a database of this version.
///
/// # Errors
/// Those of the database and of the file; [`StoreError::Corrupt`] for the first entry that is wrong: a backup that
/// cannot be restored is none.
pub fn write(connection: &mut AnyConnection, file: impl Write, now: DateTime<Utc>) -> Result<(Header, End), Failure> {
    at_one_moment(connection, |connection| {
        let mut lines = Lines { file, count: 0, hash: Sha256::new() };
        let header = header(connection, now)?;
        lines.write(&Line::Backup(header.clone()))?;
        write_log(connection, &header, &mut lines)?;
        for table in TABLES {
            for values in rows(connection, table)? {
                lines.write(&Line::Row { table: table.to_owned(), values })?;
            }
        }
        let end = End { lines: lines.count, sha256: hex::encode(lines.hash.clone().finalize()) };
        lines.write(&Line::End(end.clone()))?;
        lines.file.flush()?;
        Ok((header, end))
    })
}

fn header(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Header, StoreError> {
    let head = log::head(connection)?;
    let identity = identity::word(connection)?;
    Ok(Header {
        format: FORMAT.to_owned(),
        version: VERSION,
        migrations: super::known_migrations()?.iter().map(ToString::to_string).collect(),
        identity: identity.ok_or_else(|| StoreError::Corrupt("the table identity is empty".to_owned()))?,
        sequence: head.number,
        hash: head.hash,
        keys: head.keys,
        keys_hash: head.keys_hash,
        made_at: timestamp(now),
    })
}

/// Writes the entries of the log, after a check of each.
fn write_log(connection: &mut AnyConnection, header: &Header, lines: &mut Lines<impl Write>) -> Result<(), Failure> {
    let (mut last, mut hash) = (0, GENESIS.to_owned());
    let mut failed = None;
    log::follow(connection, 0, |change| {
        change.check(last, &hash).map_err(StoreError::Corrupt)?;
        (last, hash) = (change.sequence, change.hash.clone());
        if failed.is_none() {
            failed = lines.write(&Line::Entry(ChangeRow::of(&change))).err();
        }
        Ok(())
    })?;
    if let Some(error) = failed {
        return Err(error.into());
    }
    if (last, &hash) != (header.sequence, &header.hash) {
        let message =
            format!("the revision row says {} {}, the log ends with entry {last} {hash}", header.sequence, header.hash);
        return Err(StoreError::Corrupt(message).into());
    }
    Ok(())
}

/// The columns of a table, with their types.
pub(super) fn columns(connection: &mut AnyConnection, table: &str) -> QueryResult<Vec<(String, String)>> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        of_type: String,
    }
    let query = match connection {
        AnyConnection::Sqlite(_) => format!("SELECT name, type AS of_type FROM pragma_table_info('{table}')"),
        AnyConnection::Postgres(_) => format!(
            "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS of_type FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ),
    };
    let found: Vec<Column> = diesel::sql_query(query).load(connection)?;
    Ok(found.into_iter().map(|column| (column.name, column.of_type)).collect())
}

/// The rows of a table, every value as text.
fn rows(connection: &mut AnyConnection, table: &str) -> Result<Vec<serde_json::Map<String, Value>>, Failure> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    let columns = columns(connection, table)?;
    let values: Vec<String> = columns.iter().map(|(name, _)| format!("'{name}', CAST(\"{name}\" AS TEXT)")).collect();
    let values = values.join(", ");
    let query = match connection {
        AnyConnection::Sqlite(_) => format!("SELECT json_object({values}) AS row FROM \"{table}\""),
        AnyConnection::Postgres(postgres) => {
            // As times are written in SQLite.
            postgres.batch_execute("SET LOCAL datestyle = 'ISO, YMD'")?;
            format!("SELECT json_build_object({values})::text AS row FROM \"{table}\"")
        }
    };
    let rows: Vec<Row> = diesel::sql_query(query).load(connection)?;
    let read = |row: Row| serde_json::from_str(&row.row).map_err(|error| Failure::File(error.into()));
    rows.into_iter().map(read).collect()
}
