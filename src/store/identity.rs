//! Recognizes the database that was opened, by a random id in it and, for SQLite, by its files on disk.
//!
//! SQLite goes on writing into a file that was moved, deleted, replaced or emptied, and reports no error. So the files
//! are checked before and after each transaction. Nothing written into a lost file is ever reported as recorded.

use diesel::prelude::*;

use super::connection::{AnyConnection, DatabaseUrl};
use super::error::StoreError;
#[cfg(unix)]
use super::file_watch::TruncationCheck;
use super::file_watch::{FileIdentity, file_gone};
use super::schema::identity;

/// Identifies the database that was opened, even if another one takes its name.
#[derive(Debug, Clone)]
pub struct Identity {
    id: String,
    /// The SQLite file; none for a server.
    file: Option<FileIdentity>,
    /// The -wal and -shm files that the connection holds open.
    side_files: Vec<FileIdentity>,
    /// Checks that these files keep their content.
    #[cfg(unix)]
    truncation: Option<TruncationCheck>,
}

impl Identity {
    /// The identity of a database with the current schema, over a connection that stays open.
    ///
    /// # Errors
    /// Database errors; [`StoreError::Replaced`] for a file that is already gone.
    pub fn of(database: &DatabaseUrl, connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let id = load(connection)?.ok_or_else(|| StoreError::Corrupt("the table identity is empty".to_owned()))?;
        let mut files = database.files().into_iter();
        let file =
            files.next().map(|file| FileIdentity::at(file.clone()).ok_or_else(|| file_gone(&file))).transpose()?;
        let mut identity = Identity {
            id,
            file,
            side_files: Vec::new(),
            #[cfg(unix)]
            truncation: None,
        };
        identity.find_side_files(database)?;
        Ok(identity)
    }

    /// Opens another connection to the same database.
    ///
    /// # Errors
    /// Database errors; [`StoreError::Replaced`] if it is another database.
    pub fn connect(&mut self, database: &DatabaseUrl) -> Result<AnyConnection, StoreError> {
        let connection = self.connect_another(database)?;
        self.find_side_files(database)?;
        Ok(connection)
    }

    /// Records the side files as those of an open connection. SQLite deletes them when the last connection closes.
    fn find_side_files(&mut self, database: &DatabaseUrl) -> Result<(), StoreError> {
        self.side_files = database.files().into_iter().skip(1).take(2).filter_map(FileIdentity::at).collect();
        #[cfg(unix)]
        {
            let truncation = self.file.as_ref().map(|file| TruncationCheck::new(file, &self.side_files)).transpose();
            self.truncation = truncation.map_err(|error| StoreError::Unavailable {
                database: database.to_string(),
                cause: error.to_string(),
            })?;
        }
        Ok(())
    }

    /// Opens a connection besides the one that is checked, which stays open.
    ///
    /// # Errors
    /// The same as [`connect`](Self::connect).
    pub fn connect_another(&self, database: &DatabaseUrl) -> Result<AnyConnection, StoreError> {
        // Check first: SQLite would create a missing file.
        self.file.iter().try_for_each(FileIdentity::check)?;
        self.check_truncation()?;
        let mut connection = database.connect()?;
        self.check_id(&mut connection)?;
        Ok(connection)
    }

    /// Checks that the database is the one that was opened. To be called before work on an open connection.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if it is not.
    pub fn check(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        self.check_files()?;
        // An open connection to a server cannot change its database.
        if self.file.is_some() { self.check_id(connection) } else { Ok(()) }
    }

    /// Checks that the opened files still exist. To be called before a write is reported as recorded.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if they are not.
    pub fn check_files(&self) -> Result<(), StoreError> {
        self.file.iter().chain(&self.side_files).try_for_each(FileIdentity::check)?;
        self.check_truncation()
    }

    #[cfg(unix)]
    fn check_truncation(&self) -> Result<(), StoreError> {
        self.truncation.iter().try_for_each(TruncationCheck::check)
    }

    #[cfg(not(unix))]
    fn check_truncation(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn check_id(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        match load(connection) {
            Ok(Some(id)) if id == self.id => Ok(()),
            Ok(_) => Err(StoreError::Replaced("it has another identity than the database that was opened".to_owned())),
            Err(error) if error.to_string().contains("identity") => {
                Err(StoreError::Replaced("it has no identity, unlike the database that was opened".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Reads the random id of the database.
///
/// # Errors
/// Database errors.
pub fn load(connection: &mut AnyConnection) -> QueryResult<Option<String>> {
    identity::table.find(1).select(identity::word).first(connection).optional()
}

/// Gives a database without an id a random one.
pub(super) fn create_if_missing(connection: &mut AnyConnection) -> Result<(), StoreError> {
    if load(connection)?.is_some() {
        return Ok(());
    }
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy(error.to_string()))?;
    set(connection, &hex::encode(bytes)).map_err(StoreError::from)
}

/// Replaces the id of the database.
pub(super) fn set(connection: &mut AnyConnection, id: &str) -> QueryResult<()> {
    diesel::delete(identity::table).execute(connection)?;
    diesel::insert_into(identity::table).values((identity::id.eq(1), identity::word.eq(id))).execute(connection)?;
    Ok(())
}
