//! Since when something is served as it is: what `Last-Modified` says.

use std::sync::OnceLock;
use std::time::Duration;

use chrono::{DateTime, SubsecRound, Utc};

/// How long after a change `Last-Modified` is told again: longer than a request takes from memory, and than other
/// nodes take to follow.
pub const SETTLED_AFTER: Duration = Duration::from_secs(2);

/// A state of what is served, and the time from which this node serves it.
///
/// The time of the log's entry would not do: an entry is readable only some time after it was recorded, and what is
/// served also changes at midnight, with another version of the program, and when a failover loses entries.
#[derive(Debug, Default)]
pub struct Edition(OnceLock<DateTime<Utc>>);

impl Edition {
    /// Says that it is served from now on, in place of the one before; only the first time counts.
    pub(crate) fn begin(&self, now: DateTime<Utc>, before: Option<&Edition>) {
        let last = before.and_then(|before| before.0.get().copied());
        // A clock may be set back; an edition is later than the one before all the same.
        let begun = last.filter(|last| now <= *last).map_or(now, |last| last + SETTLED_AFTER);
        self.0.get_or_init(|| begun);
    }

    /// A whole second that lies after every answer of the edition before, of this node and, unless they follow it
    /// later than they should, of all others; none before it is served.
    ///
    /// Whoever was told a time before this one has another answer; who was told this one has this answer, as long
    /// as it is told only once it has passed.
    #[must_use]
    pub fn modified_at(&self) -> Option<DateTime<Utc>> {
        self.0.get().map(|begun| begun.trunc_subsecs(0) + SETTLED_AFTER)
    }
}
