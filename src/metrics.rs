//! Metrics for operators, and their text in the OpenMetrics format.

use std::fmt;
use std::sync::atomic::AtomicU64;

use prometheus_client::encoding::text::encode;
use prometheus_client::encoding::{EncodeLabelSet, EncodeLabelValue, LabelValueEncoder};
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::{Histogram, exponential_buckets};
use prometheus_client::registry::{Registry, Unit};

/// The media type of the OpenMetrics text format.
pub const CONTENT_TYPE: &str = "application/openmetrics-text; version=1.0.0; charset=utf-8";

/// The labels by which requests are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Request {
    /// The HTTP method; `other` if the service offers no such method.
    pub method: Label,
    /// The HTTP status.
    pub status: u16,
}

/// The label by which refusals are counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalCount {
    /// The problem's code.
    pub code: Label,
}

/// A label value from a list that is fixed at build time, so that clients cannot create new series.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Label(pub &'static str);

impl EncodeLabelValue for Label {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        self.0.encode(encoder)
    }
}

/// A gauge that is not limited to whole numbers.
pub type Float = Gauge<f64, AtomicU64>;

/// All metrics. Counting is cheap: it takes a lock only when a new series begins.
pub struct Metrics {
    registry: Registry,
    /// Requests answered, by method and status.
    pub requests: Family<Request, Counter>,
    /// The time until a response begins, in seconds.
    pub request_seconds: Histogram,
    /// Requests refused, by code.
    pub refusals: Family<RefusalCount, Counter>,
    /// The duration of a transaction of the writer, in seconds.
    pub commit_seconds: Histogram,
    /// Transactions that the database aborted and that were repeated.
    pub transactions_repeated: Counter,
    /// Commits whose outcome was not known in time.
    pub outcomes_unknown: Counter,
    /// The last entry of the log that responses include.
    pub sequence: Gauge,
    /// Cities that are recorded and not withdrawn.
    pub cities: Gauge,
    /// 1 while the database answers the writer.
    pub database_up: Gauge,
    /// 1 while the writer waits for the database.
    pub database_stalled: Gauge,
    /// 1 while the database's log does not continue the log that this node has seen.
    pub log_diverged: Gauge,
    /// 1 while the writer's thread runs.
    pub writer_up: Gauge,
    /// The resident memory of the process, in bytes; 0 if the system does not report it.
    pub resident_memory: Gauge,
    /// When the last entry was recorded, in seconds since 1970.
    pub last_entry_time: Float,
}

impl Default for Metrics {
    fn default() -> Self {
        // From a quarter of a millisecond to about eight seconds.
        let seconds = || Histogram::new(exponential_buckets(0.000_25, 2.0, 16));
        let mut metrics = Metrics {
            registry: Registry::with_prefix("pledgewatch"),
            requests: Family::default(),
            request_seconds: seconds(),
            refusals: Family::default(),
            commit_seconds: seconds(),
            transactions_repeated: Counter::default(),
            outcomes_unknown: Counter::default(),
            sequence: Gauge::default(),
            cities: Gauge::default(),
            database_up: Gauge::default(),
            database_stalled: Gauge::default(),
            log_diverged: Gauge::default(),
            writer_up: Gauge::default(),
            resident_memory: Gauge::default(),
            last_entry_time: Gauge::default(),
        };
        metrics.register_all();
        metrics
    }
}

impl Metrics {
    fn register_all(&mut self) {
        let registry = &mut self.registry;
        registry.register("http_requests", "Requests answered, by method and status", self.requests.clone());
        let until = "Time until a response begins";
        registry.register_with_unit("http_request_duration", until, Unit::Seconds, self.request_seconds.clone());
        registry.register("refusals", "Requests refused, by the code of the problem", self.refusals.clone());
        let duration = "Duration of a transaction of the writer";
        registry.register_with_unit("commit_duration", duration, Unit::Seconds, self.commit_seconds.clone());
        let repeated = "Transactions that the database aborted and that were repeated";
        registry.register("transactions_repeated", repeated, self.transactions_repeated.clone());
        let unknown = "Commits whose outcome was not known in time";
        registry.register("outcomes_unknown", unknown, self.outcomes_unknown.clone());
        registry.register("sequence", "Last entry of the change log that responses include", self.sequence.clone());
        registry.register("cities", "Cities that are recorded and not withdrawn", self.cities.clone());
        registry.register("database_up", "Whether the database answers the writer", self.database_up.clone());
        registry.register(
            "database_stalled",
            "Whether the writer waits for the database",
            self.database_stalled.clone(),
        );
        let diverged =
            "Whether the log of the database does not continue the log seen before, so that writes are stopped";
        registry.register("log_diverged", diverged, self.log_diverged.clone());
        registry.register("writer_up", "Whether the writer runs", self.writer_up.clone());
        let memory = "Resident memory of the process";
        registry.register_with_unit("resident_memory", memory, Unit::Bytes, self.resident_memory.clone());
        let last = "When the last entry was recorded, since 1970";
        registry.register_with_unit("last_entry_time", last, Unit::Seconds, self.last_entry_time.clone());
    }

    /// The text in the OpenMetrics format.
    ///
    /// # Errors
    /// None in practice: it writes to memory.
    pub fn text(&self) -> Result<String, fmt::Error> {
        let mut text = String::new();
        encode(&mut text, &self.registry)?;
        Ok(text)
    }
}

impl fmt::Debug for Metrics {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Metrics")
    }
}

/// The resident memory of this process, in bytes; `None` if the system does not report it.
#[must_use]
pub fn resident_memory() -> Option<i64> {
    // The second number of `statm` is the count of resident pages, which are 4 KiB by default on every Linux target of
    // Rust.
    let pages: i64 = std::fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
