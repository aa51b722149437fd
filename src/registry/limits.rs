//! The limits of what a node holds in memory, and of how long it waits.

use std::time::Duration;

/// Lookups per second of keys that are not in memory, over all clients.
pub const KEY_LOOKUPS_PER_SECOND: u32 = 20;
/// Uses of keys that may wait to be written. Beyond that, the next use of the key is recorded instead.
pub const KEY_USES_WAITING: usize = 1_024;
/// How long a failed write of a key's use waits for the next attempt.
pub const KEY_USES_PAUSE: Duration = Duration::from_secs(5);
/// Writes that may wait for the writer; more are refused with 503.
pub const WRITE_QUEUE: usize = 1_024;
/// The most writes that share one transaction.
pub const WRITE_BATCH: usize = 128;
/// Log entries that the first step of a page reads. Each further step reads twice as many while they are small.
pub const LOG_STEP_ROWS: i64 = 8;
/// The most log entries that one step reads.
pub const LOG_STEP_MAX_ROWS: i64 = 64;
/// The size of bodies, in bytes, at which a page of the log ends, however few entries it has.
pub const LOG_PAGE_BYTES: usize = 1024 * 1024;
/// The memory, in bytes, that one response from the log takes while it is read and rendered, roughly.
pub const LOG_READ_BYTES: usize = 8 * LOG_PAGE_BYTES;
/// The connections of the pool that reads the log.
pub const POOL_CONNECTIONS: u32 = 4;
/// The memory for the latest changes, ready to be streamed to listeners, in bytes.
pub const NEWS_BYTES: usize = 16 * 1024 * 1024;
/// The size of bodies, in bytes, at which a page of the log ends for a listener that resumes a stream. A thousand slow
/// clients may hold one page each.
pub const STREAM_PAGE_BYTES: usize = 128 * 1024;
/// How long a listener that resumes a stream waits for its turn to read the log.
pub const STREAM_TURN_WAIT: Duration = Duration::from_secs(30);
/// How long the feed of a stream waits before it reads the log again after a failure.
pub const NEWS_PAUSE: Duration = Duration::from_secs(1);
/// How long a node waits before it tries again to save what only it holds, or to load an accepted log.
pub const FORK_PAUSE: Duration = Duration::from_secs(5);
/// The memory for the newest entries of the log, in bytes. They are saved if the database loses them.
pub const RECENT_BYTES: usize = 4 * 1024 * 1024;
/// Of older entries the hash of every 64th is kept, to find where a database stops agreeing.
pub const RECENT_HASH_INTERVAL: i64 = 64;
/// How long a signed head is served before it is signed again.
pub const HEAD_SIGNED_FOR: Duration = Duration::from_secs(60);
/// How often a node checks whether another one has written.
pub const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How long a reader of the log waits for a connection.
pub const POOL_WAIT: Duration = Duration::from_secs(3);
/// How long a write may take before the response is 503.
pub const WRITE_WAIT: Duration = Duration::from_secs(15);
/// How long the writer may wait for the database before new writes are refused at once.
pub const STALLED_AFTER: Duration = Duration::from_secs(2);
/// How often a transaction is attempted if the database aborts it.
pub const TRANSACTION_TRIES: u32 = 3;
/// How long the writer tries to find out whether an unanswered commit was done.
pub const RESOLVE_WAIT: Duration = Duration::from_secs(5);
/// The pause between two such attempts.
pub const RESOLVE_PAUSE: Duration = Duration::from_millis(100);
