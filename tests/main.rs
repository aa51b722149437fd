//! The one test binary: the domain by its properties, the service through the outside.
#![allow(clippy::pedantic, reason = "tests compare floats, cast and repeat where that reads best")]

mod api;
mod cli;
mod faults;
mod import;
mod layout;
mod method;
mod nothing_forgotten;
mod smoke;
mod store;
mod support;
mod web;
