//! The keys in memory, found by the hash of their secret.

use std::collections::HashMap;
use std::sync::Arc;

use crate::store::Key;
use crate::store::keys::hash_of;

/// Every key, revoked ones too.
#[derive(Debug, Default)]
pub struct Keyring {
    by_hash: HashMap<String, Arc<Key>>,
    listed: Vec<Arc<Key>>,
}

impl Keyring {
    /// A ring of these keys, kept in their order.
    #[must_use]
    pub fn new(keys: Vec<Key>) -> Self {
        let listed: Vec<Arc<Key>> = keys.into_iter().map(Arc::new).collect();
        let by_hash = listed.iter().map(|key| (key.secret_hash.clone(), Arc::clone(key))).collect();
        Keyring { by_hash, listed }
    }

    /// The key with this secret, revoked or not.
    ///
    /// The look-up goes by the secret's hash, so its time tells nothing about the secret.
    #[must_use]
    pub fn by_secret(&self, secret: &str) -> Option<&Arc<Key>> {
        self.by_hash.get(&hash_of(secret))
    }

    /// The key with this id.
    #[must_use]
    pub fn by_id(&self, id: &str) -> Option<&Arc<Key>> {
        self.listed.iter().find(|key| key.id == id)
    }

    /// Every key, in the order they were made.
    #[must_use]
    pub fn all(&self) -> &[Arc<Key>] {
        &self.listed
    }
}
