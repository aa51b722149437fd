//! The revisions of a record before the latest: ordered by day, and grouped into runs of equal ones.
//!
//! A run is a sequence of revisions, in the order of their days, of which judgements read the same. A record may have
//! thousands of revisions, and each write judges its city. So a write visits only the first of each run.

use std::cmp::Ordering;
use std::sync::Arc;

use chrono::NaiveDate;
use imbl::Vector;

use super::limits::SUPERSEDED_BYTES;
use super::recorded::{Revision, State, Superseded};

/// The revisions before the latest; cheap to clone.
#[derive(Debug)]
pub(super) struct Earlier<T> {
    /// In the order of their numbers.
    revisions: Vector<Arc<Revision<T>>>,
    /// The indices into `revisions` of those that have a value, by the day they count from and then by number. `None`
    /// while that is the order of `revisions` itself.
    by_day: Option<Vector<usize>>,
    /// The indices into `revisions` of the first one of each run.
    turns: Vector<usize>,
    /// How many of the oldest revisions are abridged.
    brief: usize,
    /// The size of the bodies of all others, in bytes.
    bytes: usize,
}

// A derived `Clone` would require `T: Clone`, which shared pointers do not need.
impl<T> Clone for Earlier<T> {
    fn clone(&self) -> Self {
        let Earlier { revisions, by_day, turns, brief, bytes } = self;
        let (revisions, by_day, turns) = (revisions.clone(), by_day.clone(), turns.clone());
        Earlier { revisions, by_day, turns, brief: *brief, bytes: *bytes }
    }
}

impl<T> Default for Earlier<T> {
    fn default() -> Self {
        Earlier { revisions: Vector::new(), by_day: None, turns: Vector::new(), brief: 0, bytes: 0 }
    }
}

impl<T: Superseded> Earlier<T> {
    /// The revisions, by number.
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = &Revision<T>> {
        self.revisions.iter().map(Arc::as_ref)
    }

    /// The revisions, by number, as shared pointers.
    pub fn shared(&self) -> impl Iterator<Item = &Arc<Revision<T>>> {
        self.revisions.iter()
    }

    /// The first revision of each run, by the day it counts from.
    pub fn turns(&self) -> impl DoubleEndedIterator<Item = &Revision<T>> {
        self.turns.iter().filter_map(|place| self.revisions.get(*place).map(Arc::as_ref))
    }

    /// The last revision of the run that starts with `first` for which `holds` is true. `holds` must be true for the
    /// first revisions of the run, and false for all after them.
    pub fn last_of_turn<'s>(&'s self, first: &'s Revision<T>, holds: impl Fn(&Revision<T>) -> bool) -> &'s Revision<T> {
        let begin = self.position(first);
        let turn = self.turns.binary_search_by(|turn| self.key_at(*turn).cmp(&Some(key(first))));
        let next = turn.ok().and_then(|turn| self.revisions.get(*self.turns.get(turn + 1)?));
        let mut end = next.map_or(self.valued(), |next| self.position(next));
        let mut last = begin;
        while last + 1 < end {
            let middle = last.midpoint(end);
            if self.by_day(middle).is_some_and(&holds) { last = middle } else { end = middle }
        }
        self.by_day(last).unwrap_or(first)
    }

    /// Adds a revision that has been superseded.
    pub fn push(&mut self, superseded: Arc<Revision<T>>) {
        let place = self.revisions.len();
        self.bytes += superseded.bytes;
        if superseded.is_there() {
            let at = self.position(&superseded);
            if let Some(order) = &mut self.by_day {
                order.insert(at, place);
            } else if at < place {
                self.by_day = Some((0..at).chain([place]).chain(at..place).collect());
            }
            self.revisions.push_back(superseded);
            self.turn(at);
        } else {
            self.by_day.get_or_insert_with(|| (0..place).collect());
            self.revisions.push_back(superseded);
        }
    }

