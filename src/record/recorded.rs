//! A record with every state it has had: the latest whole and, of those before it, what is asked of them most.
//!
//! A state that was superseded is kept whole for a while, and then only as far as judgements read it: texts are what
//! takes memory, and are looked at again only by who goes back in time. They are in the log, and come back with
//! [`Dossier::restore`](super::Dossier::restore).

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};
use imbl::Vector;

use super::limits::SUPERSEDED_BYTES;

/// Who recorded a revision, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The number of the revision: 1, 2, 3 for each record.
    pub revision: i32,
    /// The entry of the log that made it.
    pub sequence: i64,
    /// When it was recorded.
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    pub recorded_by: String,
    /// Why it was changed.
    pub reason: Option<String>,
}

/// A value whose states are kept.
pub trait Superseded: Sized + PartialEq {
    /// The day from which it counts, where it says so itself; else it counts from when it was recorded.
    fn counts_from(&self) -> Option<NaiveDate>;

    /// What judgements read of it once it is superseded, without what they do not; none if they read nothing of it.
    fn brief(&self) -> Option<Self>;
}

/// What is kept of a state.
#[derive(Debug)]
enum State<T> {
    /// All of it.
    Whole(Arc<T>),
    /// What judgements read of it, if anything.
    Brief(Option<Arc<T>>),
    /// It was withdrawn, or its body was redacted.
    Gone,
}

impl<T> Clone for State<T> {
    fn clone(&self) -> Self {
        match self {
            State::Whole(value) => State::Whole(Arc::clone(value)),
            State::Brief(value) => State::Brief(value.clone()),
            State::Gone => State::Gone,
        }
    }
}

/// One state of a record: a value, or its withdrawal.
#[derive(Debug)]
pub struct Revision<T> {
    /// Who, when, why.
    pub stamp: Stamp,
    /// The day it counts from: as its value says, else that of its recording.
    pub since: NaiveDate,
    state: State<T>,
    /// The length of its body in the log.
    bytes: usize,
}

impl<T: Superseded> Revision<T> {
    /// A state as it was recorded, by a body of so many bytes.
    pub(super) fn new(stamp: Stamp, value: Option<Arc<T>>, bytes: usize) -> Self {
        let since = value.as_ref().and_then(|value| value.counts_from()).unwrap_or(stamp.recorded_at.date_naive());
        let state = value.map_or(State::Gone, State::Whole);
        Revision { stamp, since, state, bytes }
    }

    /// Whether there is a value, however much of it is kept.
    #[must_use]
    pub fn is_there(&self) -> bool {
        !matches!(self.state, State::Gone)
    }

    /// The value, if there is one and it is kept whole.
    #[must_use]
    pub fn whole(&self) -> Option<&Arc<T>> {
        if let State::Whole(value) = &self.state { Some(value) } else { None }
    }

    /// What judgements read of the value of an earlier state; nothing else is to be read of it.
    #[must_use]
    pub fn brief(&self) -> Option<&T> {
        match &self.state {
            State::Whole(value) | State::Brief(Some(value)) => Some(value),
            State::Brief(None) | State::Gone => None,
        }
    }

    fn with(&self, state: State<T>) -> Arc<Self> {
        Arc::new(Revision { stamp: self.stamp.clone(), since: self.since, state, bytes: self.bytes })
    }
}

/// A record with every state it has had; cheap to clone.
#[derive(Debug)]
pub struct Recorded<T> {
    latest: Arc<Revision<T>>,
    /// None of a record that was never changed, as most.
    earlier: Option<Arc<Earlier<T>>>,
}

/// The states before the latest.
#[derive(Debug)]
struct Earlier<T> {
    /// By their number.
    revisions: Vector<Arc<Revision<T>>>,
    /// Their places above by the day they count from, and then by their number; none while these are the same.
    by_day: Option<Vector<usize>>,
    /// How many of them, the oldest, are not whole.
    brief: usize,
    /// The bytes of those that are whole.
    bytes: usize,
}

// Derived, `Clone` would ask for `T: Clone`, which sharing does not need.
impl<T> Clone for Recorded<T> {
    fn clone(&self) -> Self {
        Recorded { latest: Arc::clone(&self.latest), earlier: self.earlier.clone() }
    }
}

impl<T> Clone for Earlier<T> {
    fn clone(&self) -> Self {
        let Earlier { revisions, by_day, brief, bytes } = self;
        Earlier { revisions: revisions.clone(), by_day: by_day.clone(), brief: *brief, bytes: *bytes }
    }
}

impl<T> Default for Earlier<T> {
    fn default() -> Self {
        Earlier { revisions: Vector::new(), by_day: None, brief: 0, bytes: 0 }
    }
}

