//! The newest entries of the log as they are there: what a database can lose, and this node can give back.

use std::sync::Arc;

use imbl::Vector;

use crate::record::head::LogEnd;
use crate::record::{Change, Subject};
use crate::registry::limits::{RECENT_BYTES, RECENT_MARKS};

/// The newest entries whole, and of those before them the hash of a few; cheap to clone.
#[derive(Debug, Clone, Default)]
pub(super) struct Recent {
    entries: Vector<Arc<Change>>,
    /// The bytes of their bodies and words, about.
    bytes: usize,
    marks: Vector<LogEnd>,
}

impl Recent {
    /// Takes in the next entry, and lets go of the oldest ones once they are too many bytes.
    pub(super) fn push(&mut self, change: &Change) {
        if let Subject::Redaction { entry, .. } = &change.subject {
            self.redact(*entry);
        }
        self.bytes += bytes(change);
        self.entries.push_back(Arc::new(change.clone()));
        if change.sequence % RECENT_MARKS == 0 {
            self.marks.push_back(LogEnd { sequence: change.sequence, hash: change.hash.clone() });
        }
        while self.bytes > RECENT_BYTES
            && self.entries.len() > 1
            && let Some(oldest) = self.entries.pop_front()
        {
            self.bytes -= bytes(&oldest);
        }
    }

    /// Takes out the body of an entry, if it is here.
    fn redact(&mut self, sequence: i64) {
        let first = self.entries.front().map_or(0, |entry| entry.sequence);
        let place = usize::try_from(sequence - first).ok();
        let Some(entry) = place.and_then(|place| self.entries.get_mut(place)) else { return };
        self.bytes -= bytes(entry);
        *entry = Arc::new(Change { body: None, ..Change::clone(entry) });
        self.bytes += bytes(entry);
    }

    /// The entries that are whole, oldest first.
    pub(super) fn entries(&self) -> &Vector<Arc<Change>> {
        &self.entries
    }

    /// The ends of the log that are known, oldest first: the marks before the entries, then that before each entry.
    pub(super) fn ends(&self) -> Vec<LogEnd> {
        let first = self.entries.front().map_or(0, |entry| entry.sequence - 1);
        let marks = self.marks.iter().filter(|mark| mark.sequence < first).cloned();
        let before =
            self.entries.iter().map(|entry| LogEnd { sequence: entry.sequence - 1, hash: entry.previous_hash.clone() });
        let last = self.entries.back().map(|entry| LogEnd { sequence: entry.sequence, hash: entry.hash.clone() });
        marks.chain(before).chain(last).collect()
    }
}

fn bytes(change: &Change) -> usize {
    // Its hashes and words are some hundred bytes.
    change.body.as_ref().map_or(0, String::len) + change.actor.len() + 512
}
