//! What is on disk: the change log, the table of records and the SQL views over it, and the keys.

pub mod backup;
pub mod confirmations;
pub mod connection;
pub mod damage;
mod error;
mod file_watch;
pub mod forks;
pub mod head_keys;
pub mod idempotency;
pub mod identity;
pub mod integrity;
pub mod key;
pub mod key_log;
pub mod keys;
pub mod limits;
pub mod log;
mod mirror_lines;
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
pub use error::{HOW_TO_PUT_BACK, HOW_TO_RESTORE, StoreError};
pub use identity::Identity;
pub use key::{Key, Role};
pub use keys::{NewKey, Rotation};
pub use log::{Head, LogRange};

use connection::on_either;

/// The migrations, for both databases.
const MIGRATIONS: EmbeddedMigrations = embed_migrations!("migrations");
/// The PostgreSQL advisory lock that lets only one node migrate at a time: "pledgewa" in ASCII.
const MIGRATION_LOCK: i64 = 0x706c_6564_6765_7761;

/// The migration that adds the log of keys.
const KEY_LOG: &str = "20261125000004";

/// Migrates a database to the current schema. Returns the names of the migrations that ran.
///
/// # Errors
/// [`StoreError::Newer`] if a newer version created the database, [`StoreError::Migration`] if a migration fails.
pub fn migrate(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    transaction(connection, |connection| {
        // Nodes that start together must not migrate at the same time.
        if let AnyConnection::Postgres(postgres) = connection {
            // Both waiting for another node and a migration may take long.
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
        identity::create_if_missing(connection)?;
        views::refresh(connection)?;
        Ok(run)
    })
}

/// Reads the clock of a database server; none for a file, which has no clock.
///
/// # Errors
/// Database errors.
pub fn server_time(connection: &mut AnyConnection) -> Result<Option<DateTime<Utc>>, StoreError> {
    if matches!(connection, AnyConnection::Sqlite(_)) {
        return Ok(None);
    }
    let time = sql::<Timestamp>("clock_timestamp() AT TIME ZONE 'UTC'");
    let time: NaiveDateTime = diesel::select(time).get_result(connection)?;
    Ok(Some(time.and_utc()))
}

fn run_pending(connection: &mut AnyConnection) -> Result<Vec<String>, StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    on_either!(connection, c => c.run_pending_migrations(MIGRATIONS).map(|run| run.iter().map(ToString::to_string).collect()))
        .map_err(failed)
}

/// True if the database has been migrated to the current schema; false if it is empty. Writes nothing.
///
/// # Errors
/// [`StoreError::Newer`] and [`StoreError::Older`] if another version created the database.
pub fn is_initialized(connection: &mut AnyConnection) -> Result<bool, StoreError> {
    use schema::__diesel_schema_migrations::dsl;
    let table_exists = match connection {
        AnyConnection::Sqlite(_) => "EXISTS (SELECT 1 FROM sqlite_master WHERE name = '__diesel_schema_migrations')",
        AnyConnection::Postgres(_) => "to_regclass('__diesel_schema_migrations') IS NOT NULL",
    };
    if !diesel::select(sql::<Bool>(table_exists)).get_result::<bool>(connection)? {
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

/// The versions of the migrations in this program.
fn known_migrations() -> Result<Vec<MigrationVersion<'static>>, StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let known: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> = MIGRATIONS.migrations().map_err(failed)?;
    Ok(known.iter().map(|migration| migration.name().version().as_owned()).collect())
}

/// Refuses a database with migrations that this program does not know.
fn check_not_newer(connection: &mut AnyConnection) -> Result<(), StoreError> {
    let failed = |error: Box<dyn std::error::Error + Send + Sync>| StoreError::Migration(error.to_string());
    let known = known_migrations()?;
    let applied = on_either!(connection, c => c.applied_migrations()).map_err(failed)?;
    match applied.iter().find(|version| !known.contains(version)) {
        Some(version) => Err(StoreError::Newer(version.to_string())),
        None => Ok(()),
    }
}
