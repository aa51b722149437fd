//! The time since which a document is served unchanged: the source of `Last-Modified`.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

/// How long after a change `Last-Modified` is left out. This is longer than a request takes to be answered from memory,
/// and longer than other nodes take to follow.
pub const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// One state of the documents that this node serves, and the time from which it serves them.
///
/// The time of the latest entry of the change log would be wrong for two reasons. An entry becomes readable only some
/// time after it was recorded. And documents also change without an entry: at midnight, with a new version of the
/// program, and when a failover loses entries.
#[derive(Debug, Default)]
pub struct Edition(OnceLock<DateTime<Utc>>);

impl Edition {
    /// Marks the edition as served from `now` on, in place of the previous one. Only the first call counts.
    pub(crate) fn begin(&self, now: DateTime<Utc>, previous: Option<&Edition>) {
        let previous_begin = previous.and_then(|previous| previous.0.get().copied());
        // The clock may have been set back. Editions must begin one after the other all the same.
        let begin = previous_begin.filter(|previous| now <= *previous).map_or(now, |previous| previous + SETTLED_AFTER);
        self.0.get_or_init(|| begin);
    }

    /// The time for `Last-Modified`, in whole seconds; none before [`Edition::begin`].
    ///
    /// It is later than every response with the previous edition, by this node and by all other nodes that follow in
    /// time. So an earlier `If-Modified-Since` is stale, and an equal one is current. This holds only if the header is
    /// not sent before this time has passed.
    #[must_use]
    pub fn modified_at(&self) -> Option<DateTime<Utc>> {
        self.0.get().map(|begun| begun.trunc_subsecs(0) + SETTLED_AFTER)
    }
}
