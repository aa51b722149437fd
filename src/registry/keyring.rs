//! The keys in memory, as the log of keys makes them, found by the hash of their secret.

use std::sync::Arc;

use chrono::{DateTime, Utc};
use imbl::{HashMap, OrdMap};

use super::Refusal;
use crate::store::Key;
use crate::store::key_log::KeyChange;

/// Every key, revoked ones too; cheap to clone, for its maps are shared.
#[derive(Debug, Clone, Default)]
pub struct Keyring {
    /// By id: version 7 UUIDs begin with the time, so this is the order in which they were made.
    keys: OrdMap<String, Arc<Key>>,
    /// The id of the key with a secret, present or old, by the secret's hash.
    ///
    /// The look-up goes by the hash, so its time tells nothing about the secret.
    by_hash: HashMap<String, String>,
}

impl Keyring {
    /// Takes in the next entry of the log of keys.
    ///
    /// # Errors
    /// A sentence, when the entry cannot be read.
    pub(super) fn follow(&mut self, entry: &KeyChange) -> Result<(), String> {
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

    /// The key with a secret of this hash, if it may be used now; none where no key has it.
    ///
    /// # Errors
    /// [`Refusal::KeyRefused`], with why it may not.
    pub fn find(&self, hash: &str, now: DateTime<Utc>) -> Option<Result<Arc<Key>, Refusal>> {
        let key = self.keys.get(self.by_hash.get(hash)?)?;
        let is_replaced = key.secret_hash != hash && key.old_secret_until.is_none_or(|until| until <= now);
        let usable = if is_replaced && key.revoked_at.is_none() {
            Err(Refusal::KeyRefused("the key has a new secret, and the time of the old one is over".to_owned()))
        } else {
            self.check(&key.id, now)
        };
        Some(usable.map(|()| Arc::clone(key)))
    }

    /// Checks that a key, by its id, may be used now.
    ///
    /// # Errors
    /// [`Refusal::KeyRefused`], with why it may not.
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

    /// Every key, in the order they were made.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Key>> {
        self.keys.values()
    }
}

/// The hashes of a key's secrets.
fn hashes(key: &Key) -> impl Iterator<Item = &String> {
    std::iter::once(&key.secret_hash).chain(&key.old_secret_hash)
}
