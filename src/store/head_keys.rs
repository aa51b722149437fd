//! The key pair that signs the head of the log. There is one for each database, so that all nodes sign alike.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, transaction};
use super::schema::head_keys;
use super::{StoreError, log};
use crate::record::head::Signer;

/// The id of the only row.
const ROW: i32 = 1;

#[derive(Queryable, Insertable)]
#[diesel(table_name = head_keys)]
struct Row {
    id: i32,
    private_key: String,
    public_key: String,
    created_at: NaiveDateTime,
}

/// Returns the signer of this database. Makes a key pair if there is none yet.
///
/// # Errors
/// Database errors. [`StoreError::Corrupt`] if the stored key pair is invalid. [`StoreError::Entropy`] if the system
/// has no random bytes.
pub fn signer(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Signer, StoreError> {
    if let Some(signer) = load(connection)? {
        return Ok(signer);
    }
    transaction(connection, |connection| {
        // Another node may be making one at the same time.
        log::lock(connection)?;
        match load(connection)? {
            Some(signer) => Ok(signer),
            None => create(connection, now),
        }
    })
}

/// Returns the signer of this database; none if no key pair was made yet.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] if the stored key pair is invalid.
pub fn load(connection: &mut AnyConnection) -> Result<Option<Signer>, StoreError> {
    let row: Option<Row> = head_keys::table.select(head_keys::all_columns).first(connection).optional()?;
    row.map(|row| row.into_signer()).transpose()
}

fn create(connection: &mut AnyConnection, now: DateTime<Utc>) -> Result<Signer, StoreError> {
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
        let is_consistent = |signer: &Signer| signer.public().public_key == self.public_key;
        let corrupt =
            || StoreError::Corrupt("the key pair that signs the head of the log does not fit together".to_owned());
        signer.filter(is_consistent).ok_or_else(corrupt)
    }
}
