//! Which database this is: a random word within it, and of a SQLite database also the files on the disk.
//!
//! SQLite goes on writing into a file that was moved, deleted, replaced or emptied, and says that all is well. So the files
//! are looked at before and after each transaction: what was written into a file that is no longer there is never told to
//! be recorded.

use diesel::prelude::*;

use super::StoreError;
use super::connection::{AnyConnection, DatabaseUrl};
#[cfg(unix)]
use super::on_disk::Whole;
use super::on_disk::{OnDisk, gone};
use super::schema::identity;

/// The database that was opened, to be told from another one under the same name.
#[derive(Debug, Clone)]
pub struct Identity {
    word: String,
    /// The SQLite file; none of a server.
    file: Option<OnDisk>,
    /// The files beside it that the connection holds open.
    beside: Vec<OnDisk>,
    /// What they hold.
    #[cfg(unix)]
    whole: Option<Whole>,
}

impl Identity {
    /// That of a database of this version, over the connection that stays open.
    ///
    /// # Errors
    /// Those of the database; [`StoreError::Replaced`] for a file that has gone already.
    pub fn of(database: &DatabaseUrl, connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let word = word(connection)?.ok_or_else(|| StoreError::Corrupt("the table identity is empty".to_owned()))?;
        let mut files = database.files().into_iter();
        let file = files.next().map(|file| OnDisk::at(file.clone()).ok_or_else(|| gone(&file))).transpose()?;
        let mut identity = Identity {
            word,
            file,
            beside: Vec::new(),
            #[cfg(unix)]
            whole: None,
        };
        identity.look_beside(database)?;
        Ok(identity)
    }

    /// Opens another connection to the same database.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if it is not the same; those of the database.
    pub fn connect(&mut self, database: &DatabaseUrl) -> Result<AnyConnection, StoreError> {
        let connection = self.connect_beside(database)?;
        self.look_beside(database)?;
        Ok(connection)
    }

    /// Takes the files that lie beside for those that an open connection holds; they go with the last one.
    fn look_beside(&mut self, database: &DatabaseUrl) -> Result<(), StoreError> {
        self.beside = database.files().into_iter().skip(1).take(2).filter_map(OnDisk::at).collect();
        #[cfg(unix)]
        {
            let whole = self.file.as_ref().map(|file| Whole::of(file, &self.beside)).transpose();
            self.whole = whole.map_err(|error| StoreError::Unavailable {
                database: database.to_string(),
                cause: error.to_string(),
            })?;
        }
        Ok(())
    }

    /// The same, while the connection that is checked stays open.
    ///
    /// # Errors
    /// Those of [`connect`](Self::connect).
    pub fn connect_beside(&self, database: &DatabaseUrl) -> Result<AnyConnection, StoreError> {
        // First: SQLite would make a file where there is none.
        self.file.iter().try_for_each(OnDisk::check)?;
        self.check_whole()?;
        let mut connection = database.connect()?;
        self.check_word(&mut connection)?;
        Ok(connection)
    }

    /// Checks, before anything is done over an open connection, that the database is the one that was opened.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if it is not.
    pub fn check(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        self.check_files()?;
        // Over an open connection a server has no other database.
        if self.file.is_some() { self.check_word(connection) } else { Ok(()) }
    }

    /// Checks, before it is told that something was recorded, that it was recorded in files that are still there.
    ///
    /// # Errors
    /// [`StoreError::Replaced`] if they are not.
    pub fn check_files(&self) -> Result<(), StoreError> {
        self.file.iter().chain(&self.beside).try_for_each(OnDisk::check)?;
        self.check_whole()
    }

    #[cfg(unix)]
    fn check_whole(&self) -> Result<(), StoreError> {
        self.whole.iter().try_for_each(Whole::check)
    }

    #[cfg(not(unix))]
    fn check_whole(&self) -> Result<(), StoreError> {
        Ok(())
    }

    fn check_word(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        match word(connection) {
            Ok(Some(word)) if word == self.word => Ok(()),
            Ok(_) => Err(StoreError::Replaced("it has another identity than the database that was opened".to_owned())),
            Err(error) if error.to_string().contains("identity") => {
                Err(StoreError::Replaced("it has no identity, unlike the database that was opened".to_owned()))
            }
            Err(error) => Err(error.into()),
        }
    }
}

/// Reads the random word.
///
/// # Errors
/// Those of the database.
pub fn word(connection: &mut AnyConnection) -> QueryResult<Option<String>> {
    identity::table.find(1).select(identity::word).first(connection).optional()
}

/// Gives a database that has none a random word.
pub(super) fn make_if_missing(connection: &mut AnyConnection) -> Result<(), StoreError> {
    if word(connection)?.is_some() {
        return Ok(());
    }
    let mut bytes = [0_u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy(error.to_string()))?;
    set(connection, &hex::encode(bytes)).map_err(StoreError::from)
}

/// Writes the random word in place of any other.
pub(super) fn set(connection: &mut AnyConnection, word: &str) -> QueryResult<()> {
    diesel::delete(identity::table).execute(connection)?;
    diesel::insert_into(identity::table).values((identity::id.eq(1), identity::word.eq(word))).execute(connection)?;
    Ok(())
}
