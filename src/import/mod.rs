//! Files of figures: what others publish, turned into records and nothing more.

pub mod finding;

pub use finding::{Finding, Found, LeftOut, Place, Provenance, Row};
