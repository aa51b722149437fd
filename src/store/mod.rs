//! What is on disk: the change log, the table of records it makes with views over it, and the keys.

pub mod backup;
pub mod confirmations;
pub mod connection;
pub mod damage;
pub mod forks;
pub mod heads;
pub mod idempotency;
pub mod identity;
pub mod integrity;
pub mod key_log;
pub mod keys;
pub mod limits;
pub mod log;
mod mirror_lines;
mod on_disk;
pub mod records;
pub mod redaction;
pub mod restore;
mod schema;
pub mod secret;
mod shape;
pub mod verify;
mod views;

use chrono::{DateTime, NaiveDateTime, Utc};
use diesel::connection::SimpleConnection;
use diesel::dsl::sql;
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel::sql_types::{Bool, Timestamp};
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

pub use connection::{AnyConnection, DatabaseUrl, TransactionError, transaction, try_transaction};
pub use damage::Damage;
pub use identity::Identity;
pub use keys::{Key, NewKey, Role, Rotation};
pub use log::{Head, LogRange};

use connection::on_either;

/// The migrations, for both databases.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// The PostgreSQL advisory lock that lets one node migrate at a time: "pledgewa" in ASCII.
const MIGRATION_LOCK: i64 = 0x706c_6564_6765_7761;

/// The migration that brings the log of keys.
const KEY_LOG: &str = "20261125000004";

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// It cannot be reached.
    #[error("the database {database} cannot be opened: {cause}")]
    Unavailable {
        /// Which database, without its password.
        database: String,
        /// What the database's own library says.
        cause: String,
    },
    /// It was made by a newer version.
    #[error("the database was made by a newer version of pledgewatch (migration {0}); use that version or a newer one")]
    Newer(String),
    /// It was made by an older version, and may not be written to.
    #[error("the database was made by an older version of pledgewatch; `pledgewatch migrate` brings it to this one")]
    Older,
    /// It cannot be brought to this version.
    #[error("the database cannot be migrated: {0}")]
    Migration(String),
    /// It holds what this program never writes.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Its log does not continue what a node had seen, and nobody has decided on that.
    #[error("the log of the database does not continue what a node had seen: `pledgewatch accept-fork --kept {} --seen {}` accepts that", .0.kept, .0.seen)]
    Forked(Box<forks::Fork>),
    /// It is not the one that was opened.
    #[error("the database is not the one that was opened: {0}; {HOW_TO_PUT_BACK}")]
    Replaced(String),
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Statement(#[from] diesel::result::Error),
    /// The operating system has no random bytes.
    #[error("no random bytes are to be had: {0}")]
    Entropy(String),
}

/// What to do about a database that was taken away.
pub const HOW_TO_PUT_BACK: &str = "put the file that was opened back, with its -wal and -shm neighbours, or restore a \
    backup (`pledgewatch restore FILE` into a new database), then start the service again";
/// What to do about a database that is damaged.
pub const HOW_TO_RESTORE: &str = "stop the service, move the database aside, restore a backup (`pledgewatch restore \
    FILE` into a new database), and start the service again; `pledgewatch verify` names every entry that is wrong";

/// What SQLite says of a file that is spoilt, or of a disk that fails: `SQLITE_CORRUPT`, `SQLITE_NOTADB`,
/// `SQLITE_IOERR`.
const DAMAGE: [&str; 4] =
    ["database disk image is malformed", "malformed database schema", "file is not a database", "disk I/O error"];

impl StoreError {
    /// Whether the database is damaged, so that trying again does not help.
    #[must_use]
    pub fn is_damage(&self) -> bool {
        let message = match self {
            StoreError::Corrupt(_) => return true,
            StoreError::Unavailable { cause, .. } => cause,
            StoreError::Statement(error) => &error.to_string(),
            _ => return false,
        };
        DAMAGE.iter().any(|damage| message.contains(damage))
    }

