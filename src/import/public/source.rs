//! Where the rows of a public file come from, and where they go.

use std::fmt;
use std::io::Read;

use super::finding::{Provenance, Row};
use crate::import::failure::FileError;

/// A file to read: what is known about it, and its content.
pub struct SourceFile<'a> {
    /// What is known before its first row.
    pub provenance: Provenance,
    /// Its bytes, read once from beginning to end.
    pub reader: Box<dyn Read + 'a>,
}

impl fmt::Debug for SourceFile<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SourceFile").field("provenance", &self.provenance).finish_non_exhaustive()
    }
}

/// Why reading ends early: a broken file, or a sink that refuses more rows.
#[derive(Debug)]
pub(in crate::import) enum Stop {
    /// The sink refuses more rows and has stored the reason.
    Sink,
    /// A file cannot be read to its end.
    File(FileError),
}

impl From<FileError> for Stop {
    fn from(error: FileError) -> Self {
        Stop::File(error)
    }
}

/// Receives the rows, and the notices about whole files.
pub(in crate::import) struct Sink<'a> {
    pub rows: &'a mut dyn FnMut(Row) -> Result<(), Stop>,
    pub notices: Vec<String>,
}

impl Sink<'_> {
    /// Passes on a row.
    pub fn row(&mut self, row: Row) -> Result<(), Stop> {
        (self.rows)(row)
    }

    /// Stores a notice for the user, if there is one.
    pub fn notice(&mut self, message: Option<String>) {
        self.notices.extend(message);
    }
}
