//! The revisions of a record before the latest: ordered by day, and grouped into runs of equal ones.
//!
//! A run is a sequence of revisions, in the order of their days, of which judgements read the same. A record may have
//! thousands of revisions, and each write judges its city. So a write visits only the first of each run.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;
use imbl::Vector;

use super::limits::SUPERSEDED_BYTES;
use super::revision::{Content, Revision, Versioned};

/// The revisions before the latest; cheap to clone.
#[derive(Debug)]
pub(super) struct EarlierRevisions<T> {
    /// In the order of their numbers.
    revisions: Vector<Arc<Revision<T>>>,
    /// The indices into `revisions` of those that have a value, by the day they count from and then by number. `None`
    /// while that is the order of `revisions` itself.
    by_day: Option<Vector<usize>>,
    /// The indices into `revisions` of the first one of each run.
    run_starts: Vector<usize>,
    /// How many of the oldest revisions are abridged.
    abridged: usize,
    /// The size of the bodies of all others, in bytes.
    bytes: usize,
}

// A derived `Clone` would require `T: Clone`, which shared pointers do not need.
impl<T> Clone for EarlierRevisions<T> {
    fn clone(&self) -> Self {
        let EarlierRevisions { revisions, by_day, run_starts, abridged, bytes } = self;
        let (revisions, by_day, run_starts) = (revisions.clone(), by_day.clone(), run_starts.clone());
        EarlierRevisions { revisions, by_day, run_starts, abridged: *abridged, bytes: *bytes }
    }
}

impl<T> Default for EarlierRevisions<T> {
    fn default() -> Self {
        EarlierRevisions { revisions: Vector::new(), by_day: None, run_starts: Vector::new(), abridged: 0, bytes: 0 }
    }
}

impl<T: Versioned> EarlierRevisions<T> {
    /// The revisions, by number.
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = &Revision<T>> {
        self.revisions.iter().map(Arc::as_ref)
    }

