//! Documents about many cities: rankings, the progress of networks, and summaries.

pub mod progress;
pub mod ranking;
pub mod row;
pub mod summary;
pub mod tally;
