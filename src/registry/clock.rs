//! Reads the time, and handles jumps of the system's clock.
//!
//! An entry stamped years ahead, or days before earlier entries, would spoil the log: nobody could tell later what had
//! been recorded by a day. So the system's time is compared with its uptime, and on PostgreSQL with the database's
//! clock. A time far from them is not trusted until an operator restarts the service.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::record::limits::CLOCK_JUMP;
use crate::store::{self, AnyConnection, StoreError};

type ReadTime = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Reads the time. It is passed in, so that tests control it. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    read_time: ReadTime,
    /// Checks the time; none for a clock that is trusted unchecked.
    watch: Option<Arc<ClockWatch>>,
}

/// Checks the time against the uptime, and remembers what was wrong.
struct ClockWatch {
    uptime: Uptime,
    state: Mutex<State>,
}

struct State {
    /// The last trusted time, and the uptime of the system then.
    trusted: (DateTime<Utc>, Duration),
    /// The jump of the system's clock; none while it is trusted.
    jump: Option<ClockJump>,
    /// True while the database's clock differs.
    database_differs: bool,
}

/// The direction in which a clock jumped.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClockJump {
    Ahead,
    Back,
}

impl Clock {
    /// A clock that is trusted unchecked.
    pub fn unwatched(read_time: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Clock { read_time: Arc::new(read_time), watch: None }
    }

    /// A clock that is checked against the uptime. Its present time is trusted.
    pub fn watched(
        read_time: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        uptime: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        let trusted = (read_time(), uptime());
        let state = Mutex::new(State { trusted, jump: None, database_differs: false });
        Clock { read_time: Arc::new(read_time), watch: Some(Arc::new(ClockWatch { uptime: Arc::new(uptime), state })) }
    }

    /// The system's clock.
    #[must_use]
    pub fn system() -> Self {
        let start = Instant::now();
        let has_uptime = system_uptime().is_some();
        Clock::watched(Utc::now, move || {
            // `Instant` stops while the system sleeps, which must not count as a jump of the clock.
            let uptime = if has_uptime { system_uptime() } else { None };
            uptime.unwrap_or_else(|| start.elapsed())
        })
    }

    /// The time. If the clock jumped, the time expected without the jump.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let reading = (self.read_time)();
        self.watch.as_ref().map_or(reading, |watch| watch.check(reading))
    }

    /// The time to stamp an entry with, after an entry of the time `last`. If the database's clock differs, nobody
    /// knows which is right. Then the time stays as close to `last` as the two clocks allow.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn entry_time(
        &self,
        connection: &mut AnyConnection,
        last: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let now = self.now();
        let Some(watch) = &self.watch else { return Ok(now) };
        let Some(database_time) = store::server_time(connection)? else { return Ok(now) };
        let differs = (database_time - now).abs() > max_jump();
        watch.set_database_differs(differs, now, database_time);
        Ok(if differs { last.clamp(now.min(database_time), now.max(database_time)) } else { now })
    }

    /// What is wrong with the clock; none if nothing is.
    #[must_use]
    pub fn warning(&self) -> Option<&'static str> {
        let state = self.watch.as_ref()?.state();
        match state.jump {
            Some(ClockJump::Ahead) => {
                return Some(
                    "the system's clock jumped ahead: entries are stamped with the time expected without the jump; set the \
                     clock right, or restart the service if it is right",
                );
            }
            Some(ClockJump::Back) => {
                return Some(
                    "the system's clock was set back: entries are stamped with the time expected without the change; set the \
                     clock right, or restart the service if it is right",
                );
            }
            None => {}
        }
        state.database_differs.then_some(
            "the clocks of this node and of the database differ by minutes: entries are stamped with the earlier time, but \
             never with a time before the last entry",
        )
    }
}

impl ClockWatch {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn check(&self, reading: DateTime<Utc>) -> DateTime<Utc> {
        let uptime = (self.uptime)();
        let mut state = self.state();
        let (time, since) = state.trusted;
        let run = TimeDelta::from_std(uptime.saturating_sub(since)).unwrap_or(TimeDelta::MAX);
        let expected = time.checked_add_signed(run).unwrap_or(time);
        let jump = match reading - expected {
            by if by > max_jump() => Some(ClockJump::Ahead),
            by if by < -max_jump() => Some(ClockJump::Back),
            _ => None,
        };
        if jump != state.jump {
            let trusted = format!("{expected} is trusted until the service is restarted");
            match jump {
                Some(ClockJump::Ahead) => log::error!("the clock jumped ahead to {reading}; {trusted}"),
                Some(ClockJump::Back) => log::error!("the clock was set back to {reading}; {trusted}"),
                None => log::warn!("the clock is right again: {reading}"),
            }
            state.jump = jump;
        }
        if jump.is_some() {
            return expected;
        }
        // A clock set back a little is trusted, but the reference stays, so that small steps do not add up.
        if reading > expected {
            state.trusted = (reading, uptime);
        }
        reading
    }

    fn set_database_differs(&self, differs: bool, now: DateTime<Utc>, database_time: DateTime<Utc>) {
        let mut state = self.state();
        if differs && !state.database_differs {
            log::error!("this node's clock says {now}, the database's clock {database_time}: one of them is wrong");
        }
        state.database_differs = differs;
    }
}

/// How far a clock may jump and still be trusted.
pub(super) fn max_jump() -> TimeDelta {
    TimeDelta::from_std(CLOCK_JUMP).unwrap_or(TimeDelta::MAX)
}

/// How long the system has run, including sleep.
#[cfg(target_os = "linux")]
fn system_uptime() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    Duration::try_from_secs_f64(text.split(' ').next()?.parse().ok()?).ok()
}

/// Unknown on other systems, where the service must be restarted after a sleep.
#[cfg(not(target_os = "linux"))]
fn system_uptime() -> Option<Duration> {
    None
}
