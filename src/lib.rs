//! pledgewatch records the climate pledges of cities, judges whether they are kept, and publishes the answer.

pub mod answers;
pub mod api;
pub mod cli;
pub mod demo;
pub mod import;
pub mod method;
pub mod metrics;
pub mod mirror;
pub mod overview;
pub mod record;
pub mod registry;
pub mod server;
pub mod store;
pub mod web;
