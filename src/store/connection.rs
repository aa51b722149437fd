//! One connection type over SQLite and PostgreSQL, opened by the scheme of the URL.

use std::fmt;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::prelude::*;

use super::StoreError;
use super::on_disk::name;
use crate::store::limits::{
    BUSY_WAIT, CONNECT_WAIT, DATABASE_PAUSE, IDLE_TRANSACTION_WAIT, KEEPALIVE_COUNT, KEEPALIVE_IDLE,
    KEEPALIVE_INTERVAL, LOCK_PAUSE, LOCK_WAIT, STATEMENT_WAIT,
};

pub use any::AnyConnection;

mod any {
    #![allow(missing_docs, reason = "the derive makes public items that it does not document")]

    /// A connection to either database.
    #[derive(diesel::MultiConnection)]
    pub enum AnyConnection {
        /// To a SQLite file.
        Sqlite(diesel::SqliteConnection),
        /// To a PostgreSQL server.
        Postgres(diesel::PgConnection),
    }
}

/// Runs the same expression on whichever connection it is: for statements that the enumeration
/// itself cannot take, such as inserts of many rows.
macro_rules! on_either {
    ($connection:expr, $inner:ident => $body:expr) => {
        match $connection {
            $crate::store::connection::AnyConnection::Sqlite($inner) => $body,
            $crate::store::connection::AnyConnection::Postgres($inner) => $body,
        }
    };
}
pub(crate) use on_either;

/// Inserts rows with as few statements as the databases take.
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

/// What has a meaning of its own in a URL.
const RESERVED: [char; 9] = ['/', '?', '#', '@', ':', '%', '[', ']', ' '];

/// Where the database is.
#[derive(Clone, PartialEq, Eq)]
pub enum DatabaseUrl {
    /// A SQLite file, by its path.
    Sqlite(String),
    /// A PostgreSQL server, by its whole URL.
    Postgres(String),
}

