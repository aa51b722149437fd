//! Files of figures: what others publish, turned into records and nothing more.

pub mod cell;
pub mod columns;
pub mod csv_table;
pub mod day;
pub mod draft;
pub mod finding;
pub mod layout;
pub mod number;
pub mod stream;
pub mod table;
pub mod template;

pub use finding::{Finding, Found, LeftOut, Place, Provenance, Row};
