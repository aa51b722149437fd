//! Backups: the log with its hash chain, and the tables that cannot be rebuilt from the log, as lines of JSON.
//!
//! The first line describes the backup. The last line gives the number of lines before it and their SHA-256. All lines
//! show the database at one moment, even while others write. A backup of SQLite can be restored into PostgreSQL, and
//! the reverse.

use std::io::{self, Write};

use chrono::{DateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::Text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use sha2::{Digest, Sha256};

use super::connection::{AnyConnection, read_transaction};
use super::log::{self, ChangeRow};
use super::{StoreError, identity};
use crate::record::change::{GENESIS, timestamp};

/// The tables that a backup holds besides the log. A table comes before those with foreign keys to it. Their columns
/// may hold texts, numbers, times and days. Tables that are rebuilt from the log or created at start-up are not
/// included.
pub const TABLES: [&str; 7] =
    ["keys", "key_cities", "key_changes", "confirmations", "idempotency_keys", "head_keys", "forks"];

/// The `format` in the first line.
pub(super) const FORMAT: &str = "pledgewatch backup";
/// The version of the backup format.
pub(super) const VERSION: u32 = 1;

/// A line of a backup.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
pub(super) enum Line {
    /// The first line.
    Backup(Header),
    /// An entry of the log. Its body is the text that was hashed, or `null` once redacted.
    Entry(ChangeRow),
    /// A row of one of [`TABLES`], with every value as text.
    Row {
        /// The name of the table.
        table: String,
        /// The values, by column name.
        values: serde_json::Map<String, Value>,
    },
    /// The last line.
    End(End),
}

/// The first line: what the backup contains.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Header {
    pub(super) format: String,
    pub(super) version: u32,
    /// The versions of the database's migrations.
    pub(super) migrations: Vec<String>,
    /// The random id of the database.
    pub(super) identity: String,
    /// The sequence of the last entry of the log.
    pub sequence: i64,
    /// The hash of that entry.
    pub hash: String,
    /// The sequence of the last entry of the log of keys.
    pub(super) keys: i64,
    /// The hash of that entry.
    pub(super) keys_hash: String,
    /// When the backup was made, RFC 3339 in UTC.
    pub made_at: String,
}

/// The last line: what the lines before it must match.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct End {
    /// The number of lines before this one.
    pub lines: u64,
    /// The SHA-256 of those lines, in hexadecimal.
    pub sha256: String,
}

/// Why a backup could not be written or restored.
#[derive(Debug, thiserror::Error)]
pub enum Failure {
    /// The database failed.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The file cannot be read or written.
    #[error("the file cannot be read or written: {0}")]
    File(#[from] io::Error),
    /// The file is damaged or incomplete.
    #[error("the backup is damaged, nothing was restored: line {line} {message}")]
    Backup {
        /// The number of the line.
        line: u64,
        /// What is wrong with the line.
        message: String,
    },
    /// The backup or the mirror does not fit the request.
    #[error("nothing was restored: {0}")]
    Unfit(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// Writes lines, counts and hashes them.
struct LineWriter<W> {
    file: W,
    count: u64,
    hash: Sha256,
}

impl<W: Write> LineWriter<W> {
    fn write(&mut self, line: &Line) -> io::Result<()> {
        let mut text = serde_json::to_vec(line)?;
        text.push(b'\n');
        self.hash.update(&text);
        self.count += 1;
        self.file.write_all(&text)
    }
}

/// Writes a backup of a database with the current schema.
///
/// # Errors
/// Database and file errors. [`StoreError::Corrupt`] for the first wrong entry, since such a backup could not be
/// restored.
pub fn write(connection: &mut AnyConnection, file: impl Write, now: DateTime<Utc>) -> Result<(Header, End), Failure> {
    read_transaction(connection, |connection| {
        let mut lines = LineWriter { file, count: 0, hash: Sha256::new() };
        let header = header(connection, now)?;
        lines.write(&Line::Backup(header.clone()))?;
        write_log(connection, &header, &mut lines)?;
        for table in TABLES {
            for values in read_rows(connection, table)? {
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
    let identity = identity::load(connection)?;
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

/// Writes the entries of the log, and checks each one first.
fn write_log(
    connection: &mut AnyConnection,
    header: &Header,
    lines: &mut LineWriter<impl Write>,
) -> Result<(), Failure> {
    let (mut last, mut hash) = (0, GENESIS.to_owned());
    let mut failed = None;
    log::for_each_entry(connection, 0, |change| {
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

/// Reads the names and the types of a table's columns.
pub(super) fn read_columns(connection: &mut AnyConnection, table: &str) -> QueryResult<Vec<(String, String)>> {
    #[derive(QueryableByName)]
    struct Column {
        #[diesel(sql_type = Text)]
        name: String,
        #[diesel(sql_type = Text)]
        column_type: String,
    }
    let query = match connection {
        AnyConnection::Sqlite(_) => format!("SELECT name, type AS column_type FROM pragma_table_info('{table}')"),
        AnyConnection::Postgres(_) => format!(
            "SELECT attname::text AS name, format_type(atttypid, atttypmod) AS column_type FROM pg_attribute \
             WHERE attrelid = '{table}'::regclass AND attnum > 0 AND NOT attisdropped ORDER BY attnum"
        ),
    };
    let found: Vec<Column> = diesel::sql_query(query).load(connection)?;
    Ok(found.into_iter().map(|column| (column.name, column.column_type)).collect())
}

/// Reads the rows of a table, with every value as text.
fn read_rows(connection: &mut AnyConnection, table: &str) -> Result<Vec<serde_json::Map<String, Value>>, Failure> {
    #[derive(QueryableByName)]
    struct Row {
        #[diesel(sql_type = Text)]
        row: String,
    }
    let columns = read_columns(connection, table)?;
    let values: Vec<String> = columns.iter().map(|(name, _)| format!("'{name}', CAST(\"{name}\" AS TEXT)")).collect();
    let values = values.join(", ");
    let query = match connection {
        AnyConnection::Sqlite(_) => format!("SELECT json_object({values}) AS row FROM \"{table}\""),
        AnyConnection::Postgres(postgres) => {
            // Writes times in the form that SQLite uses.
            postgres.batch_execute("SET LOCAL datestyle = 'ISO, YMD'")?;
            format!("SELECT json_build_object({values})::text AS row FROM \"{table}\"")
        }
    };
    let rows: Vec<Row> = diesel::sql_query(query).load(connection)?;
    let read = |row: Row| serde_json::from_str(&row.row).map_err(|error| Failure::File(error.into()));
    rows.into_iter().map(read).collect()
}
