//! A record with every state it has had: the latest whole and, of those before it, what is asked of them most.
//!
//! A state that was superseded is kept whole for a while, and then only as far as judgements read it: texts are what
//! takes memory, and are looked at again only by who goes back in time. They are in the log, and come back with
//! [`Dossier::restore`](super::Dossier::restore).

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

use super::earlier::Earlier;

/// Who recorded a revision, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The number of the revision: 1, 2, 3 for each record.
    pub revision: i32,
    /// The entry of the log that made it.
    pub sequence: i64,
    /// When it was recorded; earlier than the log has it where the clock was wrong and was set right.
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    pub recorded_by: String,
    /// Why it was changed.
    pub reason: Option<String>,
}

/// A value whose states are kept.
pub trait Superseded: Sized + PartialEq {
    /// The day from which it counts, where it says so itself; else it counts from when it was recorded.
    fn counts_from(&self) -> Option<NaiveDate> {
        None
    }

    /// What judgements read of it once it is superseded, without what they do not; none if they read nothing of it.
    fn brief(&self) -> Option<Self> {
        None
    }
}

/// What is kept of a state.
#[derive(Debug)]
pub(super) enum State<T> {
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
    pub(super) state: State<T>,
    /// The length of its body in the log.
    pub(super) bytes: usize,
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

    pub(super) fn with(&self, state: State<T>) -> Arc<Self> {
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

// Derived, `Clone` would ask for `T: Clone`, which sharing does not need.
impl<T> Clone for Recorded<T> {
    fn clone(&self) -> Self {
        Recorded { latest: Arc::clone(&self.latest), earlier: self.earlier.clone() }
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
        let earlier = self.earlier.iter().flat_map(|earlier| earlier.revisions());
        earlier.chain(std::iter::once(self.latest.as_ref()))
    }

    /// The states before the latest, if there are any.
    #[must_use]
    pub(super) fn earlier(&self) -> Option<&Earlier<T>> {
        self.earlier.as_deref()
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

    /// Takes out what an entry said, if it made one of the states; whether there was anything. The others are all kept
    /// whole if `keeps_all`.
    pub(super) fn take_out(&mut self, sequence: i64, keeps_all: bool) -> Option<bool> {
        let made = |revision: &Revision<T>| revision.stamp.sequence == sequence;
        let found = self.revisions().find(|revision| made(revision))?;
        let was_there = found.is_there() || found.stamp.reason.is_some();
        self.make_anew(keeps_all, |revision| {
            let stamp = || Stamp { reason: None, ..revision.stamp.clone() };
            made(revision).then(|| Revision::new(stamp(), None, 0))
        });
        Some(was_there)
    }

    /// Lets no state be recorded after `time`; all are kept whole if `keeps_all`.
    pub(super) fn set_back(&mut self, time: DateTime<Utc>, keeps_all: bool) {
        self.make_anew(keeps_all, |revision| {
            let Revision { stamp, since, state, bytes } = revision;
            let recorded_on = stamp.recorded_at.date_naive();
            (stamp.recorded_at > time).then(|| Revision {
                stamp: Stamp { recorded_at: time, ..stamp.clone() },
                since: if *since == recorded_on { time.date_naive() } else { *since },
                state: state.clone(),
                bytes: *bytes,
            })
        });
    }

    /// Makes the states anew, with others in place of those for which `other` gives one.
    fn make_anew(&mut self, keeps_all: bool, other: impl Fn(&Revision<T>) -> Option<Revision<T>>) {
        let anew = |revision: &Arc<Revision<T>>| other(revision).map_or_else(|| Arc::clone(revision), Arc::new);
        self.latest = anew(&self.latest);
        let Some(before) = self.earlier.take() else { return };
        let mut earlier = Earlier::default();
        before.shared().for_each(|revision| earlier.push(anew(revision)));
        if !keeps_all {
            earlier.shorten();
        }
        self.earlier = Some(Arc::new(earlier));
    }

    /// Puts back the whole value of a revision, as the log has it; none where it was redacted.
    pub(super) fn restore(&mut self, revision: i32, value: Option<Arc<T>>) {
        if let (Some(earlier), Ok(place)) = (&mut self.earlier, usize::try_from(revision - 1)) {
            Arc::make_mut(earlier).set(place, value.map_or(State::Gone, State::Whole));
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