    /// The revisions, by number, as shared pointers.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Revision<T>>> {
        self.revisions.iter()
    }

    /// The first revision of each run, by the day it counts from.
    pub fn run_starts(&self) -> impl DoubleEndedIterator<Item = &Revision<T>> {
        self.run_starts.iter().filter_map(|index| self.revisions.get(*index).map(Arc::as_ref))
    }

    /// The last revision of the run that starts with `first` for which `holds` is true. `holds` must be true for the
    /// first revisions of the run, and false for all after them.
    pub fn last_of_run<'s>(&'s self, first: &'s Revision<T>, holds: impl Fn(&Revision<T>) -> bool) -> &'s Revision<T> {
        let begin = self.position(first);
        let run = self.run_starts.binary_search_by(|start| self.key_at(*start).cmp(&Some(key(first))));
        let next = run.ok().and_then(|run| self.revisions.get(*self.run_starts.get(run + 1)?));
        let mut end = next.map_or(self.count_with_value(), |next| self.position(next));
        let mut last = begin;
        while last + 1 < end {
            let middle = last.midpoint(end);
            if self.by_day(middle).is_some_and(&holds) { last = middle } else { end = middle }
        }
        self.by_day(last).unwrap_or(first)
    }

    /// Adds a revision that has been superseded.
    pub fn push(&mut self, superseded: Arc<Revision<T>>) {
        let index = self.revisions.len();
        self.bytes += superseded.bytes;
        if superseded.has_value() {
            let at = self.position(&superseded);
            if let Some(order) = &mut self.by_day {
                order.insert(at, index);
            } else if at < index {
                self.by_day = Some((0..at).chain([index]).chain(at..index).collect());
            }
            self.revisions.push_back(superseded);
            self.update_runs(at);
        } else {
            self.by_day.get_or_insert_with(|| (0..index).collect());
            self.revisions.push_back(superseded);
        }
    }

    /// Updates whether the revision just inserted at `at`, in the order of days, and the one after it start a run.
    fn update_runs(&mut self, at: usize) {
        let value = |at: Option<usize>| Some(self.by_day(at?)?.value());
        let (before, new, after) = (value(at.checked_sub(1)), value(Some(at)), value(at.checked_add(1)));
        let Some(Some(new)) = new else { return };
        let is_start = before.flatten().is_none_or(|before| before != new);
        let is_next_start = after.flatten().map(|after| after != new);
        self.set_run_start(at, is_start);
        if let Some(is_start) = is_next_start {
            self.set_run_start(at + 1, is_start);
        }
    }

    /// Sets whether the revision at `at`, in the order of days, starts a run.
    fn set_run_start(&mut self, at: usize, is_start: bool) {
        let Some(revision) = self.by_day(at) else { return };
        let (wanted, index) = (Some(key(revision)), self.index_at(at));
        let found = self.run_starts.binary_search_by(|start| self.key_at(*start).cmp(&wanted));
        match (found, index) {
            (Err(at), Some(index)) if is_start => self.run_starts.insert(at, index),
            (Ok(at), _) if !is_start => drop(self.run_starts.remove(at)),
            _ => {}
        }
    }

    /// The number of revisions that have a value.
    fn count_with_value(&self) -> usize {
        self.by_day.as_ref().map_or(self.revisions.len(), Vector::len)
    }

    /// The index into `revisions` of the revision at `at` in the order of days.
    fn index_at(&self, at: usize) -> Option<usize> {
        self.by_day.as_ref().map_or(Some(at), |order| order.get(at).copied())
    }

    /// The revision at `at` in the order of days.
    fn by_day(&self, at: usize) -> Option<&Revision<T>> {
        self.revisions.get(self.index_at(at)?).map(Arc::as_ref)
    }

    fn key_at(&self, index: usize) -> Option<(NaiveDate, i32)> {
        self.revisions.get(index).map(|revision| key(revision))
    }

    /// The position of a revision in the order of days, or the one where it would be inserted.
    fn position(&self, revision: &Revision<T>) -> usize {
        let (mut low, mut high) = (0, self.count_with_value());
        // Most revisions come last.
        if high.checked_sub(1).and_then(|last| self.by_day(last)).is_some_and(|last| key(last) < key(revision)) {
            return high;
        }
        while low < high {
            let middle = low.midpoint(high);
            let is_before = self.by_day(middle).is_some_and(|other| key(other).cmp(&key(revision)) == Ordering::Less);
            if is_before { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Replaces what is kept of the revision at `index`.
    pub fn set(&mut self, index: usize, content: Content<T>) {
        if let Some(found) = self.revisions.get(index).cloned() {
            self.revisions.set(index, found.with_content(content));
        }
    }

    /// Abridges the oldest revisions while too many bytes are kept; the last one with a value stays whole.
    pub fn abridge_oldest(&mut self) {
        let last = self.revisions.iter().rposition(|revision| revision.has_value()).unwrap_or(0);
        while self.bytes > SUPERSEDED_BYTES && self.abridged < last {
            let Some(oldest) = self.revisions.get(self.abridged).cloned() else { return };
            if let Content::Whole(value) = &oldest.content {
                let abridged = Content::Abridged(self.abridge(value));
                self.revisions.set(self.abridged, oldest.with_content(abridged));
            }
            self.bytes -= oldest.bytes;
            self.abridged += 1;
        }
    }

    /// What judgements read of a value; shared with the revision before it if that is equal.
    fn abridge(&self, value: &T) -> Option<Arc<T>> {
        let abridged = value.abridged()?;
        let before = self.abridged.checked_sub(1).and_then(|before| self.revisions.get(before));
        match before.map(|before| &before.content) {
            Some(Content::Abridged(Some(same))) if **same == abridged => Some(Arc::clone(same)),
            _ => Some(Arc::new(abridged)),
        }
    }
}

/// The key that sorts revisions by day.
fn key<T>(revision: &Revision<T>) -> (NaiveDate, i32) {
    (revision.since, revision.stamp.revision)
}

impl<T: Versioned> Revision<T> {
    /// What judgements read of it; `None` if they read nothing.
    fn value(&self) -> Option<Arc<T>> {
        match &self.content {
            Content::Whole(value) => value.abridged().map(Arc::new),
            Content::Abridged(abridged) => abridged.clone(),
            Content::Removed => None,
        }
    }
}
