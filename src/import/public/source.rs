//! Where the rows of a public file come from, and where they go.

use std::fmt;
use std::io::Read;

use super::finding::{Provenance, Row};
use crate::import::failure::FileError;

/// A file to be read: what is known of it, and its bytes.
pub struct SourceFile<'a> {
    /// What is known of it before its first row.
    pub provenance: Provenance,
    /// Its bytes, read once from the beginning to the end.
    pub reader: Box<dyn Read + 'a>,
}

impl fmt::Debug for SourceFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("provenance", &self.provenance).finish_non_exhaustive()
    }
}

/// What ends a reading from within: a broken file, or a sink that wants no more.
#[derive(Debug)]
pub(in crate::import) enum Stop {
    /// The sink wants no more; it has kept why.
    Sink,
    /// A file cannot be read to its end.
    File(FileError),
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Stop::File(error)
    }
}

/// Where rows go, and what is to be told of whole files.
pub(in crate::import) struct Sink<'a> {
    pub rows: &'a mut dyn FnMut(Row) -> Result<(), Stop>,
    pub notices: Vec<String>,
}

impl Sink<'_> {
    /// Hands on a row.
    pub fn row(&mut self, row: Row) -> Result<(), Stop> {
        (self.rows)(row)
    }

    /// Keeps what whoever imports a file should know of it, if there is anything.
    pub fn notice(&mut self, message: Option<String>) {
        self.notices.extend(message);
    }
}
