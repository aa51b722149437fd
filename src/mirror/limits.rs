//! The limits of a mirror.

use std::time::Duration;

/// How often a mirror that follows a log asks for new entries, in seconds.
pub const MIRROR_EVERY_SECONDS: u64 = 10;
/// How long a mirror waits for a response.
pub const MIRROR_ANSWER_WAIT: Duration = Duration::from_secs(60);
/// The largest response that a mirror reads, in bytes.
pub const MIRROR_ANSWER_BYTES: u64 = 256 * 1024 * 1024;
/// How long a mirror tolerates a log that ends before its own end, since a node may be behind the others.
pub const MIRROR_PATIENCE: Duration = Duration::from_secs(3);
/// The pause before it asks again in that case.
pub const MIRROR_RETRY: Duration = Duration::from_millis(300);
