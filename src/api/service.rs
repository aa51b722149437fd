//! What every handler works with.

use std::net::IpAddr;
use std::time::Duration;

use super::request::activity::Activity;
use super::request::allowance::Allowance;
use super::request::import_slots::ImportSlots;
use super::request::limiter::Limiter;
use super::response::answer_cache::AnswerCache;
use super::response::columns::Columns;
use crate::registry::Registry;

/// What every handler works with.
pub struct Service {
    /// What is recorded.
    pub registry: Registry,
    /// The rate of writes of one key, by its id.
    pub writes: Limiter<String>,
    /// The rate of the bytes of the bodies of one key, by its id.
    pub write_bytes: Limiter<String>,
    /// The rate of reads of one client address.
    pub reads: Limiter<IpAddr>,
    /// How many files are imported at once.
    pub imports: ImportSlots,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whom to ask for a key; shown where one is needed.
    pub contact: Option<String>,
    /// The address at which the service is reached, without a slash at its end: for what is read away from it.
    pub public_url: String,
    /// How long a stream of changes is silent at most.
    pub heartbeat: Duration,
    /// The columns of each list as CSV.
    pub columns: Columns,
    /// The bytes in flight: bodies that are read, answers that are kept or sent.
    pub bytes: Allowance,
    /// The streams of changes.
    pub streams: Allowance,
    /// The forms in which no key was seen yet.
    pub unkeyed_forms: Allowance,
    /// Answers that cost much to make.
    pub answers: AnswerCache,
    /// The requests that are worked on. A stop waits for them.
    pub activity: Activity,
}
