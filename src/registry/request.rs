//! The requests to the registry, their outcomes, and why they may be refused.

use std::sync::Arc;

use super::snapshot::Snapshot;
use super::staging::Effect;
use crate::record::any_record::AnyRecord;
use crate::record::{Actor, Fault, RecordKey};
use crate::store::idempotency::Mark;

/// The condition of a write (RFC 9110, `If-Match` and `If-None-Match`).
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Condition {
    /// No condition.
    None,
    /// Only if there is no such record (`If-None-Match: *`).
    IsNew,
    /// Only if there is such a record (`If-Match: *`).
    Exists,
    /// Only if the record's ETag is one of these (`If-Match: "…"`).
    Tag(Vec<String>),
    /// Only if the record has not changed after this entry of the log, or already has the new content.
    UnchangedSince(i64),
}

/// What to do with a record.
#[derive(Debug, Clone)]
pub enum Operation {
    /// Record it with this content.
    Put {
        /// The record, valid by itself.
        record: AnyRecord,
        /// Why it changes.
        reason: Option<String>,
    },
    /// Withdraw it.
    Withdraw {
        /// Why it is withdrawn.
        reason: String,
    },
}

/// A write that the client may do, of a record that is valid by itself.
#[derive(Debug, Clone)]
pub struct WriteRequest {
    /// Who writes.
    pub actor: Actor,
    /// The record to write.
    pub key: RecordKey,
    /// What to do with it.
    pub operation: Operation,
    /// The condition.
    pub condition: Condition,
    /// Identifies the request if it is sent again.
    pub mark: Option<Mark>,
}

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

/// Why something was not done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refusal {
    /// There never was such a record.
    NotFound,
    /// The record, or its city, is withdrawn.
    Gone,
    /// The condition is not met.
    PreconditionFailed,
    /// A change of a published record needs a reason.
    ReasonRequired,
    /// The record conflicts with other records.
    Invalid(Vec<Fault>),
    /// Another city has the identifier; the detail says which.
    IdentifierTaken(String),
    /// The city already has the most records of this kind; the detail says how many.
    TooManyRecords(String),
    /// Other records refer to the record; the detail lists them.
    InUse(String),
    /// The key may not be used; the detail says why.
    KeyRefused(String),
    /// Too many writes are waiting, or there are too many listeners.
    Busy,
    /// The database cannot be reached or does not respond. Nothing was done, and nothing will be.
    Unavailable,
    /// The connection was lost during the commit. It is unknown whether the write was done.
    OutcomeUnknown,
    /// Another request used the same `Idempotency-Key`.
    IdempotencyKeyReused,
    /// The database is not the one that was opened. An operator must act.
    DatabaseReplaced,
    /// The database is damaged. An operator must act.
    DatabaseDamaged,
    /// An error in this program.
    Internal,
    /// The log of the database does not continue what this node has seen; the detail says how.
    LogDiverged(String),
}