    /// Updates whether the revision just inserted at `at`, in the order of days, and the one after it start a run.
    fn turn(&mut self, at: usize) {
        let value = |at: Option<usize>| Some(self.by_day(at?)?.value());
        let (before, new, after) = (value(at.checked_sub(1)), value(Some(at)), value(at.checked_add(1)));
        let Some(Some(new)) = new else { return };
        let begins = before.flatten().is_none_or(|before| before != new);
        let next_begins = after.flatten().map(|after| after != new);
        self.mark(at, begins);
        if let Some(begins) = next_begins {
            self.mark(at + 1, begins);
        }
    }

    /// Sets whether the revision at `at`, in the order of days, starts a run.
    fn mark(&mut self, at: usize, begins: bool) {
        let Some(state) = self.by_day(at) else { return };
        let (wanted, place) = (Some(key(state)), self.place(at));
        let found = self.turns.binary_search_by(|turn| self.key_at(*turn).cmp(&wanted));
        match (found, place) {
            (Err(at), Some(place)) if begins => self.turns.insert(at, place),
            (Ok(at), _) if !begins => drop(self.turns.remove(at)),
            _ => {}
        }
    }

    /// The number of revisions that have a value.
    fn valued(&self) -> usize {
        self.by_day.as_ref().map_or(self.revisions.len(), Vector::len)
    }

    /// The index into `revisions` of the revision at `at` in the order of days.
    fn place(&self, at: usize) -> Option<usize> {
        self.by_day.as_ref().map_or(Some(at), |order| order.get(at).copied())
    }

    /// The revision at `at` in the order of days.
    fn by_day(&self, at: usize) -> Option<&Revision<T>> {
        self.revisions.get(self.place(at)?).map(Arc::as_ref)
    }

    fn key_at(&self, place: usize) -> Option<(NaiveDate, i32)> {
        self.revisions.get(place).map(|revision| key(revision))
    }

    /// The position of a revision in the order of days, or the one where it would be inserted.
    fn position(&self, state: &Revision<T>) -> usize {
        let (mut low, mut high) = (0, self.valued());
        // Most revisions come last.
        if high.checked_sub(1).and_then(|last| self.by_day(last)).is_some_and(|last| key(last) < key(state)) {
            return high;
        }
        while low < high {
            let middle = low.midpoint(high);
            let is_before = self.by_day(middle).is_some_and(|other| key(other).cmp(&key(state)) == Ordering::Less);
            if is_before { low = middle + 1 } else { high = middle }
        }
        low
    }

    /// Replaces what is kept of the revision at `index`.
    pub fn set(&mut self, place: usize, state: State<T>) {
        if let Some(found) = self.revisions.get(place).cloned() {
            self.revisions.set(place, found.with(state));
        }
    }

    /// Abridges the oldest revisions while too many bytes are kept; the last one with a value stays whole.
    pub fn shorten(&mut self) {
        let last = self.revisions.iter().rposition(|revision| revision.is_there()).unwrap_or(0);
        while self.bytes > SUPERSEDED_BYTES && self.brief < last {
            let Some(oldest) = self.revisions.get(self.brief).cloned() else { return };
            if let State::Whole(value) = &oldest.state {
                let brief = State::Brief(self.brief_of(value));
                self.revisions.set(self.brief, oldest.with(brief));
            }
            self.bytes -= oldest.bytes;
            self.brief += 1;
        }
    }

    /// What judgements read of a value; shared with the revision before it if that is equal.
    fn brief_of(&self, value: &T) -> Option<Arc<T>> {
        let brief = value.brief()?;
        let before = self.brief.checked_sub(1).and_then(|before| self.revisions.get(before));
        match before.map(|before| &before.state) {
            Some(State::Brief(Some(same))) if **same == brief => Some(Arc::clone(same)),
            _ => Some(Arc::new(brief)),
        }
    }
}

/// The key that sorts revisions by day.
fn key<T>(revision: &Revision<T>) -> (NaiveDate, i32) {
    (revision.since, revision.stamp.revision)
}

impl<T: Superseded> Revision<T> {
    /// What judgements read of it; `None` if they read nothing.
    fn value(&self) -> Option<Arc<T>> {
        match &self.state {
            State::Whole(value) => value.brief().map(Arc::new),
            State::Brief(brief) => brief.clone(),
            State::Gone => None,
        }
    }
}
