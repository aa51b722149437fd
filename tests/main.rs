//! The one test binary: the domain by its properties, the service through the outside.

mod command_line;
mod durability;
mod layout;
mod nodes;
#[cfg(target_os = "linux")]
mod outage;
mod smoke;
mod support;
