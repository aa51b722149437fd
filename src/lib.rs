//! pledgewatch records the climate pledges of cities, judges whether they are kept, and publishes the answer.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![warn(clippy::pedantic)]

pub mod record;
