//! Documents about many cities: comparisons, rankings, the progress of networks, and summaries.

pub mod comparison;
pub mod progress;
pub mod ranking;
pub mod row;
pub mod summary;
pub mod tally;
