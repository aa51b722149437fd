//! Restores a backup into an empty database, in one transaction, after checking all of it.

use std::io::{BufRead, Read};
use std::path::Path;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::backup::{End, FORMAT, Failure, Header, Line, TABLES, VERSION, read_columns};
use super::connection::{AnyConnection, lift_timeouts, on_either};
use super::file_watch::file_name;
use super::mirror_lines::MirrorLines;
use super::schema::idempotency_keys;
use super::{DatabaseUrl, Head, StoreError, identity, keys, known_migrations, log, migrate, records, transaction};
use crate::record::change::GENESIS;
use crate::record::limits::STATEMENT_ROWS;
use crate::record::{Change, Subject};
use crate::store::limits::BACKUP_LINE_BYTES;

/// What to restore.
pub struct Restoration<'a> {
    /// The backup.
    pub file: &'a mut dyn BufRead,
    /// The last entry to restore; all if none.
    pub until: Option<i64>,
    /// A mirror of the public log, to compare the backup with.
    pub mirror: Option<&'a mut dyn BufRead>,
}

/// What was restored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Restored {
    /// When the backup was made.
    pub made_at: String,
    /// The last restored entry.
    pub sequence: i64,
    /// The hash of that entry.
    pub hash: String,
    /// The last entry of the mirror, if it is later than the last restored entry.
    pub mirror_ends: Option<i64>,
    /// Restored entries that stay without a body, because a later entry that was not restored had redacted them.
    pub redacted_later: Vec<i64>,
}

/// Restores a backup into a database without records: all of it or nothing. If it fails, a database that did not exist
/// is not created: a service would take an empty database for the restored one.
///
/// # Errors
/// The reason why nothing was restored.
pub fn restore(database: &DatabaseUrl, request: Restoration<'_>) -> Result<Restored, Failure> {
    match database {
        DatabaseUrl::Sqlite(path) if !database.exists() => restore_file(Path::new(path), database, request),
        DatabaseUrl::Sqlite(_) => {
            let mut connection = database.connect()?;
            migrate(&mut connection)?;
            restore_into(&mut connection, request)
        }
        DatabaseUrl::Postgres(_) => {
            let mut connection = database.connect()?;
            transaction(&mut connection, |connection| {
                migrate(connection)?;
                restore_into(connection, request)
            })
        }
    }
}

/// Restores into a file with a temporary name, and renames it when it is complete.
fn restore_file(path: &Path, database: &DatabaseUrl, request: Restoration<'_>) -> Result<Restored, Failure> {
    let find_side_file = |database: &DatabaseUrl| database.files().into_iter().skip(1).find(|file| file.exists());
    // SQLite would use the log of another database as the log of this one.
    if let Some(left) = find_side_file(database) {
        let message = format!("{} belongs to another database; move it away", file_name(&left));
        return Err(Failure::Unfit(message));
    }
    let unfinished = DatabaseUrl::Sqlite(format!("{}.restoring", path.display()));
    let remove = || unfinished.files().into_iter().filter(|file| file.exists()).try_for_each(std::fs::remove_file);
    // A restore that was killed leaves this file.
    remove()?;
    let restored = unfinished.connect().and_then(|mut connection| migrate(&mut connection).map(|_| connection));
    let restored = restored.map_err(Failure::from).and_then(|mut connection| restore_into(&mut connection, request));
    let renamed = restored.and_then(|restored| {
        if let Some(left) = find_side_file(&unfinished) {
            return Err(Failure::Unfit(format!("{} cannot be written into the database file", file_name(&left))));
        }
        std::fs::rename(format!("{}.restoring", path.display()), path)?;
        // The new name is only on disk once the directory is.
        #[cfg(unix)]
        std::fs::File::open(database.directory())?.sync_all()?;
        Ok(restored)
    });
    renamed.inspect_err(|_| drop(remove()))
}

/// Restores a backup into a database with the current schema and without records: all of it or nothing.
fn restore_into(connection: &mut AnyConnection, request: Restoration<'_>) -> Result<Restored, Failure> {
    transaction(connection, |connection| {
        lift_timeouts(connection)?;
        log::lock(connection)?;
        check_empty(connection)?;
        let mut restoring = RestoreInProgress::begin(request)?;
        while restoring.take_line(connection)? {}
        restoring.finish(connection)
    })
}

