//! The head of the log, signed for outsiders: made when asked for, and served for a while.

use std::sync::{Arc, Mutex, PoisonError};

use arc_swap::ArcSwap;
use chrono::{DateTime, Utc};

use super::{Refusal, Registry};
use crate::record::head::{LogKey, SignedHead, Signer};
use crate::registry::limits::HEAD_SIGNED_FOR;
use crate::store::{self, AnyConnection};

/// What signs heads, and the last head that it signed.
pub(super) struct Heads {
    /// The signer, or why there is none.
    signer: ArcSwap<Result<Signer, String>>,
    last: Mutex<Option<SignedHead>>,
}

impl Heads {
    /// Takes the key pair of the database, or makes one; without one the service works but signs nothing.
    pub(super) fn open(connection: &mut AnyConnection, now: DateTime<Utc>) -> Self {
        let heads = Heads { signer: ArcSwap::from_pointee(Err(String::new())), last: Mutex::new(None) };
        heads.reload(connection, now);
        heads
    }

    /// Does so anew, for the database may be another one.
    pub(super) fn reload(&self, connection: &mut AnyConnection, now: DateTime<Utc>) {
        let signer = store::heads::signer(connection, now).map_err(|error| error.to_string());
        if let Err(why) = &signer {
            log::error!("the head of the log cannot be signed: {why}");
        }
        self.signer.store(Arc::new(signer));
        *self.last.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }
}

/// Why a head is not served.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsigned {
    /// There is no key to sign with; why.
    NoKey(String),
    /// The node has no head that it vouches for.
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
            Err(why) => Err(Unsigned::NoKey(why.clone())),
        }
    }

    /// The head of the log that this node has seen, signed.
    ///
    /// While the log of the database is another one, this is still the head of what the node holds: that is what it
    /// has vouched for. A node that holds a log of which nobody knows whether it is the right one signs nothing.
    ///
    /// # Errors
    /// Why there is none.
    pub fn signed_head(&self) -> Result<SignedHead, Unsigned> {
        if let Some(fork) = self.shared.fork().filter(|fork| !fork.is_own) {
            return Err(Unsigned::Refused(Refusal::LogDiverged(fork.message())));
        }
        let signer = self.shared.heads.signer.load();
        let signer = signer.as_ref().as_ref().map_err(|why| Unsigned::NoKey(why.clone()))?;
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
