//! Reads files of figures that others publish, and turns them into records.

pub mod failure;
pub mod limits;
pub mod public;
pub mod table;
pub mod template;

pub use failure::{FileError, ReadError};
pub use public::finding::{FoundRecord, LeftOut, Place, Provenance, Row, RowRecords};
pub use public::format::Format;
pub use public::source::SourceFile;
