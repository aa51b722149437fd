//! Why the writer could not write.

use crate::store::StoreError;

/// Why a batch was not written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log does not continue what this node had seen: a failover lost commits, or someone changed the log by hand.
    #[error("the log does not continue the one this node had: {0}")]
    Diverged(String),
    /// The log of keys does not continue what this node had seen.
    #[error("the log of keys does not continue the one this node had: {0}")]
    KeysDiverged(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// Why a transaction has no certain result.
pub(super) enum WriteError {
    /// Nothing was written.
    Failed(Failure),
    /// It may have been written.
    OutcomeUnknown(Failure),
}

impl From<Failure> for WriteError {
    fn from(failure: Failure) -> Self {
        WriteError::Failed(failure)
    }
}
