//! One connection type for SQLite and PostgreSQL. The scheme of the URL selects the database.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;

use super::error::StoreError;
use super::file_watch::file_name;
use crate::store::limits::{
    BUSY_WAIT, CONNECT_WAIT, DATABASE_PAUSE, IDLE_TRANSACTION_WAIT, KEEPALIVE_COUNT, KEEPALIVE_IDLE,
    KEEPALIVE_INTERVAL, LOCK_PAUSE, LOCK_WAIT, STATEMENT_WAIT,
};

pub use any::AnyConnection;

mod any {
    #![allow(missing_docs, reason = "the derive makes public items that it does not document")]

    /// A connection to SQLite or to PostgreSQL.
    #[derive(diesel::MultiConnection)]
    pub enum AnyConnection {
        /// To a SQLite file.
        Sqlite(diesel::SqliteConnection),
        /// To a PostgreSQL server.
        Postgres(diesel::PgConnection),
    }
}

/// Runs an expression on the connection inside the enum. It serves statements that the enum itself does not support,
/// such as inserts of many rows.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $body:expr) => {
        match $connection {
            $crate::store::connection::AnyConnection::Sqlite($inner) => $body,
            $crate::store::connection::AnyConnection::Postgres($inner) => $body,
        }
    };
}
pub(crate) use on_either;

/// Inserts rows with as few statements as the databases allow.
macro_rules! insert_all {
    ($connection:expr, $table:expr, $rows:expr) => {{
        for rows in $rows.chunks($crate::record::limits::STATEMENT_ROWS) {
            $crate::store::connection::on_either!($connection, c => {
                diesel::insert_into($table).values(rows).execute(c)
            })?;
        }
        Ok(())
    }};
}
pub(crate) use insert_all;

/// Characters with a meaning in a URL, which must be percent-encoded in a password.
const RESERVED: [char; 9] = ['/', '?', '#', '@', ':', '%', '[', ']', ' '];

