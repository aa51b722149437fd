//! Measures how long the writer has been waiting for the database.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::registry::limits::STALLED_AFTER;

/// The writer's heartbeat. Every thread reads it without a lock.
#[derive(Debug)]
pub(super) struct Heartbeat {
    /// The start of the time scale below.
    start: Instant,
    /// When the database last responded, in milliseconds since `start`; 0 while nothing is asked of it.
    waiting_since: AtomicU64,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Heartbeat { start: Instant::now(), waiting_since: AtomicU64::new(0) }
    }

    /// Called when the writer asks the database, or gets a response and asks on.
    pub(super) fn beat(&self) {
        self.waiting_since.store(self.now().max(1), Ordering::Relaxed);
    }

    /// Called when the database has responded and nothing more is asked.
    pub(super) fn stop(&self) {
        self.waiting_since.store(0, Ordering::Relaxed);
    }

    /// True if the writer has waited too long. New writes are refused then, since they would wait too.
    pub(super) fn is_stalled(&self) -> bool {
        let since = self.waiting_since.load(Ordering::Relaxed);
        since > 0 && u128::from(self.now().saturating_sub(since)) >= STALLED_AFTER.as_millis()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
