//! The limits of a mirror.

use std::time::Duration;

/// How often a mirror that follows looks for what is new, in seconds.
pub const MIRROR_EVERY_SECONDS: u64 = 10;
/// How long a mirror waits for an answer.
pub const MIRROR_ANSWER_WAIT: Duration = Duration::from_secs(60);
/// Largest answer that a mirror reads, in bytes.
pub const MIRROR_ANSWER_BYTES: u64 = 256 * 1024 * 1024;
/// How long a mirror takes a log that ends before its own for a node that is behind the others.
pub const MIRROR_PATIENCE: Duration = Duration::from_secs(3);
/// How long until it asks again then.
pub const MIRROR_RETRY: Duration = Duration::from_millis(300);