fn check_empty(connection: &mut AnyConnection) -> Result<(), Failure> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        count: i64,
    }
    for table in std::iter::once("changes").chain(TABLES) {
        let query = format!("SELECT count(*) AS count FROM \"{table}\"");
        let found: Count = diesel::sql_query(query).get_result(connection)?;
        if found.count > 0 {
            let message = format!(
                "the database is not empty, its table {table} has {} rows; restore into a new one",
                found.count
            );
            return Err(Failure::Unfit(message));
        }
    }
    Ok(())
}

/// Reads lines, counts and hashes them.
struct LineReader<'a> {
    file: &'a mut dyn BufRead,
    count: u64,
    hash: Sha256,
}

impl LineReader<'_> {
    fn damaged(&self, message: impl Into<String>) -> Failure {
        Failure::Backup { line: self.count + 1, message: message.into() }
    }

    /// Reads the next line. The last line is neither counted nor hashed.
    fn next(&mut self) -> Result<Line, Failure> {
        let mut text = Vec::new();
        let limit = BACKUP_LINE_BYTES;
        Read::take(&mut *self.file, limit).read_until(b'\n', &mut text)?;
        if text.last() != Some(&b'\n') {
            let message = if text.is_empty() { "is missing: the file was cut" } else { "is cut, or too long" };
            return Err(self.damaged(message));
        }
        let line = serde_json::from_slice(&text).map_err(|error| self.damaged(format!("cannot be read: {error}")))?;
        if !matches!(line, Line::End(_)) {
            self.hash.update(&text);
            self.count += 1;
        }
        Ok(line)
    }

    /// Checks the last line against the lines before it.
    fn check_end(&mut self, end: &End) -> Result<(), Failure> {
        let sha256 = hex::encode(self.hash.clone().finalize());
        if (end.lines, &end.sha256) != (self.count, &sha256) {
            return Err(self.damaged("has another count or SHA-256 than the lines before it give"));
        }
        if !self.file.fill_buf()?.is_empty() {
            return Err(self.damaged("is followed by others"));
        }
        Ok(())
    }
}

/// A restore in progress.
struct RestoreInProgress<'a> {
    lines: LineReader<'a>,
    header: Header,
    until: Option<i64>,
    mirror: Option<MirrorLines<'a>>,
    /// The last entry that was read, and its hash.
    read: (i64, String),
    /// The last entry that was restored, and its hash.
    restored: (i64, String),
    redacted_later: Vec<i64>,
    entries: Vec<Change>,
    rows: Vec<Map<String, Value>>,
    table: String,
}

impl<'a> RestoreInProgress<'a> {
    fn begin(request: Restoration<'a>) -> Result<Self, Failure> {
        let Restoration { file, until, mirror } = request;
        let mut lines = LineReader { file, count: 0, hash: Sha256::new() };
        let Line::Backup(header) = lines.next()? else {
            return Err(Failure::Unfit("the file is not a backup".to_owned()));
        };
        if header.format != FORMAT || header.version != VERSION {
            let message = format!("the file has the format {} {}", header.format, header.version);
            return Err(Failure::Unfit(format!("{message}, but only {FORMAT} {VERSION} is known")));
        }
        let known: Vec<String> = known_migrations()?.iter().map(ToString::to_string).collect();
        if let Some(newer) = header.migrations.iter().find(|migration| !known.contains(migration)) {
            return Err(StoreError::Newer(newer.clone()).into());
        }
        if let Some(until) = until.filter(|until| !(1..=header.sequence).contains(until)) {
            let message = format!("entry {until} is not in the backup, which ends with entry {}", header.sequence);
            return Err(Failure::Unfit(message));
        }
        let start = || (0, GENESIS.to_owned());
        let (entries, rows, table) = (Vec::new(), Vec::new(), String::new());
        let mirror = mirror.map(MirrorLines::new);
        let (read, restored, redacted_later) = (start(), start(), Vec::new());
        Ok(RestoreInProgress { lines, header, until, mirror, read, restored, redacted_later, entries, rows, table })
    }

    /// Reads the next line and applies it. Returns false after the last line.
    fn take_line(&mut self, connection: &mut AnyConnection) -> Result<bool, Failure> {
        match self.lines.next()? {
            Line::Backup(_) => Err(self.lines.damaged("is a second first line")),
            Line::Entry(entry) => {
                let change = entry.into_change().map_err(|_| self.lines.damaged("is no entry of a log"))?;
                self.take_entry(change, connection).map(|()| true)
            }
            Line::Row { table, values } => {
                if self.table != table || self.rows.len() >= STATEMENT_ROWS {
                    self.flush_rows(connection)?;
                    self.table = table;
                }
                self.rows.push(values);
                Ok(true)
            }
            Line::End(end) => {
                self.lines.check_end(&end)?;
                self.flush_entries(connection)?;
                self.flush_rows(connection)?;
                Ok(false)
            }
        }
    }

