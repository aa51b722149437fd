//! The outcomes of writes.

use std::sync::Arc;

use super::refusal::Refusal;
use super::request::Effect;
use super::snapshot::Snapshot;

/// A write that is on disk and readable.
#[derive(Debug, Clone)]
pub struct Written {
    /// What the write did.
    pub effect: Effect,
    /// Set only if an earlier identical request already did this: the last log entry that it made, if any.
    pub repeated: Option<Option<i64>>,
    /// The snapshot that includes the write.
    pub snapshot: Arc<Snapshot>,
}

/// The outcome of writes that were all done or all not done.
#[derive(Debug, Clone)]
pub struct BatchOutcome {
    /// True if the writes are on disk and readable.
    pub done: bool,
    /// True if an earlier identical request did them, so that nothing was done now.
    pub repeated: bool,
    /// What each write did. If they were not done, what each would have done.
    pub outcomes: Vec<Result<Effect, Refusal>>,
    /// The snapshot before the writes.
    pub before: Arc<Snapshot>,
    /// The snapshot after the writes. If they were not done, as it would be with those that are not refused.
    pub after: Arc<Snapshot>,
}