impl DatabaseUrl {
    /// Reads `sqlite:PATH` or `postgres://…`.
    ///
    /// # Errors
    /// A sentence, for any other scheme: guessing could create an empty file beside the real database.
    pub fn parse(url: &str) -> Result<Self, String> {
        if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            return Ok(DatabaseUrl::Postgres(url.to_owned()));
        }
        match url.strip_prefix("sqlite:") {
            Some(path) if path.contains(":memory:") || path.trim_start_matches('/').is_empty() => {
                Err("a SQLite database must be a file, such as sqlite:pledgewatch.db".to_owned())
            }
            // `sqlite:///a/b` is the path /a/b, as in other programs' URLs.
            Some(path) => Ok(DatabaseUrl::Sqlite(path.strip_prefix("//").unwrap_or(path).to_owned())),
            None => Err("must begin with sqlite: or postgres://".to_owned()),
        }
    }

    /// Whether there is something to open; of a server only a connection can tell.
    #[must_use]
    pub fn is_there(&self) -> bool {
        match self {
            DatabaseUrl::Sqlite(path) => std::path::Path::new(path).exists(),
            DatabaseUrl::Postgres(_) => true,
        }
    }

    /// The files of a SQLite database, those included that are there only at times; none of a server.
    #[must_use]
    pub fn files(&self) -> Vec<PathBuf> {
        match self {
            DatabaseUrl::Sqlite(path) => {
                ["", "-wal", "-shm", "-journal"].iter().map(|ending| format!("{path}{ending}").into()).collect()
            }
            DatabaseUrl::Postgres(_) => Vec::new(),
        }
    }

    /// The directory of a SQLite file; the working directory beside a server.
    #[must_use]
    pub fn directory(&self) -> PathBuf {
        let parent = match self {
            DatabaseUrl::Sqlite(path) => Path::new(path).parent().filter(|parent| !parent.as_os_str().is_empty()),
            DatabaseUrl::Postgres(_) => None,
        };
        parent.unwrap_or(Path::new(".")).to_owned()
    }

    /// Opens a connection that cannot write, to a database that is there.
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

    /// The passwords in the URL, in the parts in which libpq may quote them where it cannot read the URL.
    fn passwords(&self) -> impl Iterator<Item = &str> {
        let url = match self {
            DatabaseUrl::Sqlite(_) => "",
            DatabaseUrl::Postgres(url) => url.split_once("://").map_or("", |(_, rest)| rest),
        };
        let of_user = url.rsplit_once('@').and_then(|(user, _)| user.split_once(':')).map(|(_, password)| password);
        let options = url.split(['?', '&']).filter_map(|option| option.split_once('='));
        let of_options = options.filter(|(name, _)| name.ends_with("password")).map(|(_, password)| password);
        let parts = of_user.into_iter().chain(of_options).flat_map(|password| password.split(RESERVED));
        parts.filter(|part| part.len() > 2)
    }

    /// Whether there is a password in the URL.
    #[must_use]
    pub fn has_password(&self) -> bool {
        matches!(self, DatabaseUrl::Postgres(url) if *url != self.without_password())
    }

    /// The URL as it was given, but for its passwords: with it and the password the same database is reached.
    #[must_use]
    pub fn without_password(&self) -> String {
        let DatabaseUrl::Postgres(url) = self else { return format!("{self}") };
        let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
        let (place, options) = rest.split_once('?').unwrap_or((rest, ""));
        let place = match place.rsplit_once('@') {
            Some((user, host)) => format!("{}@{host}", user.split(':').next().unwrap_or_default()),
            None => place.to_owned(),
        };
        let is_password = |option: &&str| option.split('=').next().is_some_and(|name| name.ends_with("password"));
        let options: Vec<&str> =
            options.split('&').filter(|option| !option.is_empty() && !is_password(option)).collect();
        let joint = if options.is_empty() { "" } else { "?" };
        format!("{scheme}://{place}{joint}{}", options.join("&"))
    }

    fn unavailable(&self, cause: &str) -> StoreError {
        // libpq tells its troubles on several lines.
        let cause = cause.split_whitespace().collect::<Vec<_>>().join(" ");
        let cause = if self.passwords().any(|part| cause.contains(part)) {
            "its URL cannot be read; in a password / ? # @ : % [ ] and white space are written as %2F and so on"
                .to_owned()
        } else {
            cause
        };
        StoreError::Unavailable { database: self.to_string(), cause }
    }

    /// Waits for a server that cannot be reached yet, and tells of each try; a file is there or not.
    ///
    /// # Errors
    /// [`StoreError::Unavailable`] when it cannot be reached for so long.
    pub fn wait_for(&self, patience: Duration) -> Result<(), StoreError> {
        let begin = Instant::now();
        loop {
            let error = match self {
                DatabaseUrl::Sqlite(_) => return Ok(()),
                DatabaseUrl::Postgres(_) => match self.connect() {
                    Ok(_) => return Ok(()),
                    Err(error) => error,
                },
            };
            let rest = patience.saturating_sub(begin.elapsed());
            if rest.is_zero() {
                return Err(error);
            }
            log::warn!("waiting for the database, {} s at the most: {error}", rest.as_secs() + 1);
            std::thread::sleep(rest.min(DATABASE_PAUSE));
        }
    }

    /// Opens a connection; a SQLite file that is not there is made.
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
    /// The URL without its password.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DatabaseUrl::Sqlite(path) => write!(f, "sqlite:{path}"),
            DatabaseUrl::Postgres(url) => {
                let (scheme, rest) = url.split_once("://").unwrap_or(("postgres", url));
                let rest = rest.split('?').next().unwrap_or_default();
                let place = rest.rsplit_once('@').map_or(rest, |(_, place)| place);
                write!(f, "{scheme}://{place}")
            }
        }
    }
}

impl fmt::Debug for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Opens a SQLite file, unless it is gone and its log is not: SQLite would throw that away and begin a new database.
fn establish_sqlite(path: &str) -> Result<SqliteConnection, String> {
    let length = |path: &str| std::fs::metadata(path).map_or(0, |file| file.len());
    let log = format!("{path}-wal");
    if length(path) == 0 && length(&log) > 0 {
        return Err(format!(
            "the file is empty or missing, but its log {} is not, and would be lost with it; put the file that belongs to \
             the log back, or move the log aside and restore a backup (`pledgewatch restore FILE`)",
            name(Path::new(&log))
        ));
    }
    SqliteConnection::establish(path).map_err(|error| error.to_string())
}

