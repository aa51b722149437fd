//! Keeps the key that signs the head of the log, and the last head that it signed.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use crate::record::head::{SignedHead, Signer};
use crate::store::{self, AnyConnection};

/// The signer, and the last head that it signed.
pub(super) struct Heads {
    /// The signer, or why there is none.
    pub(super) signer: ArcSwap<Result<Signer, String>>,
    pub(super) last: Mutex<Option<SignedHead>>,
}

impl Heads {
    /// Loads the key pair of the database, or creates one. Without a key pair the service works but signs nothing.
    pub(super) fn open(connection: &mut AnyConnection, now: DateTime<Utc>) -> Self {
        let heads = Heads { signer: ArcSwap::from_pointee(Err(String::new())), last: Mutex::new(None) };
        heads.reload(connection, now);
        heads
    }

    /// Loads the key pair again, since the database may be another one.
    pub(super) fn reload(&self, connection: &mut AnyConnection, now: DateTime<Utc>) {
        let signer = store::head_keys::signer(connection, now).map_err(|error| error.to_string());
        if let Err(error) = &signer {
            log::error!("the head of the log cannot be signed: {error}");
        }
        self.signer.store(Arc::new(signer));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}
