//! The limits of connections, and the default limits of the server.

use std::time::Duration;

/// The default limit of writes per minute for one key.
pub const WRITES_PER_MINUTE: u32 = 600;
/// The default limit of body bytes per minute for one key: about 300 records of the largest size, or four of the
/// largest files of figures.
pub const WRITE_BYTES_PER_MINUTE: u32 = 20_000_000;
/// Streams of changes that may be open; more are refused with 503.
pub const STREAMS: usize = 1_000;
/// The longest silence of a stream. After that a comment is sent, so that proxies do not close it.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a client may read nothing before its connection is dropped.
pub const CLIENT_WAIT: Duration = Duration::from_secs(60);
/// How long running requests may take to finish after a stop is requested, in seconds.
pub const SHUTDOWN_SECONDS: u64 = 20;
/// The default limit of reads per minute for one client address: a hundred per second. That is far more than a page or
/// a polling script needs, and too few to keep a processor busy.
pub const READS_PER_MINUTE: u32 = 6_000;
/// The most open connections, if the system allows as many open files.
pub const CONNECTIONS: usize = 4_096;
/// Files reserved for everything but connections: the database, the log, the operators' listener.
pub const FILES_KEPT: usize = 128;
/// The most open connections of operators.
pub const OPERATORS_CONNECTIONS: usize = 64;
/// The most open streams of changes of one client address.
pub const STREAMS_PER_ADDRESS: usize = 128;
/// The most bytes in request bodies being read and in responses being sent or cached.
pub const BYTES_IN_FLIGHT: usize = 256 * 1024 * 1024;
/// How many unsent bytes the system keeps for a client, roughly.
pub const UNSENT_BYTES: u32 = 128 * 1024;
/// Forms that may be read at a time before their keys are checked.
pub const UNKEYED_FORMS: usize = 256;
/// The same for one client address.
pub const UNKEYED_FORMS_PER_ADDRESS: usize = 8;
/// How long the head of the first request on a connection may take to arrive.
pub const HEAD_WAIT: Duration = Duration::from_secs(10);
/// How long the head of a later request, or the unread rest of a body, may take to arrive.
pub const NEXT_HEAD_WAIT: Duration = Duration::from_secs(15);
/// How many request heads are read on one connection before the first request is handled.
pub const HEADS_AHEAD: usize = 4;
/// How many bytes are read on one connection, beyond what its current request asks for.
pub const BYTES_AHEAD: usize = 16 * 1024;
/// The size of one read from a connection, in bytes.
pub const READ_BYTES: usize = 8 * 1024;
/// How long the rest of a refused request is read before its connection is closed.
pub const LINGER_WAIT: Duration = Duration::from_secs(1);
/// After a stop is requested, how long a response may stand still before it is cut off.
pub const STUCK_WAIT: Duration = Duration::from_secs(3);
/// The length at which the target of a request is cut in the log, in bytes.
pub const LOGGED_TARGET_BYTES: usize = 512;
/// The longest id that a request may bring, in characters.
pub const REQUEST_ID_CHARACTERS: usize = 64;
