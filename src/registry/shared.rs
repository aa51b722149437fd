//! The state that the writer and the readers share.

use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use arc_swap::{ArcSwap, ArcSwapOption};

use super::clock::{self, Clock};
use super::feed::News;
use super::fork::Fork;
use super::halt::Halted;
use super::head_signer::Heads;
use super::heartbeat::Heartbeat;
use super::refusal::Refusal;
use super::snapshot::Snapshot;
use crate::metrics::Metrics;

/// The state that the writer and the readers share.
pub(super) struct Shared {
    pub(super) snapshot: ArcSwap<Snapshot>,
    pub(super) news: Arc<News>,
    pub(super) database: ArcSwap<Option<String>>,
    pub(super) halted: Halted,
    pub(super) is_writer_running: AtomicBool,
    pub(super) heartbeat: Heartbeat,
    pub(super) metrics: Metrics,
    pub(super) clock: Clock,
    pub(super) fork: ArcSwapOption<Fork>,
    pub(super) heads: Heads,
    /// Where to save writes that only this node holds.
    pub(super) state_dir: PathBuf,
}

/// The warning for a log that ends with a time in the future.
pub(super) const LOG_AHEAD: &str = "the last entry of the change log is stamped with a time in the future: a clock was \
    wrong. The next entry gets the present time, and entries with later times count as recorded by then";

impl Shared {
    /// True if the last entry of the log is further ahead than clocks may differ.
    pub(super) fn is_ahead(&self) -> bool {
        self.present().recorded_at - self.clock.now() > clock::max_jump()
    }

    /// Refuses a write while an operator has to act.
    pub(super) fn check_may_write(&self) -> Result<(), Refusal> {
        self.halted.check()?;
        self.check_no_fork()
    }

    pub(super) fn present(&self) -> Arc<Snapshot> {
        self.snapshot.load_full()
    }

    pub(super) fn publish(&self, snapshot: Arc<Snapshot>) {
        let (head, redacted) = (snapshot.head.number, snapshot.redacted);
        let before = self.present().redacted;
        self.store(snapshot);
        self.news.advance(head);
        if before != redacted {
            self.news.forget();
        }
    }

    /// Publishes a snapshot that does not follow from the one before.
    pub(super) fn publish_reloaded(&self, snapshot: Arc<Snapshot>) {
        let head = snapshot.head.number;
        self.store(snapshot);
        self.news.restart(head);
    }

    fn store(&self, snapshot: Arc<Snapshot>) {
        let edition = Arc::clone(&snapshot.edition);
        let before = self.snapshot.swap(snapshot);
        edition.begin(self.clock.now(), Some(&before.edition));
    }

    /// True if the database responds, as far as the writer knows.
    pub(super) fn is_database_available(&self) -> bool {
        self.is_database_up() && !self.heartbeat.is_stalled()
    }

    pub(super) fn is_database_up(&self) -> bool {
        self.database.load().is_none()
    }

    pub(super) fn set_database(&self, down: Option<String>) {
        if **self.database.load() != down {
            if down.is_none() {
                log::info!("the database is back");
            }
            self.database.store(Arc::new(down));
        }
    }
}