/// The location of the database.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// The path of a SQLite file.
    Sqlite(String),
    /// The whole URL of a PostgreSQL server.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// A sentence for any other scheme. A guess could create an empty file next to the real database.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if path.contains(":memory:") || path.trim_start_matches('/').is_empty() => {
                Err("a SQLite database must be a file, such as sqlite:pledgewatch.db".to_owned())
            }
            // `sqlite:///a/b` means the path /a/b, as in the URLs of other programs.
            Some(path) => Ok(DatabaseUrl::Sqlite(path.strip_prefix("//").unwrap_or(path).to_owned())),
            None => Err("must begin with sqlite: or postgres://".to_owned()),
        }
    }

    /// True if the SQLite file exists. Always true for a server, since only a connection can tell.
    #[must_use]
    pub fn exists(&self) -> bool {
        match self {
            DatabaseUrl::Sqlite(path) => std::path::Path::new(path).exists(),
            DatabaseUrl::Postgres(_) => true,
        }
    }

    /// The paths of a SQLite database: the file and its temporary neighbours. Empty for a server.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            DatabaseUrl::Sqlite(path) => {
                ["", "-wal", "-shm", "-journal"].iter().map(|ending| format!("{path}{ending}").into()).collect()
            }
            DatabaseUrl::Postgres(_) => Vec::new(),
        }
    }

    /// The directory of a SQLite file. For a server, the working directory.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        let parent = match self {
            DatabaseUrl::Sqlite(path) => Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty()),
            DatabaseUrl::Postgres(_) => None,
        };
        parent.unwrap_or(Path::new(".")).to_owned()
    }

    /// Opens a read-only connection to an existing database.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached.
    pub fn connect_to_read(&self) -> Result<AnyConnection, StoreError> {
        let connected = match self {
            DatabaseUrl::Sqlite(path) => {
                establish_sqlite(path).map(AnyConnection::Sqlite).and_then(|mut connection| {
                    let pragmas = format!("PRAGMA busy_timeout = {}; PRAGMA query_only = ON;", BUSY_WAIT.as_millis());
                    connection.batch_execute(&pragmas).map_err(|error| error.to_string())?;
                    Ok(connection)
                })
            }
            DatabaseUrl::Postgres(url) => connect_postgres(url).and_then(|mut connection| {
                let read_only = "SET default_transaction_read_only = on";
                connection.batch_execute(read_only).map_err(|error| error.to_string())?;
                Ok(connection)
            }),
        };
        connected.map_err(|cause| self.unavailable(&cause))
    }

    /// The passwords in the URL, split at reserved characters: libpq quotes such parts when it cannot parse the URL.
    fn passwords(&self) -> impl Iterator<Item = &str> {
        let url = match self {
            DatabaseUrl::Sqlite(_) => "",
            DatabaseUrl::Postgres(url) => url.split_once("://").map_or("", |(_, rest)| rest),
        };
        let user_password =
            url.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
        let options = url.split(['?', '&']).filter_map(|option| option.split_once('='));
        let option_passwords = options.filter(|(name, _)| name.ends_with("password")).map(|(_, password)| password);
        let parts = user_password.into_iter().chain(option_passwords).flat_map(|password| password.split(RESERVED));
        parts.filter(|part| part.len() > 2)
    }

    /// True if the URL contains a password.
    #[must_use]
    pub fn has_password(&self) -> bool {
        matches!(self, DatabaseUrl::Postgres(url) if *url != self.without_password())
    }

    /// The URL without its passwords. Together with the password it still reaches the same database.
    #[must_use]
    pub fn without_password(&self) -> String {
        let DatabaseUrl::Postgres(url) = self else { return format!("{self}") };
        let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
        let (location, options) = rest.split_once('?').unwrap_or((rest, ""));
        let location = match location.rsplit_once('@') {
            Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
            None => location.to_owned(),
        };
        let is_password = |option: &&str| option.split('=').next().is_some_and(|name| name.ends_with("password"));
        let options: Vec<&str> =
            options.split('&').filter(|option| !option.is_empty() && !is_password(option)).collect();
        let separator = if options.is_empty() { "" } else { "?" };
        format!("{scheme}://{location}{separator}{}", options.join("&"))
    }

    fn unavailable(&self, cause: &str) -> StoreError {
        // libpq reports an error on several lines.
        let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
        let cause = if self.passwords().any(|part| cause.contains(part)) {
            "its URL cannot be read; in a password / ? # @ : % [ ] and white space are written as %2F and so on"
                .to_owned()
        } else {
            cause
        };
        StoreError::Unavailable { database: self.to_string(), cause }
    }

    /// Waits for a server that cannot be reached yet, and logs each attempt. Returns at once for a file.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] if the server is still unreachable after `patience`.
    pub fn wait_for(&self, patience: Duration) -> Result<(), StoreError> {
        let start = Instant::now();
        loop {
            let error = match self {
                DatabaseUrl::Sqlite(_) => return Ok(()),
                DatabaseUrl::Postgres(_) => match self.connect() {
                    Ok(_) => return Ok(()),
                    Err(error) => error,
                },
            };
            let remaining = patience.saturating_sub(start.elapsed());
            if remaining.is_zero() {
                return Err(error);
            }
            log::warn!("waiting for the database, for at most {} s more: {error}", remaining.as_secs() + 1);
            std::thread::sleep(remaining.min(DATABASE_PAUSE));
        }
    }

    /// Opens a connection. Creates a SQLite file that does not exist.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when the database cannot be reached.
    pub fn connect(&self) -> Result<AnyConnection, StoreError> {
        match self {
            DatabaseUrl::Sqlite(path) => connect_sqlite(path),
            DatabaseUrl::Postgres(url) => connect_postgres(url),
        }
        .map_err(|cause| self.unavailable(&cause))
    }
}

