//! What stops the reading of a whole file; what is wrong with one row never does.

use std::sync::Arc;

use super::table::cell::RefusedFile;

/// Why a file cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is no table that can be read, or no further than to some row.
    #[error("{file}: {refused}")]
    RefusedFile {
        /// The file's name.
        file: Arc<str>,
        /// Why not.
        refused: RefusedFile,
    },
    /// Figures could stand in more than one of its sheets.
    #[error("{file} has more than one sheet that is laid out so: {}; leave one of them in it", quoted(.sheets))]
    SeveralSheets {
        /// The file's name.
        file: Arc<str>,
        /// The sheets.
        sheets: Vec<String>,
    },
    /// There is no header row.
    #[error("{file} is empty")]
    Empty {
        /// The file's name.
        file: Arc<str>,
    },
    /// A column without which nothing can be read is not there.
    #[error("{file} has no column for {meaning}{}", nearest(.headers))]
    NoColumn {
        /// The file's name.
        file: Arc<str>,
        /// What was looked for.
        meaning: &'static str,
        /// The headers that come nearest, as they are written; empty when none is near.
        headers: Vec<String>,
    },
    /// Columns are not there that every file of the layout has: they are called otherwise, most likely.
    #[error("{file} has no column for {}, as files of its layout have{}", .missing.join(", nor for "), not_read(.unread))]
    ColumnsMissing {
        /// The file's name.
        file: Arc<str>,
        /// What was looked for.
        missing: Vec<&'static str>,
        /// Headers that nothing is read from, those first that could hold emissions.
        unread: Vec<String>,
    },
    /// Two headers could be the same column.
    #[error("{file} has more than one column for {meaning}: {}", quoted(.headers))]
    TwoColumns {
        /// The file's name.
        file: Arc<str>,
        /// What was looked for.
        meaning: &'static str,
        /// The headers, as they are written.
        headers: Vec<String>,
    },
    /// A column is in a unit that its figures are not taken in, or may be.
    #[error("{file}: the column \"{header}\" {message}")]
    Unit {
        /// The file's name.
        file: Arc<str>,
        /// The header, as it is written.
        header: String,
        /// What is wrong with its unit.
        message: String,
    },
    /// The headers are those of none of the files that the format reads.
    #[error("{file} is none of the files of this format, which are: {known}; its headers begin with {}", quoted(.headers))]
    NotOfFormat {
        /// The file's name.
        file: Arc<str>,
        /// The files that the format reads.
        known: &'static str,
        /// The first headers, as they are written.
        headers: Vec<String>,
    },
    /// A file that the format needs was not given, or was given twice.
    #[error("{} a {what}; {}", files(*.given), if *.given == 0 { "one is needed" } else { "at most one is read" })]
    FileCount {
        /// What the file holds.
        what: &'static str,
        /// How many were given.
        given: usize,
    },
}

/// What ends a reading early.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// A file cannot be read to its end; the rows before were handed on.
    #[error(transparent)]
    File(#[from] FileError),
    /// The sink did not take a row.
    #[error(transparent)]
    Sink(E),
}

fn quoted(headers: &[String]) -> String {
    headers.iter().map(|header| format!("\"{header}\"")).collect::<Vec<_>>().join(", ")
}

fn not_read(headers: &[String]) -> String {
    if headers.is_empty() { String::new() } else { format!("; nothing is read from {}", quoted(headers)) }
}

fn files(given: usize) -> String {
    if given == 0 { "no file is".to_owned() } else { format!("{given} files are each") }
}

fn nearest(headers: &[String]) -> String {
    if headers.is_empty() { String::new() } else { format!("; nearest are {}", quoted(headers)) }
}
