//! A record with all its revisions.
//!
//! The latest revision is whole. A superseded one stays whole for a while, and is then abridged to what judgements
//! read, because texts take most of the memory. The texts are still in the log;
//! [`Dossier::restore`](super::Dossier::restore) brings them back.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::earlier::EarlierRevisions;
use super::revision::{Content, Revision, Stamp, Versioned};

/// A record with all its revisions; cheap to clone.
#[derive(Debug)]
pub struct Recorded<T> {
    latest: Arc<Revision<T>>,
    /// `None` if the record was never changed, as is usual.
    earlier: Option<Arc<EarlierRevisions<T>>>,
}

// A derived `Clone` would require `T: Clone`, which shared pointers do not need.
impl<T> Clone for Recorded<T> {
    fn clone(&self) -> Self {
        Recorded { latest: Arc::clone(&self.latest), earlier: self.earlier.clone() }
    }
}

impl<T: Versioned> Recorded<T> {
    /// Starts a record with its first revision.
    pub(super) fn start(first: Revision<T>) -> Result<Self, String> {
        check_follows(&first.stamp, 0)?;
        Ok(Recorded { latest: Arc::new(first), earlier: None })
    }

    /// Adds the next revision; with `keeps_all` the earlier ones are all kept whole.
    pub(super) fn push(&mut self, next: Revision<T>, keeps_all: bool) -> Result<(), String> {
        check_follows(&next.stamp, self.latest.stamp.revision)?;
        let superseded = std::mem::replace(&mut self.latest, Arc::new(next));
        let earlier = Arc::make_mut(self.earlier.get_or_insert_default());
        earlier.push(superseded);
        if !keeps_all {
            earlier.abridge_oldest();
        }
        Ok(())
    }

    /// Every revision, oldest first.
    pub fn revisions(&self) -> impl DoubleEndedIterator<Item = &Revision<T>> {
        let earlier = self.earlier.iter().flat_map(|earlier| earlier.revisions());
        earlier.chain(std::iter::once(self.latest.as_ref()))
    }

    /// The revisions before the latest; `None` if there are none.
    #[must_use]
    pub(super) fn earlier(&self) -> Option<&EarlierRevisions<T>> {
        self.earlier.as_deref()
    }

    /// The latest revision; it is whole.
    #[must_use]
    pub fn latest(&self) -> &Revision<T> {
        &self.latest
    }

    /// The present value and its stamp; `None` if the record is withdrawn.
    #[must_use]
    pub fn live(&self) -> Option<(&Arc<T>, &Stamp)> {
        Some((self.latest.whole()?, &self.latest.stamp))
    }

    /// The last value, even if the record was withdrawn since; it is whole.
    #[must_use]
    pub fn last_value(&self) -> Option<&Arc<T>> {
        self.revisions().rev().find(|revision| revision.has_value())?.whole()
    }

    /// Removes what the entry `sequence` recorded. Returns whether there was anything to remove; `None` if the entry
    /// made no revision of this record. With `keeps_all` the other revisions stay whole.
    pub(super) fn redact(&mut self, sequence: i64, keeps_all: bool) -> Option<bool> {
        let is_made_by_entry = |revision: &Revision<T>| revision.stamp.sequence == sequence;
        let found = self.revisions().find(|revision| is_made_by_entry(revision))?;
        let had_content = found.has_value() || found.stamp.reason.is_some();
        self.rebuild(keeps_all, |revision| {
            let stamp = || Stamp { reason: None, ..revision.stamp.clone() };
            is_made_by_entry(revision).then(|| Revision::new(stamp(), None, 0))
        });
        Some(had_content)
    }

    /// Moves recording times after `time` back to it; with `keeps_all` all revisions stay whole.
    pub(super) fn cap_times(&mut self, time: DateTime<Utc>, keeps_all: bool) {
        self.rebuild(keeps_all, |revision| {
            let Revision { stamp, since, content, bytes } = revision;
            let recorded_on = stamp.recorded_at.date_naive();
            (stamp.recorded_at > time).then(|| Revision {
                stamp: Stamp { recorded_at: time, ..stamp.clone() },
                since: if *since == recorded_on { time.date_naive() } else { *since },
                content: content.clone(),
                bytes: *bytes,
            })
        });
    }

    /// Rebuilds the revisions, replacing each one for which `replacement` gives another.
    fn rebuild(&mut self, keeps_all: bool, replacement: impl Fn(&Revision<T>) -> Option<Revision<T>>) {
        let rebuilt =
            |revision: &Arc<Revision<T>>| replacement(revision).map_or_else(|| Arc::clone(revision), Arc::new);
        self.latest = rebuilt(&self.latest);
        let Some(before) = self.earlier.take() else { return };
        let mut earlier = EarlierRevisions::default();
        before.shared().for_each(|revision| earlier.push(rebuilt(revision)));
        if !keeps_all {
            earlier.abridge_oldest();
        }
        self.earlier = Some(Arc::new(earlier));
    }

    /// Restores the whole value of a revision from the log; `None` if it was redacted.
    pub(super) fn restore(&mut self, revision: i32, value: Option<Arc<T>>) {
        if let (Some(earlier), Ok(index)) = (&mut self.earlier, usize::try_from(revision - 1)) {
            Arc::make_mut(earlier).set(index, value.map_or(Content::Removed, Content::Whole));
        }
    }
}

/// Checks that the stamp is that of the revision after `last`.
fn check_follows(stamp: &Stamp, last: i32) -> Result<(), String> {
    if stamp.revision == last + 1 {
        return Ok(());
    }
    Err(format!("entry {} makes revision {} after {last}", stamp.sequence, stamp.revision))
}
