//! What the log says of an entry whose body was redacted.

use serde::Serialize;
use utoipa::ToSchema;

use super::key::Kind;
use super::network::Network;
use super::recorded::Recorded;

/// Which entry was redacted: what an entry of the kind `redaction` says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Redaction {
    /// The number in the log of the entry whose body was taken out.
    #[schema(minimum = 1, example = 17)]
    pub sequence: i64,
    /// The kind of the record that it is about.
    pub record_kind: Kind,
    /// The id of that record.
    #[schema(example = "2016")]
    pub record_id: String,
    /// The revision of that record that it made.
    #[schema(minimum = 1, example = 1)]
    pub record_revision: i32,
}

impl Recorded<Network> {
    /// Whether an entry made one of its revisions.
    #[must_use]
    pub fn is_made_by(&self, sequence: i64) -> bool {
        self.revisions().any(|revision| revision.stamp.sequence == sequence)
    }
}
