//! Errors that stop the reading of a whole file. An error in one row never does.

use std::sync::Arc;

use super::table::cell::RefusedFile;

/// Why a file cannot be read to its end.
#[derive(Debug, thiserror::Error)]
pub enum FileError {
    /// It is not a readable table, or not readable beyond some row.
    #[error("{file}: {refused}")]
    RefusedFile {
        /// The file's name.
        file: Arc<str>,
        /// Why it is refused.
        refused: RefusedFile,
    },
    /// More than one of its sheets could hold the figures.
    #[error("{file} has more than one sheet with this layout: {}; keep only one of them", quoted(.sheets))]
    SeveralSheets {
        /// The file's name.
        file: Arc<str>,
        /// The names of the sheets.
        sheets: Vec<String>,
    },
    /// There is no header row.
    #[error("{file} is empty")]
    Empty {
        /// The file's name.
        file: Arc<str>,
    },
    /// A necessary column is missing.
    #[error("{file} has no column for {meaning}{}", nearest(.headers))]
    NoColumn {
        /// The file's name.
        file: Arc<str>,
        /// What the column would hold.
        meaning: &'static str,
        /// The most similar headers as written; empty if none is similar.
        headers: Vec<String>,
    },
    /// Columns are missing that every file of the layout has. Most likely they have other headers.
    #[error("{file} has no column for {}, as files of its layout have{}", .missing.join(", nor for "), not_read(.unread))]
    ColumnsMissing {
        /// The file's name.
        file: Arc<str>,
        /// What the columns would hold.
        missing: Vec<&'static str>,
        /// Headers that are not read, first those that could hold emissions.
        unread: Vec<String>,
    },
    /// Two headers could be the same column.
    #[error("{file} has more than one column for {meaning}: {}", quoted(.headers))]
    TwoColumns {
        /// The file's name.
        file: Arc<str>,
        /// What the column would hold.
        meaning: &'static str,
        /// The headers as written.
        headers: Vec<String>,
    },
    /// A column has a unit that is not accepted, or an unclear unit.
    #[error("{file}: the column \"{header}\" {message}")]
    Unit {
        /// The file's name.
        file: Arc<str>,
        /// The header as written.
        header: String,
        /// What is wrong with the unit.
        message: String,
    },
    /// The headers match none of the files of the format.
    #[error("{file} is not one of the files of this format, which are: {known}; its headers begin with {}", quoted(.headers))]
    NotOfFormat {
        /// The file's name.
        file: Arc<str>,
        /// The files of the format.
        known: &'static str,
        /// The first headers as written.
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

/// Why reading ended early.
#[derive(Debug, thiserror::Error)]
pub enum ReadError<E> {
    /// A file cannot be read to its end. The rows before were passed on.
    #[error(transparent)]
    File(#[from] FileError),
    /// The sink refused a row.
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
