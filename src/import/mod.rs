//! Files of figures: what others publish, turned into records and nothing more.

pub mod blank;
mod c40;
mod cdp;
pub mod cell;
pub mod columns;
mod country;
mod covenant;
mod csv_file;
pub mod csv_table;
pub mod day;
pub mod draft;
mod duplicates;
pub mod failure;
mod figure;
mod filled;
pub mod finding;
pub mod format;
mod header;
pub mod json_reports;
mod klimatkollen;
mod layout;
mod looks;
pub mod number;
mod package;
mod period;
mod records;
mod shown;
pub mod stream;
pub mod table;
pub mod template;
mod uk;
pub mod unit;
pub mod workbook;

pub use failure::{FileError, ReadError};
pub use finding::{Finding, Found, LeftOut, Place, Provenance, Row};
pub use format::{Format, SourceFile};
