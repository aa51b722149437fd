//! What is taken out of memory once the body of an entry of the log was redacted.

use serde::Serialize;
use utoipa::ToSchema;

use super::change::{Change, Kind};
use super::dossier::Dossier;
use super::network::Network;
use super::recorded::{Recorded, Superseded};

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

/// The number of the entry that a redaction is of.
///
/// # Errors
/// A sentence, when its id is no number.
pub fn redacted_entry(change: &Change) -> Result<i64, String> {
    change.key.id.parse().map_err(|_| format!("entry {} redacts no entry", change.sequence))
}

impl Dossier {
    /// Takes out what the entry that `change` redacts said; whether there was anything.
    ///
    /// # Errors
    /// A sentence, when no revision of the city's records was made by that entry.
    pub(super) fn take_out(&mut self, change: &Change, keeps_all: bool) -> Result<bool, String> {
        let by = (redacted_entry(change)?, keeps_all);
        let taken = take_out_of(std::iter::once(&mut self.city), by)
            .or_else(|| take_out_of(self.baselines.values_mut(), by))
            .or_else(|| take_out_of(self.targets.values_mut(), by))
            .or_else(|| take_out_of(self.reports.values_mut(), by))
            .or_else(|| take_out_of(self.statement.iter_mut(), by))
            .or_else(|| take_out_of(self.memberships.values_mut(), by));
        taken.ok_or_else(|| unknown(change))
    }
}

impl Recorded<Network> {
    /// Whether an entry made one of its revisions.
    #[must_use]
    pub fn is_made_by(&self, sequence: i64) -> bool {
        self.revisions().any(|revision| revision.stamp.sequence == sequence)
    }

    /// Takes out what the entry that `change` redacts said; whether there was anything.
    ///
    /// # Errors
    /// A sentence, when it made none of the network's revisions.
    pub(super) fn redact(&mut self, change: &Change) -> Result<bool, String> {
        self.take_out(redacted_entry(change)?, false).ok_or_else(|| unknown(change))
    }
}

fn take_out_of<'a, T: Superseded + 'a>(
    mut records: impl Iterator<Item = &'a mut Recorded<T>>,
    (sequence, keeps_all): (i64, bool),
) -> Option<bool> {
    records.find_map(|record| record.take_out(sequence, keeps_all))
}

fn unknown(change: &Change) -> String {
    format!("entry {} redacts entry {}, which is not of the same city or of no network", change.sequence, change.key.id)
}