fn connect_sqlite(path: &str) -> Result<AnyConnection, String> {
    let mut connection = establish_sqlite(path)?;
    // The wait comes first, for the change to WAL may itself meet a lock. FULL is what makes a 2xx
    // mean "on disk": in WAL mode NORMAL may lose the last commits.
    let pragmas = format!(
        "PRAGMA busy_timeout = {}; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON;",
        BUSY_WAIT.as_millis()
    );
    // The change of a new file to WAL meets the locks of others at once, whatever the busy timeout says.
    let begin = Instant::now();
    while let Err(error) = connection.batch_execute(&pragmas) {
        let message = error.to_string();
        if !message.contains("locked") || begin.elapsed() > BUSY_WAIT {
            return Err(message);
        }
        std::thread::sleep(LOCK_PAUSE);
    }
    Ok(AnyConnection::Sqlite(connection))
}

fn connect_postgres(url: &str) -> Result<AnyConnection, String> {
    let mut url = url.to_owned();
    // A server that vanishes without a word would else hold the one writer for hours.
    for (option, value) in [
        ("connect_timeout", CONNECT_WAIT.as_secs()),
        ("tcp_user_timeout", STATEMENT_WAIT.as_secs() * 1_000),
        ("keepalives_idle", KEEPALIVE_IDLE.as_secs()),
        ("keepalives_interval", KEEPALIVE_INTERVAL.as_secs()),
        ("keepalives_count", u64::from(KEEPALIVE_COUNT)),
    ] {
        if !url.contains(&format!("{option}=")) {
            let joint = if url.contains('?') { '&' } else { '?' };
            url.push_str(&format!("{joint}{option}={value}"));
        }
    }
    let mut connection = PgConnection::establish(&url).map_err(|error| error.to_string())?;
    // A server set to asynchronous commits would answer before anything is on disk. The timeouts free what a node
    // holds that is frozen or cut off: the revision row, which everyone who writes needs.
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

/// Lets a transaction take its time that reads or writes a whole database: what it is written to, or read from, may
/// pause, and so may the reading of what was fetched. Nobody who serves waits for it.
///
/// # Errors
/// Those of the database.
pub(super) fn take_time(connection: &mut AnyConnection) -> QueryResult<()> {
    match connection {
        AnyConnection::Sqlite(_) => Ok(()),
        AnyConnection::Postgres(postgres) => {
            postgres.batch_execute("SET LOCAL statement_timeout = 0; SET LOCAL idle_in_transaction_session_timeout = 0")
        }
    }
}

/// Why a transaction gave nothing that is sure.
#[derive(Debug)]
pub enum TransactionError<T, E> {
    /// Nothing of it was done.
    Undone(E),
    /// Its work was done, but whether it was committed is open: the commit was not answered.
    Unknown(T, E),
}

/// Runs `work` in a transaction that may write from its first statement on.
///
/// SQLite's ordinary transactions begin as readers and fail at once when they turn into writers while
/// another writes; `BEGIN IMMEDIATE` waits instead.
///
/// # Errors
/// Those of the work, of the database, and of the commit.
pub fn transaction<T, E: From<diesel::result::Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, E> {
    try_transaction(connection, work).map_err(|setback| match setback {
        TransactionError::Undone(error) | TransactionError::Unknown(_, error) => error,
    })
}

/// The same, telling what was not done from what may have been.
///
/// # Errors
/// [`TransactionError::Undone`] for those of the work and of the database, [`TransactionError::Unknown`] for that of the commit.
pub fn try_transaction<T, E: From<diesel::result::Error>>(
    connection: &mut AnyConnection,
    work: impl FnOnce(&mut AnyConnection) -> Result<T, E>,
) -> Result<T, TransactionError<T, E>> {
    let begun = match connection {
        AnyConnection::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE"),
        AnyConnection::Postgres(_) => Manager::begin_transaction(connection),
    };
    begun.map_err(|error| TransactionError::Undone(error.into()))?;
    finish(connection, work)
}

/// Runs `work`, which only reads, on the database as it is at one moment; writers go on.
///
/// # Errors
/// Those of the work and of the database.
pub fn at_one_moment<T, E: From<diesel::result::Error>>(
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
        take_time(connection)?;
        work(connection)
    };
    finish(connection, work).map_err(|setback| match setback {
        TransactionError::Undone(error) | TransactionError::Unknown(_, error) => error,
    })
}

type Manager = <AnyConnection as Connection>::TransactionManager;

/// Does the work of a transaction that has begun, and ends it.
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
            // The work's own error says more than a failure to roll back a connection that broke.
            if let Err(failure) = Manager::rollback_transaction(connection) {
                log::debug!("rolling back failed: {failure}");
            }
            Err(TransactionError::Undone(error))
        }
    }
}
