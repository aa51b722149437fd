//! The one test binary: the domain by its properties, the service through the outside.

mod command_line;
mod durability;
mod layout;
mod nodes;
mod outage;
mod smoke;
mod support;
