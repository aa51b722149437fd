//! The result of a row: records of a city, or why it was left out, and its place in the file.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::record::any_record::AnyRecord;
use crate::record::limits::NAME_CHARACTERS;
use crate::record::{City, CityRecord};

use super::text::cleaned;

/// A place in a file, as a person would look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name without its directory.
    pub file: Arc<str>,
    /// The sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it: the first line of the file is row 1.
    pub row: u64,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.file)?;
        if let Some(sheet) = &self.sheet {
            write!(f, ", sheet {sheet}")?;
        }
        write!(f, ", row {}", self.row)
    }
}

/// A row of a file, and its result.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where the row is.
    pub place: Place,
    /// What the row is about in the words of the file, such as `Los Angeles 2016`.
    pub subject: String,
    /// The records, or why the row was left out.
    pub outcome: Result<RowRecords, LeftOut>,
}

/// Records read from a row.
#[derive(Debug, Clone)]
pub struct RowRecords {
    /// The city. It is found by its identifiers or UN/LOCODE, and created from this record if there is none.
    pub city: Arc<City>,
    /// The records; each comes after those that it refers to.
    pub records: Vec<FoundRecord>,
    /// Remarks for the report of the import: `kilotonnes understood`, `recorded, not judged`.
    pub remarks: Vec<String>,
}

/// A record read from a row.
#[derive(Debug, Clone)]
pub struct FoundRecord {
    /// The key of the record: a baseline, a target or a report.
    pub key: CityRecord,
    /// The content of the record.
    pub record: AnyRecord,
}

/// Why nothing could be recorded from a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason as a code, for counting: `no_total`, `period_not_a_year`.
    pub code: &'static str,
    /// The reason as a sentence.
    pub detail: String,
}

/// What is known about a file before its first row is read.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// The file's name without its directory.
    pub file: Arc<str>,
    /// The day the file was published, if the user states it.
    pub published: Option<NaiveDate>,
    /// The day of the import. Years that end after it are refused.
    pub today: NaiveDate,
    /// True if columns of its layout may be missing.
    pub may_lack_columns: bool,
}

/// The remark on a last row without a line end.
pub const UNFINISHED: &str = "the file ends within this row, without a line end: is its last figure whole?";

/// The notice about a file that ends within `row`, without a line end.
#[must_use]
pub fn unfinished_notice(file: &str, row: u64) -> String {
    format!("{file} ends within row {row}, without a line end: is it whole?")
}

/// The name of a file for use in public texts: on one line, without invisible characters.
#[must_use]
pub fn file_name(path: &Path) -> Arc<str> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    cleaned(&name, NAME_CHARACTERS).unwrap_or_else(|| "a file without a name".to_owned()).into()
}