    /// Whether one statement was at fault rather than the database or the way to it.
    #[must_use]
    pub fn is_constraint(&self) -> bool {
        use diesel::result::{DatabaseErrorKind as Kind, Error};
        matches!(
            self,
            StoreError::Statement(Error::DatabaseError(
                Kind::UniqueViolation | Kind::ForeignKeyViolation | Kind::NotNullViolation | Kind::CheckViolation,
                _
            ))
        )
    }
}

impl StoreError {
    /// Whether the database broke off a transaction: it closed the connection, or would not wait for a lock any longer.
    #[must_use]
    pub fn is_broken_off(&self) -> bool {
        matches!(self, StoreError::Statement(diesel::result::Error::DatabaseError(..))) && !self.is_constraint()
    }
}

/// Brings a database to this version; returns the names of the migrations that were run.
///
/// # Errors
/// [`StoreError::Newer`] for a database that a newer version made, [`StoreError::Migration`] for a failure.
pub fn migrate(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    transaction(connection, |connection| {
        // Nodes that start together would trip over each other, so one at a time looks and migrates.
        if let AnyConnection::Postgres(postgres) = connection {
            // Another node may take its time, and so may a migration.
            let lock = format!(
                "SET LOCAL statement_timeout = 0; SET LOCAL lock_timeout = 0; \
                 SET LOCAL idle_in_transaction_session_timeout = 0; SELECT pg_advisory_xact_lock({MIGRATION_LOCK})"
            );
            postgres.batch_execute(&lock)?;
        }
        check_not_newer(connection)?;
        let run = run_pending(connection)?;
        if !run.is_empty() {
            records::rebuild(connection)?;
        }
        if run.iter().any(|version| version == KEY_LOG) {
            keys::begin_log(connection, &"pledgewatch migrate".into())?;
        }
        identity::make_if_missing(connection)?;
        views::refresh(connection)?;
        Ok(run)
    })
}

/// What time it is by the clock of a server; none for a file, which has none of its own.
///
/// # Errors
/// Those of the database.
pub fn time(connection: &mut AnyConnection) -> Result<Option<DateTime<Utc>>, StoreError> {
    if matches!(connection, AnyConnection::Sqlite(_)) {
        return Ok(None);
    }
    let time = sql::<Timestamp>("clock_timestamp() AT TIME ZONE 'UTC'");
    let time: NaiveDateTime = diesel::select(time).get_result(connection)?;
    Ok(Some(time.and_utc()))
}

fn run_pending(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let run = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    on_either!(connection, c => c.run_pending_migrations(MIGRATIONS).map(|run| run.iter().map(ToString::to_string).collect()))
        .map_err(run)
}

/// Whether there is anything in a database, which then is of this version; nothing is written to find out.
///
/// # Errors
/// [`StoreError::Newer`] and [`StoreError::Older`] for a database that another version made.
pub fn is_made(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    use schema::__diesel_schema_migrations::dsl;
    let is_there = match connection {
        AnyConnection::Sqlite(_) => "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations')",
        AnyConnection::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    if !diesel::select(sql::<Bool>(is_there)).get_result::<bool>(connection)? {
        return Ok(false);
    }
    let applied: Vec<String> = dsl::__diesel_schema_migrations.select(dsl::version).load(connection)?;
    let known: Vec<String> = known_migrations()?.iter().map(ToString::to_string).collect();
    match applied.iter().find(|version| !known.contains(version)) {
        Some(version) => Err(StoreError::Newer(version.clone())),
        None if applied.is_empty() => Ok(false),
        None if known.iter().any(|version| !applied.contains(version)) => Err(StoreError::Older),
        None => Ok(true),
    }
}

/// The versions of the migrations that this program has.
fn known_migrations() -> Result<Vec<MigrationVersion<'static>>, StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let known: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = MIGRATIONS.migrations().map_err(failed)?;
    Ok(known.iter().map(|migration| migration.name().version().as_owned()).collect())
}

/// Refuses a database with migrations that this program does not have.
fn check_not_newer(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let known = known_migrations()?;
    let applied = on_either!(connection, c => c.applied_migrations()).map_err(failed)?;
    match applied.iter().find(|version| !known.contains(version)) {
        Some(version) => Err(StoreError::Newer(version.to_string())),
        None => Ok(()),
    }
}
