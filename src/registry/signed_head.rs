//! Signs the head of the log, for outsiders, on request; a signature is served for a while.

use std::sync::PoisonError;

use super::Registry;
use super::refusal::Refusal;
use crate::record::head::{LogKey, SignedHead};
use crate::registry::limits::HEAD_SIGNED_FOR;

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