impl<T: Superseded> Recorded<T> {
    /// Begins a record with its first state.
    pub(super) fn begin(first: Revision<T>) -> Result<Self, String> {
        follows(&first.stamp, 0)?;
        Ok(Recorded { latest: Arc::new(first), earlier: None })
    }

    /// Adds a state, as the next revision; those before it are all kept whole if `keeps_all`.
    pub(super) fn push(&mut self, next: Revision<T>, keeps_all: bool) -> Result<(), String> {
        follows(&next.stamp, self.latest.stamp.revision)?;
        let superseded = std::mem::replace(&mut self.latest, Arc::new(next));
        let earlier = Arc::make_mut(self.earlier.get_or_insert_default());
        earlier.push(superseded);
        if !keeps_all {
            earlier.shorten();
        }
        Ok(())
    }

    /// Every state, oldest first.
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = &Revision<T>> {
        let earlier = self.earlier.iter().flat_map(|earlier| earlier.revisions.iter());
        earlier.chain(std::iter::once(&self.latest)).map(Arc::as_ref)
    }

    /// The states before the latest, by the day they count from and then by their number.
    pub fn earlier_by_day(&self) -> Box<dyn DoubleEndedIterator<Item = &Revision<T>> + '_> {
        match self.earlier.as_deref() {
            None => Box::new(std::iter::empty()),
            Some(Earlier { revisions, by_day: None, .. }) => Box::new(revisions.iter().map(Arc::as_ref)),
            Some(Earlier { revisions, by_day: Some(order), .. }) => {
                Box::new(order.iter().filter_map(|place| revisions.get(*place).map(Arc::as_ref)))
            }
        }
    }

    /// The state it is in; it is whole.
    #[must_use]
    pub fn latest(&self) -> &Revision<T> {
        &self.latest
    }

    /// The present value and its stamp, unless the record is withdrawn.
    #[must_use]
    pub fn live(&self) -> Option<(&Arc<T>, &Stamp)> {
        Some((self.latest.whole()?, &self.latest.stamp))
    }

    /// The value it last had, were it withdrawn since or not; it is whole.
    #[must_use]
    pub fn last_value(&self) -> Option<&Arc<T>> {
        self.revisions().rev().find(|revision| revision.is_there())?.whole()
    }

    /// Puts back the whole value of a revision, as the log has it; none where it was redacted.
    pub(super) fn restore(&mut self, revision: i32, value: Option<Arc<T>>) {
        let Some(earlier) = &mut self.earlier else { return };
        let Some(place) = usize::try_from(revision - 1).ok() else { return };
        let revisions = &mut Arc::make_mut(earlier).revisions;
        if let Some(found) = revisions.get(place).cloned() {
            revisions.set(place, found.with(value.map_or(State::Gone, State::Whole)));
        }
    }
}

impl<T: Superseded> Earlier<T> {
    fn push(&mut self, superseded: Arc<Revision<T>>) {
        let revisions = &self.revisions;
        let place = revisions.len();
        let since = |place: &usize| revisions.get(*place).map_or(NaiveDate::MIN, |revision| revision.since);
        let order = self.by_day.take();
        let last = order.as_ref().map_or(place.checked_sub(1), |order| order.last().copied());
        self.by_day = if last.is_none_or(|last| since(&last) <= superseded.since) {
            order.map(|mut order| {
                order.push_back(place);
                order
            })
        } else {
            let mut order = order.unwrap_or_else(|| (0..place).collect());
            // Of the same day the later one stands after the others.
            let before = |other: &usize| since(other).cmp(&superseded.since).then(std::cmp::Ordering::Less);
            let (Ok(at) | Err(at)) = order.binary_search_by(before);
            order.insert(at, place);
            Some(order)
        };
        self.bytes += superseded.bytes;
        self.revisions.push_back(superseded);
    }

    /// Lets go of the texts of the oldest states, as long as too much is kept; never of the last value.
    fn shorten(&mut self) {
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

    /// What judgements read of a value; shared with the state before it where that says the same.
    fn brief_of(&self, value: &T) -> Option<Arc<T>> {
        let brief = value.brief()?;
        let before = self.brief.checked_sub(1).and_then(|before| self.revisions.get(before));
        match before.map(|before| &before.state) {
            Some(State::Brief(Some(same))) if **same == brief => Some(Arc::clone(same)),
            _ => Some(Arc::new(brief)),
        }
    }
}

/// Checks that a state is the revision after `last`.
fn follows(stamp: &Stamp, last: i32) -> Result<(), String> {
    if stamp.revision == last + 1 {
        return Ok(());
    }
    Err(format!("entry {} makes revision {} after {last}", stamp.sequence, stamp.revision))
}
