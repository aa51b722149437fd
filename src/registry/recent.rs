//! The newest entries of the log. If the database loses them, this node can still save them.

use std::sync::Arc;

use imbl::Vector;

use crate::record::head::LogEnd;
use crate::record::{Change, Subject};
use crate::registry::limits::{RECENT_BYTES, RECENT_HASH_INTERVAL};

/// The newest entries in full, and the hashes of some older ones. Cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    entries: Vector<Arc<Change>>,
    /// The size of the entries in bytes, roughly.
    bytes: usize,
    older_ends: Vector<LogEnd>,
}

impl Recent {
    /// Adds the next entry, and drops the oldest entries once they have too many bytes.
    pub(super) fn push(&mut self, change: &Change) {
        if let Subject::Redaction { entry, .. } = &change.subject {
            self.redact(*entry);
        }
        self.bytes += bytes(change);
        self.entries.push_back(Arc::new(change.clone()));
        if change.sequence % RECENT_HASH_INTERVAL == 0 {
            self.older_ends.push_back(LogEnd { sequence: change.sequence, hash: change.hash.clone() });
        }
        while self.bytes > RECENT_BYTES
            && self.entries.len() > 1
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= bytes(&oldest);
        }
    }

    /// Removes the body of an entry, if the entry is here.
    fn redact(&mut self, sequence: i64) {
        let first = self.entries.front().map_or(0, |entry| entry.sequence);
        let index = usize::try_from(sequence - first).ok();
        let Some(entry) = index.and_then(|index| self.entries.get_mut(index)) else { return };
        self.bytes -= bytes(entry);
        *entry = Arc::new(Change { body: None, ..Change::clone(entry) });
        self.bytes += bytes(entry);
    }

    /// The entries that are kept in full, oldest first.
    pub(super) fn entries(&self) -> &Vector<Arc<Change>> {
        &self.entries
    }

    /// The known ends of the log, oldest first: some of older entries, then the end before each full entry, and the
    /// last.
    pub(super) fn ends(&self) -> Vec<LogEnd> {
        let first = self.entries.front().map_or(0, |entry| entry.sequence - 1);
        let older = self.older_ends.iter().filter(|end| end.sequence < first).cloned();
        let before =
            self.entries.iter().map(|entry| LogEnd { sequence: entry.sequence - 1, hash: entry.previous_hash.clone() });
        let last = self.entries.back().map(|entry| LogEnd { sequence: entry.sequence, hash: entry.hash.clone() });
        older.chain(before).chain(last).collect()
    }
}

fn bytes(change: &Change) -> usize {
    // The other members have some hundred bytes.
    change.body.as_ref().map_or(0, String::len) + change.actor.len() + 512
}
