//! The one test binary: the domain by its properties, the service through the outside.
#![allow(clippy::pedantic, reason = "tests compare floats, cast and repeat where that reads best")]

mod access;
mod bringing;
mod caching;
mod calculator;
mod command_line;
mod export;
mod faults;
mod import;
mod importing;
mod judgement;
mod keys;
mod layout;
mod lists;
mod method;
mod nodes;
mod nothing_forgotten;
mod old_database;
mod opinions;
mod pages;
mod progress;
mod rankings;
mod reading;
mod recompute;
mod refusals;
mod rehearsing;
mod sheets;
mod smoke;
mod specification;
mod status;
mod stream;
mod submit;
mod support;
mod validation;
mod views;
mod writing;
