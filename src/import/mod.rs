//! Files of figures: what others publish, turned into records and nothing more.

pub mod blank;
pub mod cell;
pub mod columns;
pub mod csv_table;
pub mod day;
pub mod draft;
pub mod finding;
pub mod json_reports;
mod layout;
pub mod number;
mod package;
pub mod stream;
pub mod table;
pub mod template;
pub mod workbook;

pub use finding::{Finding, Found, LeftOut, Place, Provenance, Row};
