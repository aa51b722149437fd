//! The limits of the database, and of backups.

use std::time::Duration;

use crate::record::limits::BODY_BYTES;

/// How long a request with an `Idempotency-Key` is known when it is sent again, in days.
pub const IDEMPOTENCY_DAYS: u64 = 7;
/// How long a SQLite statement waits for another process's lock.
pub const BUSY_WAIT: Duration = Duration::from_secs(5);
/// How long between two tries to open a SQLite file that another process is just making.
pub const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// How long a PostgreSQL statement may run.
pub const STATEMENT_WAIT: Duration = Duration::from_secs(10);
/// How long PostgreSQL lets a transaction of ours be without a statement: a node that is frozen or cut off within one
/// holds up all others.
pub const IDLE_TRANSACTION_WAIT: Duration = Duration::from_secs(5);
/// How long a PostgreSQL statement waits for a lock: longer than a frozen node may hold it.
pub const LOCK_WAIT: Duration = Duration::from_secs(7);
/// After how long without a word PostgreSQL asks whether a client is still there, and the client whether PostgreSQL is.
pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);
/// How long between two such questions.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
/// How many of them may stay without an answer.
pub const KEEPALIVE_COUNT: u32 = 3;
/// How long `serve` waits at its start for a PostgreSQL that cannot be reached unless stated, in seconds.
pub const DATABASE_WAIT_SECONDS: u64 = 60;
/// How long between two tries to reach it; each is told.
pub const DATABASE_PAUSE: Duration = Duration::from_secs(3);
/// How long PostgreSQL may take to accept a connection.
pub const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// Longest line of a backup, or of a mirror of the log, in bytes: an entry has at most two bodies, as JSON within JSON.
pub const BACKUP_LINE_BYTES: u64 = 16 * BODY_BYTES as u64;
