//! Whether the database answers the writer: how long its last answer is ago while one is waited for.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

use crate::registry::limits::STALLED_AFTER;

/// The writer's heartbeat; read by everyone, without a lock.
#[derive(Debug)]
pub(super) struct Heartbeat {
    /// What the times below count from.
    begin: Instant,
    /// When the database last answered, in milliseconds since `begin`; 0 while nothing is asked of it.
    waiting_since: AtomicU64,
}

impl Heartbeat {
    pub(super) fn new() -> Self {
        Heartbeat { begin: Instant::now(), waiting_since: AtomicU64::new(0) }
    }

    /// The database is asked for something, or has answered and is asked on.
    pub(super) fn beat(&self) {
        self.waiting_since.store(self.now().max(1), Ordering::Relaxed);
    }

    /// The database has answered, and nothing more is asked of it.
    pub(super) fn rest(&self) {
        self.waiting_since.store(0, Ordering::Relaxed);
    }

    /// Whether an answer has been waited for too long: new writes are refused then, for they would only wait too.
    pub(super) fn is_stalled(&self) -> bool {
        let since = self.waiting_since.load(Ordering::Relaxed);
        since > 0 && u128::from(self.now().saturating_sub(since)) >= STALLED_AFTER.as_millis()
    }

    fn now(&self) -> u64 {
        u64::try_from(self.begin.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}
