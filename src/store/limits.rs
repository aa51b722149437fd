//! The limits of the database and of backups.

use std::time::Duration;

use crate::record::limits::BODY_BYTES;

/// For how many days a request with an `Idempotency-Key` is remembered.
pub const IDEMPOTENCY_DAYS: u64 = 7;
/// How long a SQLite statement waits for a lock of another process.
pub const BUSY_WAIT: Duration = Duration::from_secs(5);
/// The pause between two attempts to open a SQLite file that another process is just creating.
pub const LOCK_PAUSE: Duration = Duration::from_millis(10);
/// How long a PostgreSQL statement may run.
pub const STATEMENT_WAIT: Duration = Duration::from_secs(10);
/// How long a PostgreSQL transaction of ours may be idle. A node that freezes or loses its connection within one blocks
/// all others.
pub const IDLE_TRANSACTION_WAIT: Duration = Duration::from_secs(5);
/// How long a PostgreSQL statement waits for a lock; longer than a frozen node can hold it.
pub const LOCK_WAIT: Duration = Duration::from_secs(7);
/// After how long a silence PostgreSQL probes whether a client is alive, and the client whether PostgreSQL is.
pub const KEEPALIVE_IDLE: Duration = Duration::from_secs(5);
/// The time between two such probes.
pub const KEEPALIVE_INTERVAL: Duration = Duration::from_secs(2);
/// How many probes may stay unanswered.
pub const KEEPALIVE_COUNT: u32 = 3;
/// How long `serve` waits at start-up for a PostgreSQL server that cannot be reached, by default, in seconds.
pub const DATABASE_WAIT_SECONDS: u64 = 60;
/// The pause between two attempts to reach it; each attempt is logged.
pub const DATABASE_PAUSE: Duration = Duration::from_secs(3);
/// How long PostgreSQL may take to accept a connection.
pub const CONNECT_WAIT: Duration = Duration::from_secs(3);
/// The longest line of a backup or of a mirror of the log, in bytes. An entry has at most two bodies, as JSON within
/// JSON.
pub const BACKUP_LINE_BYTES: u64 = 16 * BODY_BYTES as u64;
