//! The limits of what a node holds in memory, and of how long it waits.

use std::time::Duration;

/// Look-ups a second of keys that are not known in memory, over all clients.
pub const KEY_LOOKUPS_PER_SECOND: u32 = 20;
/// Uses of keys that wait to be written; more are noted with the next use of the key.
pub const KEY_USES_WAITING: usize = 1_024;
/// How long the day of a key's use that could not be written waits for the next try.
pub const KEY_USES_PAUSE: Duration = Duration::from_secs(5);
/// Writes that wait for the writer before more are refused with 503.
pub const WRITE_QUEUE: usize = 1_024;
/// Writes that share one transaction.
pub const WRITE_BATCH: usize = 128;
/// Log entries first read at once for a page; twice as many the next time while they turn out to be small.
pub const LOG_STEP_ROWS: i64 = 8;
/// Log entries read at once for a page at the most.
pub const LOG_STEP_MOST_ROWS: i64 = 64;
/// A page of the log ends once its bodies have this many bytes, however few entries it has.
pub const LOG_PAGE_BYTES: usize = 1024 * 1024;
/// What is read of the log for one answer takes about so many bytes of memory while it is read and rendered.
pub const LOG_READ_BYTES: usize = 8 * LOG_PAGE_BYTES;
/// Connections of the pool that reads the log.
pub const POOL_CONNECTIONS: u32 = 4;
/// The latest changes are kept for those who listen, as they are sent, up to so many bytes.
pub const NEWS_BYTES: usize = 16 * 1024 * 1024;
/// A page of the log for who comes back to a stream ends once its bodies have this many bytes: it is kept until it is
/// taken in, which a thousand slow clients may take their time for.
pub const STREAM_PAGE_BYTES: usize = 128 * 1024;
/// How long who comes back to a stream waits for their turn to read the log.
pub const STREAM_TURN_WAIT: Duration = Duration::from_secs(30);
/// How long the feed of a stream waits before it asks the log again for what it could not read.
pub const NEWS_PAUSE: Duration = Duration::from_secs(1);
/// How long until a node tries again to save what only it holds, or to load a log that was accepted.
pub const FORK_PAUSE: Duration = Duration::from_secs(5);
/// The newest entries of the log are kept as they are, up to so many bytes, to be saved if the database loses them.
pub const RECENT_BYTES: usize = 4 * 1024 * 1024;
/// Of the entries before them the hash of every so many is kept, to find what a database still has of them.
pub const RECENT_MARKS: i64 = 64;
/// How long a signed head is served before it is signed anew.
pub const HEAD_SIGNED_FOR: Duration = Duration::from_secs(60);
/// How often a node looks whether another has written.
pub const FOLLOW_EVERY: Duration = Duration::from_millis(250);
/// How long a reader of the log waits for a connection.
pub const POOL_WAIT: Duration = Duration::from_secs(3);
/// How long a write waits for its answer before 503.
pub const WRITE_WAIT: Duration = Duration::from_secs(15);
/// How long the database may let the writer wait for an answer before new writes are refused at once.
pub const STALLED_AFTER: Duration = Duration::from_secs(2);
/// Times that a transaction which the database has broken off is begun.
pub const TRANSACTION_TRIES: u32 = 3;
/// How long the writer tries to find out whether a commit that was not answered was done.
pub const RESOLVE_WAIT: Duration = Duration::from_secs(5);
/// How long between two tries of that.
pub const RESOLVE_PAUSE: Duration = Duration::from_millis(100);
