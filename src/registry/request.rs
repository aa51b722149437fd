//! The requests to the registry, and what an accepted one does.

use crate::record::any_record::AnyRecord;
use crate::record::{Actor, RecordKey};
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

/// What an accepted write does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effect {
    /// The record is new, or was withdrawn and is back.
    Created,
    /// The record has a new revision.
    Revised,
    /// The record already had this content.
    Unchanged,
    /// The record is withdrawn.
    Withdrawn,
}
