//! Rebuilds the records from the change log, in memory, and compares.

use std::collections::BTreeMap;

use super::connection::AnyConnection;
use super::records::Rows;
use super::{StoreError, keys, log};
use crate::record::change::GENESIS;
use crate::record::{CityId, Dossier, Network, Recorded};

/// What a verification found to be right.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Verified {
    /// Entries of the log.
    pub entries: i64,
    /// Entries whose body was redacted; the chain holds without it.
    pub redacted: i64,
    /// Cities they make, withdrawn ones included.
    pub cities: usize,
    /// Entries of the log of keys.
    pub key_entries: i64,
    /// Keys they make, revoked ones included.
    pub keys: usize,
}

/// Checks the hash chains, rebuilds the tables of records and of keys from their logs and compares them with what is
/// stored.
///
/// # Errors
/// [`StoreError::Corrupt`] with the first entry that is wrong; those of the database.
pub fn verify(connection: &mut AnyConnection) -> Result<Verified, StoreError> {
    // One moment, so that a service that writes meanwhile does not look like damage, nor is held up.
    super::connection::at_one_moment(connection, |connection| {
        let head = log::head(connection)?;
        let mut found = Verified { entries: 0, redacted: 0, cities: 0, key_entries: 0, keys: 0 };
        let mut hash = GENESIS.to_owned();
        let mut dossiers: BTreeMap<CityId, Dossier> = BTreeMap::new();
        let mut networks: BTreeMap<String, Recorded<Network>> = BTreeMap::new();
        let mut rows = Rows::default();
        log::follow(connection, 0, |change| {
            change.check(found.entries, &hash).map_err(StoreError::Corrupt)?;
            let applied = match change.key.city.as_ref().map(|city| dossiers.get_mut(city)) {
                Some(Some(dossier)) => dossier.apply(&change),
                Some(None) => Dossier::begin(&change).map(|dossier| drop(dossiers.insert(dossier.id.clone(), dossier))),
                None => {
                    let id = &change.key.id;
                    let followed = Recorded::follow(networks.remove(id), &change);
                    followed.map(|network| drop(networks.insert(id.clone(), network)))
                }
            };
            applied.map_err(StoreError::Corrupt)?;
            rows.add(&change)?;
            found.entries = change.sequence;
            found.redacted += i64::from(change.body.is_none());
            hash = change.hash;
            Ok(())
        })?;
        if (head.number, &head.hash) != (found.entries, &hash) {
            let said = format!("the revision row says {} {}", head.number, head.hash);
            return Err(StoreError::Corrupt(format!("{said}, the log ends with entry {} {hash}", found.entries)));
        }
        if let Some(difference) = rows.first_difference(connection)? {
            return Err(StoreError::Corrupt(difference));
        }
        found.cities = dossiers.len();
        (found.key_entries, found.keys) = keys::verify(connection, &head)?;
        Ok(found)
    })
}
