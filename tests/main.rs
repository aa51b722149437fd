//! The one test binary: the domain by its properties, the service through the outside.

mod method;
mod reading;
mod recompute;
mod smoke;
mod status;
mod support;
