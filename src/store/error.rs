//! What can go wrong with the database.

use crate::record::head::LogEnd;

/// What can go wrong with the database.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database cannot be reached.
    #[error("the database {database} cannot be opened: {cause}")]
    Unavailable {
        /// The database, without its password.
        database: String,
        /// What the library of the database reports.
        cause: String,
    },
    /// A newer version of this program created it.
    #[error("the database was made by a newer version of pledgewatch (migration {0}); use that version or a newer one")]
    Newer(String),
    /// An older version created it, and this command may not migrate it.
    #[error("the database was made by an older version of pledgewatch; `pledgewatch migrate` brings it to this one")]
    Older,
    /// A migration failed.
    #[error("the database cannot be migrated: {0}")]
    Migration(String),
    /// It holds something that this program never writes.
    #[error("the database is damaged: {0}")]
    Corrupt(String),
    /// Its log does not continue what a node had seen, and no operator has decided yet.
    #[error(
        "the log of the database does not continue what a node had seen: `pledgewatch accept-fork --kept {kept} --seen {seen}` accepts that"
    )]
    Forked {
        /// The last entry that the node had seen.
        kept: LogEnd,
        /// The last entry of the log in the database.
        seen: LogEnd,
    },
    /// It is not the database that was opened.
    #[error("the database is not the one that was opened: {0}; {HOW_TO_PUT_BACK}")]
    Replaced(String),
    /// A statement failed.
    #[error("the database refused a statement: {0}")]
    Statement(#[from] diesel::result::Error),
    /// The operating system has no random bytes.
    #[error("the system has no random bytes: {0}")]
    Entropy(String),
}

/// What to do if the database was moved or replaced.
pub const HOW_TO_PUT_BACK: &str = "put the file that was opened back, with its -wal and -shm neighbours, or restore a \
    backup (`pledgewatch restore FILE` into a new database), then start the service again";
/// What to do if the database is damaged.
pub const HOW_TO_RESTORE: &str = "stop the service, move the database aside, restore a backup (`pledgewatch restore \
    FILE` into a new database), and start the service again; `pledgewatch verify` names every entry that is wrong";

/// What SQLite reports for a damaged file or a failing disk: `SQLITE_CORRUPT`, `SQLITE_NOTADB`, `SQLITE_IOERR`.
const DAMAGE: [&str; 4] =
    ["database disk image is malformed", "malformed database schema", "file is not a database", "disk I/O error"];

impl StoreError {
    /// True if the database is damaged, so that trying again does not help.
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

    /// True if the statement violated a constraint; false if the database or the connection failed.
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

    /// True if the database aborted a transaction: it closed the connection or stopped waiting for a lock.
    #[must_use]
    pub fn is_aborted(&self) -> bool {
        matches!(self, StoreError::Statement(diesel::result::Error::DatabaseError(..))) && !self.is_constraint()
    }
}
