//! The limits of connections, and of what a server bears unless configured otherwise.

use std::time::Duration;

/// Writes a minute of one key unless configured otherwise.
pub const WRITES_PER_MINUTE: u32 = 600;
/// Bytes of bodies a minute of one key unless configured otherwise: some 300 records of the largest size, or four of the
/// largest files of figures.
pub const WRITE_BYTES_PER_MINUTE: u32 = 20_000_000;
/// Streams of changes that are open at once before more are refused with 503.
pub const STREAMS: usize = 1_000;
/// A stream is silent for so long at most: then a comment keeps the proxies on its way from closing it.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may take in nothing of what it is sent before its connection is dropped.
pub const CLIENT_WAIT: Duration = Duration::from_secs(60);
/// How long requests under way may take to finish after a stop is asked for, in seconds.
pub const SHUTDOWN_SECONDS: u64 = 20;
/// Reads a minute of one client address unless configured otherwise: a hundred a second, far more than a page or a
/// script that polls asks for, and too few to keep a processor busy.
pub const READS_PER_MINUTE: u32 = 6_000;
/// Connections that are open at once, if as many files may be.
pub const CONNECTIONS: usize = 4_096;
/// Files that are left for all but connections: the database, the log, the operators' listener.
pub const FILES_KEPT: usize = 128;
/// Connections of operators that are open at once.
pub const OPERATORS_CONNECTIONS: usize = 64;
/// Streams of changes of one client address.
pub const STREAMS_PER_ADDRESS: usize = 128;
/// Bytes in flight: bodies that are read, and answers that are kept or sent.
pub const BYTES_IN_FLIGHT: usize = 256 * 1024 * 1024;
/// The system keeps at most about so many bytes of a client's that it could not send yet.
pub const UNSENT_BYTES: u32 = 128 * 1024;
/// Forms that are read at once before a key was seen in them.
pub const UNKEYED_FORMS: usize = 256;
/// The same of one client address.
pub const UNKEYED_FORMS_PER_ADDRESS: usize = 8;
/// How long the head of the first request of a connection may take to arrive.
pub const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long the head of a later request, or what is left of a body that nobody reads, may take to arrive.
pub const NEXT_HEAD_WAIT: Duration = Duration::from_secs(15);
/// How many heads of requests are read of one connection before the first of them is worked on.
pub const HEADS_AHEAD: usize = 4;
/// How many bytes are read of one connection while a request of it is worked on that does not ask for them.
pub const BYTES_AHEAD: usize = 16 * 1024;
/// A connection is read in parts of so many bytes.
pub const READ_BYTES: usize = 8 * 1024;
/// How long what a client still sends is taken in before its connection is closed.
pub const LINGER_WAIT: Duration = Duration::from_secs(1);
/// After a stop is asked for, what has not moved for so long is cut off.
pub const STUCK_WAIT: Duration = Duration::from_secs(3);
/// The target of a request is cut after so many bytes in the log.
pub const LOGGED_TARGET_BYTES: usize = 512;
/// Longest id that a request may bring with it, in characters.
pub const REQUEST_ID_CHARACTERS: usize = 64;
