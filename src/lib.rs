//! pledgewatch records the climate pledges of cities, judges whether they are kept, and publishes the answer.
#![forbid(unsafe_code)]
#![warn(missing_docs)]
#![warn(clippy::pedantic)]

pub mod api;
pub mod cli;
pub mod demo;
pub mod method;
pub mod record;
pub mod registry;
pub mod server;
pub mod store;
pub mod web;
