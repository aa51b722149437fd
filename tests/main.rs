//! The one test binary: the domain by its properties, the service through the outside.

mod method;
mod refusals;
mod smoke;
mod support;
mod validation;
mod writing;
