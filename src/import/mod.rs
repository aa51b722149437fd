//! Files of figures: what others publish, turned into records and nothing more.

mod c40;
mod cdp;
mod country;
mod covenant;
mod csv_file;
pub mod failure;
mod figure;
pub mod finding;
pub mod format;
mod header;
mod klimatkollen;
mod period;
mod records;
mod uk;

pub use failure::{FileError, ReadError};
pub use finding::{Finding, Found, LeftOut, Place, Provenance, Row};
pub use format::{Format, SourceFile};
