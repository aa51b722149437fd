//! The one test binary: the domain by its properties, the service through the outside.

mod method;
mod pages;
mod reading;
mod recompute;
mod refusals;
mod smoke;
mod specification;
mod status;
mod support;
mod validation;
mod writing;
