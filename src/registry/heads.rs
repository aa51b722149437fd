//! The signed head of the log, for outsiders. It is signed on request and served for a while.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::{Refusal, Registry};
use crate::record::head::{LogKey, SignedHead, Signer};
use crate::registry::limits::HEAD_SIGNED_FOR;
use crate::store::{self, AnyConnection};

/// The signer, and the last head that it signed.
pub(super) struct Heads {
    /// The signer, or why there is none.
    signer: ArcSwap<Result<Signer, String>>,
    last: Mutex<Option<SignedHead>>,
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
        let signer = store::heads::signer(connection, now).map_err(|error| error.to_string());
        if let Err(error) = &signer {
            log::error!("the head of the log cannot be signed: {error}");
        }
        self.signer.store(Arc::new(signer));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Why no signed head is served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsigned {
    /// There is no key to sign with, and why.
    NoKey(String),
    /// The node has no head that it can vouch for.
    Refused(Refusal),
}

impl Registry {
    /// The public key of the log.
    ///
    /// # Errors
    /// [`Unsigned::NoKey`].
    pub fn log_key(&self) -> Result<LogKey, Unsigned> {
        match &**self.shared.heads.signer.load() {
            Ok(signer) => Ok(signer.public().clone()),
            Err(error) => Err(Unsigned::NoKey(error.clone())),
        }
    }

    /// The head of the log that this node has seen, signed.
    ///
    /// While the log of the database is another one, this is the head of what the node holds: that is what it has
    /// vouched for. A node that holds a log that may be the wrong one signs nothing.
    ///
    /// # Errors
    /// Why no head can be signed.
    pub fn signed_head(&self) -> Result<SignedHead, Unsigned> {
        if let Some(fork) = self.shared.fork().filter(|fork| !fork.is_own) {
            return Err(Unsigned::Refused(Refusal::LogDiverged(fork.message())));
        }
        let signer = self.shared.heads.signer.load();
        let signer = signer.as_ref().as_ref().map_err(|error| Unsigned::NoKey(error.clone()))?;
        let (present, now) = (self.present(), self.now());
        let end = present.head.end();
        let mut last = self.shared.heads.last.lock().unwrap_or_else(PoisonError::into_inner);
        let is_fresh = |head: &SignedHead| {
            let age = now.signed_duration_since(head.signed_at).abs();
            head.end() == end && age.to_std().is_ok_and(|age| age < HEAD_SIGNED_FOR)
        };
        if let Some(head) = last.as_ref().filter(|head| is_fresh(head)) {
            return Ok(head.clone());
        }
        let head = signer.sign(end, present.recorded_at, now);
        *last = Some(head.clone());
        Ok(head)
    }
}
