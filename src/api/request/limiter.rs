//! How much a minute is taken of one key, or of one address.

use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::api::response::problem::Problem;

/// How many requests, or bytes of them, a minute are taken, of one key or one address.
pub struct Limiter<K: std::hash::Hash + Eq + Clone>(Option<(DefaultKeyedRateLimiter<K>, NonZeroU32)>);

impl<K: std::hash::Hash + Eq + Clone> Limiter<K> {
    /// At most so many a minute, all of them at once if need be; 0 is unlimited.
    #[must_use]
    pub fn per_minute(limit: u32) -> Self {
        Limiter(NonZeroU32::new(limit).map(|limit| (RateLimiter::keyed(Quota::per_minute(limit)), limit)))
    }

    /// Takes one request of `key`.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn take(&self, key: &K) -> Result<(), Problem> {
        self.take_many(key, 1)
    }

    /// Takes so many of `key` at once, all or none; more than a minute allows count as that.
    ///
    /// # Errors
    /// 429 with the seconds to wait.
    pub fn take_many(&self, key: &K, count: usize) -> Result<(), Problem> {
        let Some((limiter, limit)) = &self.0 else { return Ok(()) };
        let Some(count) = NonZeroU32::new(u32::try_from(count).unwrap_or(u32::MAX)) else { return Ok(()) };
        let Ok(taken) = limiter.check_key_n(key, count.min(*limit)) else { return Ok(()) };
        taken.map_err(|until| {
            let wait = until.wait_time_from(DefaultClock::default().now());
            Problem::rate_limited(wait.saturating_add(Duration::from_millis(999)).as_secs().max(1))
        })
    }

    /// Forgets who has not been seen for a while, so that memory does not grow with every address.
    pub fn forget_idle(&self) {
        if let Some((limiter, _)) = &self.0 {
            limiter.retain_recent();
        }
    }
}