impl fmt::Display for DatabaseUrl {
    /// The URL without its password and its options.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{path}"),
            DatabaseUrl::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let rest = rest.split('?').next().unwrap_or_default();
                let location = rest.rsplit_once('@').map_or(rest, |(_, location)| location);
                write!(f, "{scheme}://{location}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Opens a SQLite file. Refuses a missing or empty file that still has a log: SQLite would discard the log and start a
/// new database.
fn establish_sqlite(path: &str) -> Result<SqliteConnection, String> {
    let length = |path: &str| std::fs::metadata(path).map_or(0, |file| file.len());
    let log = format!("{path}-wal");
    if length(path) == 0 && length(&log) > 0 {
        return Err(format!(
            "the file is empty or missing, but its log {} is not and would be lost; put the file that belongs to the log \
             back, or move the log aside and restore a backup (`pledgewatch restore FILE`)",
            file_name(Path::new(&log))
        ));
    }
    SqliteConnection::establish(path).map_err(|error| error.to_string())
}

fn connect_sqlite(path: &str) -> Result<AnyConnection, String> {
    let mut connection = establish_sqlite(path)?;
    // The timeout is set first, because the change to WAL may itself meet a lock. A 2xx must mean "on disk", which
    // needs FULL: in WAL mode NORMAL may lose the last commits.
    let pragmas = format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        BUSY_WAIT.as_millis()
    );
    // Changing a new file to WAL fails at once if another process holds a lock, whatever the busy timeout is.
    let start = Instant::now();
    while let Err(error) = connection.batch_execute(&pragmas) {
        let message = error.to_string();
        if !message.contains("locked") || start.elapsed() > BUSY_WAIT {
            return Err(message);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Ok(AnyConnection::Sqlite(connection))
}

fn connect_postgres(url: &str) -> Result<AnyConnection, String> {
    let mut url = url.to_owned();
    // Without these a server that vanishes silently would block the only writer for hours.
    for (option, value) in [
        ("connect_timeout", CONNECT_WAIT.as_secs()),
        ("tcp_user_timeout", STATEMENT_WAIT.as_secs() * 1_000),
        ("keepalives_idle", KEEPALIVE_IDLE.as_secs()),
        ("keepalives_interval", KEEPALIVE_INTERVAL.as_secs()),
        ("keepalives_count", u64::from(KEEPALIVE_COUNT)),
    ] {
        if !url.contains(&format!("{option}=")) {
            let separator = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{separator}{option}={value}"));
        }
    }
    let mut connection = PgConnection::establish(&url).map_err(|error| error.to_string())?;
    // With asynchronous commits we would answer before the data is on disk. The timeouts release what a frozen or
    // disconnected node holds, above all the revision row, which every writer needs.
    let settings = format!(
        "SET statement_timeout = {}; SET lock_timeout = {}; SET idle_in_transaction_session_timeout = {}; \
         SET tcp_keepalives_idle = {}; SET tcp_keepalives_interval = {}; SET tcp_keepalives_count = {KEEPALIVE_COUNT}; \
         SET client_min_messages = warning; \
         SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';",
        STATEMENT_WAIT.as_millis(),
        LOCK_WAIT.as_millis(),
        IDLE_TRANSACTION_WAIT.as_millis(),
        KEEPALIVE_IDLE.as_secs(),
        KEEPALIVE_INTERVAL.as_secs(),
    );
    connection.batch_execute(&settings).map_err(|error| error.to_string())?;
    Ok(AnyConnection::Postgres(connection))
}

/// Lifts the timeouts of a transaction that reads or writes a whole database. Its file or its client may pause for
/// long. No request waits for such a transaction.
///
/// # Errors
/// Database errors.
pub(super) fn lift_timeouts(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(postgres) => {
            postgres.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        }
    }
}

/// How a transaction failed.
#[derive(Debug)]
pub enum TransactionError<T, E> {
    /// Nothing was done.
    Undone(E),
    /// The work was done, but the commit got no reply, so it may or may not be committed.
    Unknown(T, E),
}

/// Runs `work` in a transaction that can write from its first statement on.
///
/// An ordinary SQLite transaction begins as a reader. It fails at once if it starts to write while another one writes.
/// `BEGIN IMMEDIATE` waits instead.
///
/// # Errors
/// The errors of `work`, of the database and of the commit.
pub fn transaction<T, E: From<diesel::result::Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    try_transaction(connection, work).map_err(|failure| match failure {
        TransactionError::Undone(error) | TransactionError::Unknown(_, error) => error,
    })
}

/// Like [`transaction`], but tells a transaction that was undone from one that may be committed.
///
/// # Errors
/// [`TransactionError::Undone`] for errors of `work` and of the database, [`TransactionError::Unknown`] for an error of
/// the commit.
pub fn try_transaction<T, E: From<diesel::result::Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, TransactionError<T, E>> {
    let started = match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(_) => Manager::begin_transaction(connection),
    };
    started.map_err(|error| TransactionError::Undone(error.into()))?;
    finish(connection, work)
}

/// Runs `work`, which only reads, on the database as it is at one moment. Writers are not blocked.
///
/// # Errors
/// The errors of `work` and of the database.
pub fn read_transaction<T, E: From<diesel::result::Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN")?,
        AnyConnection::Postgres(postgres) => {
            let begin = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY";
            AnsiTransactionManager::begin_transaction_sql(postgres, begin)?;
        }
    }
    let work = |connection: &mut AnyConnection| {
        lift_timeouts(connection)?;
        work(connection)
    };
    finish(connection, work).map_err(|failure| match failure {
        TransactionError::Undone(error) | TransactionError::Unknown(_, error) => error,
    })
}

type Manager = <AnyConnection as Connection>::TransactionManager;

/// Does the work of a transaction that has begun, then commits it or rolls it back.
fn finish<T, E: From<diesel::result::Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, TransactionError<T, E>> {
    match work(connection) {
        Ok(value) => match Manager::commit_transaction(connection) {
            Ok(()) => Ok(value),
            Err(error) => Err(TransactionError::Unknown(value, error.into())),
        },
        Err(error) => {
            // The error of `work` says more than a failed rollback on a broken connection.
            if let Err(failure) = Manager::rollback_transaction(connection) {
                log::debug!("rolling back failed: {failure}");
            }
            Err(TransactionError::Undone(error))
        }
    }
}
