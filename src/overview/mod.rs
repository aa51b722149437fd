//! What is shown of many cities together: rankings, the progress of networks, and the world in numbers.

pub mod progress;
pub mod ranking;
pub mod row;
pub mod summary;
pub mod tally;
