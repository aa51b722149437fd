//! The time, and what is done when the clock that tells it jumps.
//!
//! An entry that is stamped years ahead, or days before those that it follows, poisons the log: nobody could say afterwards
//! what had been recorded by a day. So the time of the system is held against how long the system has run, and on
//! PostgreSQL against the database's clock. What is far from them is not believed until the service is started again,
//! which is an operator's word.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use chrono::{DateTime, TimeDelta, Utc};

use crate::record::limits::CLOCK_JUMP;
use crate::store::{self, AnyConnection, StoreError};

type ReadTime = Arc<dyn Fn() -> DateTime<Utc> + Send + Sync>;
type Uptime = Arc<dyn Fn() -> Duration + Send + Sync>;

/// Tells the time; given from outside, so that tests own it. Cheap to clone.
#[derive(Clone)]
pub struct Clock {
    read_time: ReadTime,
    /// What it is held against; none for a clock that is not the system's.
    watch: Option<Arc<ClockWatch>>,
}

/// How far the clock was right, and what is wrong with it.
struct ClockWatch {
    uptime: Uptime,
    state: Mutex<State>,
}

struct State {
    /// The last time that was believed, and how long the system had run then.
    good: (DateTime<Utc>, Duration),
    /// Whether the system's clock is far from what is believed, and how.
    jump: Option<ClockJump>,
    /// Whether the database's clock is another one.
    database_differs: bool,
}

/// How a clock has leapt.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum ClockJump {
    Ahead,
    Back,
}

impl Clock {
    /// A clock that is believed whatever it says.
    pub fn unwatched(read_time: impl Fn() -> DateTime<Utc> + Send + Sync + 'static) -> Self {
        Clock { read_time: Arc::new(read_time), watch: None }
    }

    /// A clock that is held against how long the system has run; it is believed now.
    pub fn watched(
        read_time: impl Fn() -> DateTime<Utc> + Send + Sync + 'static,
        uptime: impl Fn() -> Duration + Send + Sync + 'static,
    ) -> Self {
        let good = (read_time(), uptime());
        let state = Mutex::new(State { good, jump: None, database_differs: false });
        Clock { read_time: Arc::new(read_time), watch: Some(Arc::new(ClockWatch { uptime: Arc::new(uptime), state })) }
    }

    /// The clock of the system.
    #[must_use]
    pub fn system() -> Self {
        let begin = Instant::now();
        let suspended = uptime_of_system().is_some();
        Clock::watched(Utc::now, move || {
            // `Instant` stands still while the system sleeps, which is no leap of its clock.
            let slept_through = if suspended { uptime_of_system() } else { None };
            slept_through.unwrap_or_else(|| begin.elapsed())
        })
    }

    /// The time; if the clock has leapt, the time that it would be had it not.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        let reading = (self.read_time)();
        self.watch.as_ref().map_or(reading, |watch| watch.believe(reading))
    }

    /// The time to stamp entries with, after one of the time `last`. Where the database's clock is another one nobody
    /// knows which is right: then the log's time neither leaps ahead nor goes back, as far as the two allow it.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn time_to_enter(
        &self,
        connection: &mut AnyConnection,
        last: DateTime<Utc>,
    ) -> Result<DateTime<Utc>, StoreError> {
        let now = self.now();
        let Some(watch) = &self.watch else { return Ok(now) };
        let Some(of_database) = store::time(connection)? else { return Ok(now) };
        let differs = (of_database - now).abs() > leap();
        watch.note_database(differs, now, of_database);
        Ok(if differs { last.clamp(now.min(of_database), now.max(of_database)) } else { now })
    }

    /// What is wrong with it, if anything is.
    #[must_use]
    pub fn complaint(&self) -> Option<&'static str> {
        let state = self.watch.as_ref()?.state();
        match state.jump {
            Some(ClockJump::Ahead) => {
                return Some(
                    "the system's clock has leapt ahead: entries are stamped with the time that it would be had it not; set \
                     it right, or start the service again if it is right",
                );
            }
            Some(ClockJump::Back) => {
                return Some(
                    "the system's clock was set back: entries are stamped with the time that it would be had it not been; \
                     set it right, or start the service again if it is right",
                );
            }
            None => {}
        }
        state.database_differs.then_some(
            "the clocks of this node and of the database differ by minutes: entries are stamped with the earlier time, but \
             with none before the last entry",
        )
    }
}

impl ClockWatch {
    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn believe(&self, reading: DateTime<Utc>) -> DateTime<Utc> {
        let uptime = (self.uptime)();
        let mut state = self.state();
        let (time, since) = state.good;
        let run = TimeDelta::from_std(uptime.saturating_sub(since)).unwrap_or(TimeDelta::MAX);
        let expected = time.checked_add_signed(run).unwrap_or(time);
        let jump = match reading - expected {
            by if by > leap() => Some(ClockJump::Ahead),
            by if by < -leap() => Some(ClockJump::Back),
            _ => None,
        };
        if jump != state.jump {
            let believed = format!("{expected} is believed until the service is restarted");
            match jump {
                Some(ClockJump::Ahead) => log::error!("the clock has leapt ahead to {reading}; {believed}"),
                Some(ClockJump::Back) => log::error!("the clock was set back to {reading}; {believed}"),
                None => log::warn!("the clock is right again: {reading}"),
            }
            state.jump = jump;
        }
        if jump.is_some() {
            return expected;
        }
        // Set back a little, it is believed; but what it may be set ahead to again is not less than before.
        if reading > expected {
            state.good = (reading, uptime);
        }
        reading
    }

    fn note_database(&self, differs: bool, now: DateTime<Utc>, of_database: DateTime<Utc>) {
        let mut state = self.state();
        if differs && !state.database_differs {
            log::error!("the clock of this node says {now}, that of the database {of_database}: one of them is wrong");
        }
        state.database_differs = differs;
    }
}

/// How far a clock may leap and be believed.
pub(super) fn leap() -> TimeDelta {
    TimeDelta::from_std(CLOCK_JUMP).unwrap_or(TimeDelta::MAX)
}

/// How long the system has run, sleep included.
#[cfg(target_os = "linux")]
fn uptime_of_system() -> Option<Duration> {
    let text = std::fs::read_to_string("/proc/uptime").ok()?;
    Duration::try_from_secs_f64(text.split(' ').next()?.parse().ok()?).ok()
}

/// Not known on other systems: after a sleep the service has to be started again.
#[cfg(not(target_os = "linux"))]
fn uptime_of_system() -> Option<Duration> {
    None
}
