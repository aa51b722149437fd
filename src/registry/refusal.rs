//! Why the registry may refuse a request.

use crate::record::Fault;

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
