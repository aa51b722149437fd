//! The key pair with which the head of the log is signed: one for each database, so that all nodes sign alike.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, transaction};
use super::schema::head_keys;
use super::{StoreError, log};
use crate::record::head::Signer;

/// The only row there is.
const ROW: i32 = 1;

#[derive(Queryable, Insertable)]
#[diesel(table_name = head_keys)]
struct Row {
    id: i32,
    private_key: String,
    public_key: String,
    created_at: NaiveDateTime,
}

/// The signer of this database; a key pair is made if there is none yet.
///
/// # Errors
/// Those of the database, [`StoreError::Corrupt`] for a row that is no key pair, and [`StoreError::Entropy`] when the
/// system has no random bytes.
pub fn signer(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Signer, StoreError> {
    if let Some(signer) = load(connection)? {
        return Ok(signer);
    }
    transaction(connection, |connection| {
        // Another node may make one at the same time.
        log::lock(connection)?;
        match load(connection)? {
            Some(signer) => Ok(signer),
            None => make(connection, now),
        }
    })
}

/// The signer of this database, if a key pair was made already.
///
/// # Errors
/// Those of the database, and [`StoreError::Corrupt`] for a row that is no key pair.
pub fn load(connection: &mut AnyConnection) -> Result<Option<Signer>, StoreError> {
    let row: Option<Row> = head_keys::table.select(head_keys::all_columns).first(connection).optional()?;
    row.map(|row| row.into_signer()).transpose()
}

fn make(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Signer, StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy(error.to_string()))?;
    let signer = Signer::new(&bytes, now);
    let row = Row {
        id: ROW,
        private_key: hex::encode(bytes),
        public_key: signer.public().public_key.clone(),
        created_at: now.naive_utc().trunc_subsecs(0),
    };
    diesel::insert_into(head_keys::table).values(&row).execute(connection)?;
    Ok(signer)
}

impl Row {
    fn into_signer(self) -> Result<Signer, StoreError> {
        let bytes: Option<[u8; 32]> = hex::decode(&self.private_key).ok().and_then(|bytes| bytes.try_into().ok());
        let signer = bytes.map(|bytes| Signer::new(&bytes, self.created_at.and_utc()));
        let fits = |signer: &Signer| signer.public().public_key == self.public_key;
        let message =
            || StoreError::Corrupt("the key pair that signs the head of the log does not fit together".to_owned());
        signer.filter(fits).ok_or_else(message)
    }
}
