//! What is under way, and when any of it last moved: what a stop waits for, and what it does not.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::time::{Duration, Instant};

/// Requests that are worked on, and answers that are sent; cheap to clone.
#[derive(Debug, Clone)]
pub struct UnderWay(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    begun: Instant,
    /// When something last moved, in milliseconds after that.
    moved: AtomicU64,
    /// How many requests wait for us, not for their clients.
    working: AtomicUsize,
}

impl Default for UnderWay {
    fn default() -> Self {
        let (moved, working) = (AtomicU64::new(0), AtomicUsize::new(0));
        UnderWay(Arc::new(Inner { begun: Instant::now(), moved, working }))
    }
}

/// A request that waits for us.
#[derive(Debug)]
pub struct Working(UnderWay);

/// A request that waits for its client to send the rest of it.
#[derive(Debug)]
pub struct Receiving(UnderWay);

impl UnderWay {
    /// Something moved: a part of a body came in or went out.
    pub fn moved(&self) {
        let now = u64::try_from(self.0.begun.elapsed().as_millis()).unwrap_or(u64::MAX);
        self.0.moved.fetch_max(now, Ordering::Relaxed);
    }

    /// A request is worked on until this is dropped.
    #[must_use]
    pub fn work(&self) -> Working {
        self.0.working.fetch_add(1, Ordering::Relaxed);
        Working(self.clone())
    }

    /// A request that is worked on waits for its client until this is dropped.
    #[must_use]
    pub fn receive(&self) -> Receiving {
        self.0.working.fetch_sub(1, Ordering::Relaxed);
        Receiving(self.clone())
    }

    /// For how long all that is under way has waited for its clients, and nothing has moved.
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
