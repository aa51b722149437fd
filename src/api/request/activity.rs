//! Whether the service still works on requests: a stop waits for that.
//!
//! It does not wait for ever for clients that neither send nor read.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Counts the requests that are worked on, and notes when a byte last came in or went out. Clones share the counts.
#[derive(Debug, Clone)]
pub struct Activity(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    /// When a byte last came in or went out, in milliseconds after `begun`.
    moved: AtomicU64,
    /// How many requests wait for us, not for their clients.
    working: AtomicUsize,
}

impl Default for Activity {
    fn default() -> Self {
        let (moved, working) = (AtomicU64::new(0), AtomicUsize::new(0));
        Activity(Arc::new(Inner { begun: Instant::now(), moved, working }))
    }
}

/// A request that waits for us.
#[derive(Debug)]
pub struct Working(Activity);

/// A request that waits for its client to send the rest of it.
#[derive(Debug)]
pub struct Receiving(Activity);

impl Activity {
    /// Notes that a part of a body came in or went out.
    pub fn moved(&self) {
        let now = u64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.moved.fetch_max(now, Ordering::Relaxed);
    }

    /// Counts a request as worked on until the guard is dropped.
    #[must_use]
    pub fn work(&self) -> Working {
        self.0.working.fetch_add(1, Ordering::Relaxed);
        Working(self.clone())
    }

    /// Counts a request as waiting for its client until the guard is dropped.
    #[must_use]
    pub fn receive(&self) -> Receiving {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
        Receiving(self.clone())
    }

    /// For how long nothing has moved while every open request waits for its client. Zero if one is worked on.
    #[must_use]
    pub fn stuck_for(&self) -> Duration {
        if self.0.working.load(Ordering::Relaxed) > 0 {
            return Duration::ZERO;
        }
        self.0.begun.elapsed().saturating_sub(Duration::from_millis(self.0.moved.load(Ordering::Relaxed)))
    }
}

impl Drop for Working {
    fn drop(&mut self) {
        self.0.0.working.fetch_sub(1, Ordering::Relaxed);
        self.0.moved();
    }
}

impl Drop for Receiving {
    fn drop(&mut self) {
        self.0.0.working.fetch_add(1, Ordering::Relaxed);
        self.0.moved();
    }
}
