//! Files that others publish, each read by its own module.

mod c40;
mod cdp;
mod country;
mod covenant;
mod duplicates;
mod file;
pub mod finding;
pub mod format;
mod header;
mod klimatkollen;
mod period;
mod records;
pub mod source;
mod text;
mod uk;
