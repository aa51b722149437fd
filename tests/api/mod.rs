//! The resources of `/v1`, as a client meets them: what is read, what is written, and what is refused to whom.

pub mod access;
pub mod caching;
pub mod export;
pub mod keys;
pub mod lists;
pub mod log_head;
pub mod opinions;
pub mod progress;
pub mod rankings;
pub mod reading;
pub mod refusals;
pub mod specification;
pub mod status;
pub mod stream;
pub mod validation;
pub mod writing;
