//! What the log says about an entry whose body was redacted.

use serde::Serialize;
use utoipa::ToSchema;

use super::key::Kind;
use super::network::Network;
use super::recorded::Recorded;

/// The entry that was redacted: the content of an entry of the kind `redaction`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Redaction {
    /// The number in the log of the redacted entry.
    #[schema(minimum = 1, example = 17)]
    pub sequence: i64,
    /// The kind of the record that the redacted entry is about.
    pub record_kind: Kind,
    /// The id of that record.
    #[schema(example = "2016")]
    pub record_id: String,
    /// The revision of that record that the redacted entry made.
    #[schema(minimum = 1, example = 1)]
    pub record_revision: i32,
}

impl Recorded<Network> {
    /// True if the entry made one of its revisions.
    #[must_use]
    pub fn is_made_by(&self, sequence: i64) -> bool {
        self.revisions().any(|revision| revision.stamp.sequence == sequence)
    }
}
