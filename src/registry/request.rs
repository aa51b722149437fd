//! What is asked of the registry, what comes of it, and why it may be refused.

use std::sync::Arc;

use super::snapshot::Snapshot;
use super::staging::Effect;
use crate::record::any_record::AnyRecord;
use crate::record::{Actor, Fault, RecordKey};
use crate::store::idempotency::Mark;

/// Under which condition a write is to be done (RFC 9110, `If-Match` and `If-None-Match`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// Under any.
    None,
    /// Only if there is no such record (`If-None-Match: *`).
    IsNew,
    /// Only if there is such a record (`If-Match: *`).
    Exists,
    /// Only if the record's answer has one of these tags (`If-Match: "…"`).
    Tag(Vec<String>),
    /// Only if the record has not changed after this entry of the log, or says the same already.
    UnchangedSince(i64),
}

/// What to do with a record.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Record it so.
    Put {
        /// The record, valid by itself.
        record: AnyRecord,
        /// Why it is changed.
        reason: Option<String>,
    },
    /// Withdraw it.
    Withdraw {
        /// Why.
        reason: String,
    },
}

/// A write that someone may do, of a record that is valid by itself.
#[derive(Debug, Clone)]
pub struct WriteRequest {
    /// Who asks.
    pub actor: Actor,
    /// Which record.
    pub key: RecordKey,
    /// What to do with it.
    pub operation: Operation,
    /// Under which condition.
    pub condition: Condition,
    /// By what the same request is known when it is sent again.
    pub mark: Option<Mark>,
}

/// A write that is on disk and readable.
#[derive(Debug, Clone)]
pub struct Written {
    /// What it did.
    pub effect: Effect,
    /// Only if the same request had been sent, and done, before: the last entry of the log that it made, if any.
    pub repeated: Option<Option<i64>>,
    /// The present that includes it.
    pub snapshot: Arc<Snapshot>,
}

/// Writes of which all were done, or none.
#[derive(Debug, Clone)]
pub struct BatchOutcome {
    /// Whether they are on disk and readable.
    pub done: bool,
    /// Whether the same request had been sent, and done, before: nothing was done now.
    pub repeated: bool,
    /// What each did or, when they were not done, would have done.
    pub outcomes: Vec<Result<Effect, Refusal>>,
    /// The present before them.
    pub before: Arc<Snapshot>,
    /// The present after them or, when they were not done, as those that are not refused would have made it.
    pub after: Arc<Snapshot>,
}

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There never was such a record.
    NotFound,
    /// The record, or its city, is withdrawn.
    Gone,
    /// The condition does not hold.
    PreconditionFailed,
    /// A published record is changed only with a reason.
    ReasonRequired,
    /// The record does not fit the others.
    Invalid(Vec<Fault>),
    /// Another city has the identifier.
    IdentifierTaken(String),
    /// The city has as many records of the kind as it may; how many.
    TooManyRecords(String),
    /// Others name the record; which, as a list.
    InUse(String),
    /// The key may not be used, or not any more; why.
    KeyRefused(String),
    /// As many writes are waiting, or as many listen, as may.
    Busy,
    /// The database cannot be reached, or does not answer. Nothing was done, and nothing will be.
    Unavailable,
    /// The database was lost while it committed: whether the write was done is unknown.
    OutcomeUnknown,
    /// Another request had the same `Idempotency-Key`.
    IdempotencyKeyReused,
    /// The database is not the one that was opened, until an operator acts.
    DatabaseReplaced,
    /// The database is damaged, until an operator acts.
    DatabaseDamaged,
    /// A mistake of ours.
    Internal,
    /// The log of the database does not continue what this node has seen; how.
    LogDiverged(String),
}
