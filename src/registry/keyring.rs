//! The keys in memory, built from the log of keys, found by the hash of their secret.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use imbl::{HashMap, OrdMap};

use super::refusal::Refusal;
use crate::store::Key;
use crate::store::key_log::KeyChange;

/// Every key, including revoked ones. Cheap to clone, since its maps are shared.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    /// The keys by id. Version 7 UUIDs begin with the time, so they are in order of creation.
    keys: OrdMap<String, Arc<Key>>,
    /// The id of each key by the hash of its secrets, the present and the old one.
    ///
    /// A lookup by hash takes no time that depends on the secret, so timing reveals nothing.
    by_hash: HashMap<String, String>,
}

impl Keyring {
    /// Applies the next entry of the log of keys.
    ///
    /// # Errors
    /// A sentence, if the entry cannot be read.
    pub(super) fn apply(&mut self, entry: &KeyChange) -> Result<(), String> {
        let key = Arc::new(entry.key()?);
        if let Some(before) = self.keys.insert(key.id.clone(), Arc::clone(&key)) {
            for hash in hashes(&before) {
                self.by_hash.remove(hash);
            }
        }
        for hash in hashes(&key) {
            self.by_hash.insert(hash.clone(), key.id.clone());
        }
        Ok(())
    }

    /// Finds the key with a secret of this hash and checks that it may be used now; none if there is no such key.
    ///
    /// # Errors
    /// [`Refusal::KeyRefused`] with the reason.
    pub fn find(&self, hash: &str, now: DateTime<Utc>) -> Option<Result<Arc<Key>, Refusal>> {
        let key = self.keys.get(self.by_hash.get(hash)?)?;
        let is_replaced = key.secret_hash != hash && key.old_secret_until.is_none_or(|until| until <= now);
        let usable = if is_replaced && key.revoked_at.is_none() {
            Err(Refusal::KeyRefused("the key has a new secret, and the old one no longer works".to_owned()))
        } else {
            self.check(&key.id, now)
        };
        Some(usable.map(|()| Arc::clone(key)))
    }

    /// Checks that the key with this id may be used now.
    ///
    /// # Errors
    /// [`Refusal::KeyRefused`] with the reason.
    pub fn check(&self, id: &str, now: DateTime<Utc>) -> Result<(), Refusal> {
        let refuse = |message: String| Err(Refusal::KeyRefused(message));
        match self.keys.get(id) {
            None => refuse("the key is unknown".to_owned()),
            Some(key) if key.revoked_at.is_some() => refuse("the key was revoked".to_owned()),
            Some(key) => match key.expires_on.filter(|_| key.has_expired(now.date_naive())) {
                Some(last) => refuse(format!("the key has expired: its last day was {last}")),
                None => Ok(()),
            },
        }
    }

    /// The key with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Arc<Key>> {
        self.keys.get(id)
    }

    /// Every key, in order of creation.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values()
    }
}

/// The hashes of a key's secrets.
fn hashes(key: &Key) -> impl Iterator<Item = &String> {
    std::iter::once(&key.secret_hash).chain(&key.old_secret_hash)
}
