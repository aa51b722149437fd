//! What is counted for operators, and its text in the OpenMetrics format.

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

/// A request as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct Request {
    /// The HTTP method, one of those that are offered, else `other`.
    pub method: Word,
    /// The HTTP status.
    pub status: u16,
}

/// A refusal as it is counted.
#[derive(Debug, Clone, PartialEq, Eq, Hash, EncodeLabelSet)]
pub struct RefusalCount {
    /// The problem's code.
    pub code: Word,
}

/// A word from a list that is known when the program is built: nobody can make more series than there are words.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Word(pub &'static str);

impl EncodeLabelValue for Word {
    fn encode(&self, encoder: &mut LabelValueEncoder<'_>) -> Result<(), fmt::Error> {
        self.0.encode(encoder)
    }
}

/// A number that may not be whole.
pub type Float = Gauge<f64, AtomicU64>;

/// All that is counted; cheap to count with, for nothing is locked but where a new series begins.
pub struct Metrics {
    registry: Registry,
    /// Requests answered, by method and status.
    pub requests: Family<Request, Counter>,
    /// How long until an answer begins, in seconds.
    pub request_seconds: Histogram,
    /// Requests refused, by code.
    pub refusals: Family<RefusalCount, Counter>,
    /// How long a transaction of the writer takes, in seconds.
    pub commit_seconds: Histogram,
    /// Transactions that the database broke off and that were begun again.
    pub transactions_repeated: Counter,
    /// Commits of which it was not known in time whether they were done.
    pub outcomes_unknown: Counter,
    /// The last entry of the log that answers include.
    pub sequence: Gauge,
    /// Cities that are there.
    pub cities: Gauge,
    /// 1 while the database answers the writer.
    pub database_up: Gauge,
    /// 1 while the database lets the writer wait.
    pub database_stalled: Gauge,
    /// 1 while the log of the database does not continue what this node has seen.
    pub log_diverged: Gauge,
    /// 1 while the writer's thread runs.
    pub writer_up: Gauge,
    /// Memory of the process, in bytes; 0 where the system does not say.
    pub resident_memory: Gauge,
    /// Seconds since 1970 when the last entry was recorded.
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
        metrics.register();
        metrics
    }
}

impl Metrics {
    fn register(&mut self) {
        let to = &mut self.registry;
        to.register("http_requests", "Requests answered, by method and status", self.requests.clone());
        let begun = "Time until an answer begins";
        to.register_with_unit("http_request_duration", begun, Unit::Seconds, self.request_seconds.clone());
        to.register("refusals", "Requests refused, by the code of the problem", self.refusals.clone());
        let took = "Time that a transaction of the writer takes";
        to.register_with_unit("commit_duration", took, Unit::Seconds, self.commit_seconds.clone());
        let repeated = "Transactions that the database broke off and that were begun again";
        to.register("transactions_repeated", repeated, self.transactions_repeated.clone());
        let unknown = "Commits of which it was not known in time whether they were done";
        to.register("outcomes_unknown", unknown, self.outcomes_unknown.clone());
        to.register("sequence", "Last entry of the change log that answers include", self.sequence.clone());
        to.register("cities", "Cities that are recorded and not withdrawn", self.cities.clone());
        to.register("database_up", "Whether the database answers the writer", self.database_up.clone());
        to.register("database_stalled", "Whether the database lets the writer wait", self.database_stalled.clone());
        let diverged = "Whether the log of the database does not continue what was seen, so that writes are stopped";
        to.register("log_diverged", diverged, self.log_diverged.clone());
        to.register("writer_up", "Whether the writer runs", self.writer_up.clone());
        let memory = "Memory of the process that is resident";
        to.register_with_unit("resident_memory", memory, Unit::Bytes, self.resident_memory.clone());
        let last = "When the last entry was recorded, since 1970";
        to.register_with_unit("last_entry_time", last, Unit::Seconds, self.last_entry_time.clone());
    }

    /// The text in the OpenMetrics format.
    ///
    /// # Errors
    /// None that writing to memory does not have.
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

/// The resident memory of this process, in bytes; none where the system does not say.
#[must_use]
pub fn resident_memory() -> Option<i64> {
    // The second number of `statm` counts pages of 4 KiB, on every system that Rust's Linux targets run on by default.
    let pages: i64 = std::fs::read_to_string("/proc/self/statm").ok()?.split_whitespace().nth(1)?.parse().ok()?;
    Some(pages * 4096)
}