    fn take_entry(&mut self, change: Change, connection: &mut AnyConnection) -> Result<(), Failure> {
        change
            .check(self.read.0, &self.read.1)
            .map_err(|message| self.lines.damaged(format!("is wrong: {message}")))?;
        self.read = (change.sequence, change.hash.clone());
        if let Some(until) = self.until.filter(|until| change.sequence > *until) {
            if let Subject::Redaction { entry, .. } = change.subject {
                self.redacted_later.extend(Some(entry).filter(|entry| *entry <= until));
            }
            return Ok(());
        }
        if let Some(mirror) = &mut self.mirror {
            mirror.compare(change.sequence, &change.hash)?;
        }
        self.restored = self.read.clone();
        self.entries.push(change);
        if self.entries.len() >= STATEMENT_ROWS { self.flush_entries(connection) } else { Ok(()) }
    }

    fn flush_entries(&mut self, connection: &mut AnyConnection) -> Result<(), Failure> {
        log::append(connection, &std::mem::take(&mut self.entries))?;
        Ok(())
    }

    fn flush_rows(&mut self, connection: &mut AnyConnection) -> Result<(), Failure> {
        let rows = std::mem::take(&mut self.rows);
        if rows.is_empty() {
            return Ok(());
        }
        if !TABLES.contains(&self.table.as_str()) {
            return Err(self.lines.damaged(format!("follows rows of a table {}, which is not known", self.table)));
        }
        insert(connection, &self.table, &rows)
    }

    /// Updates everything that depends on the log, and ends.
    fn finish(mut self, connection: &mut AnyConnection) -> Result<Restored, Failure> {
        if self.read != (self.header.sequence, self.header.hash.clone()) {
            let message =
                format!("ends the file, but the first line names entry {} as the last one", self.header.sequence);
            return Err(self.lines.damaged(message));
        }
        let (number, hash) = self.restored;
        let Header { keys, keys_hash, .. } = self.header.clone();
        let head = Head { number, hash: hash.clone(), keys, keys_hash };
        log::set_head(connection, &head)?;
        identity::set(connection, &self.header.identity)?;
        // A request whose entries are left out counts as not done.
        let is_left_out = idempotency_keys::last_entry.gt(number);
        diesel::delete(idempotency_keys::table.filter(is_left_out)).execute(connection)?;
        records::rebuild(connection)?;
        // If the log of keys does not match the keys, somebody added a key by hand before the backup.
        keys::verify(connection, &head)?;
        let ends = self.mirror.as_mut().map(MirrorLines::end).transpose()?;
        Ok(Restored {
            made_at: self.header.made_at,
            sequence: number,
            hash,
            mirror_ends: ends.filter(|end| *end > number),
            redacted_later: self.redacted_later,
        })
    }
}

/// Inserts rows whose values are texts, converted to the types of the table's columns.
fn insert(connection: &mut AnyConnection, table: &str, rows: &[Map<String, Value>]) -> Result<(), Failure> {
    let known = read_columns(connection, table)?;
    let given_names: Vec<&String> = rows.iter().flat_map(Map::keys).collect();
    if let Some(name) = given_names.iter().find(|name| known.iter().all(|(known, _)| known != **name)) {
        return Err(Failure::Unfit(format!("the table {table} has no column {name} in this version")));
    }
    // A column that the older version did not have gets its default.
    let given: Vec<&(String, String)> = known.iter().filter(|(name, _)| given_names.contains(&name)).collect();
    let names: Vec<String> = given.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let is_sqlite = matches!(connection, AnyConnection::Sqlite(_));
    let value = |(name, column_type): &&(String, String)| {
        if is_sqlite {
            format!("json_extract(value, '$.{name}')")
        } else {
            format!("(value ->> '{name}')::{column_type}")
        }
    };
    let values: Vec<String> = given.iter().map(value).collect();
    let from = if is_sqlite { "json_each($1)" } else { "json_array_elements($1::json) AS row (value)" };
    let statement = format!("INSERT INTO \"{table}\" ({}) SELECT {} FROM {from}", names.join(", "), values.join(", "));
    let rows = serde_json::to_string(rows).map_err(std::io::Error::from)?;
    on_either!(connection, c => diesel::sql_query(statement).bind::<Text, _>(rows).execute(c))?;
    Ok(())
}
