//! What a row of a file came to: records of a city, or why it was left out, and where it stands.

use std::fmt;
use std::path::Path;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::record::any_record::AnyRecord;
use crate::record::limits::NAME_CHARACTERS;
use crate::record::{City, CityRecord};

use super::text::cleaned;

/// Where something stands in a file, as whoever opens it would look for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Place {
    /// The file's name without its folder.
    pub file: Arc<str>,
    /// The sheet, of a workbook.
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

/// A row of a file, and what it came to.
#[derive(Debug, Clone)]
pub struct Row {
    /// Where it stands.
    pub place: Place,
    /// What it is about in the file's own words, such as `Los Angeles 2016`.
    pub subject: String,
    /// What it came to.
    pub outcome: Result<RowRecords, LeftOut>,
}

/// Records read from a row.
#[derive(Debug, Clone)]
pub struct RowRecords {
    /// The city: found by its identifiers or UN/LOCODE, recorded as here when nobody has them.
    pub city: Arc<City>,
    /// The records, each after those that it names.
    pub records: Vec<FoundRecord>,
    /// What a reader of the import's report should know: `kilotonnes understood`, `recorded, not judged`.
    pub remarks: Vec<String>,
}

/// A record read from a row.
#[derive(Debug, Clone)]
pub struct FoundRecord {
    /// Which of the city: a baseline, a target or a report.
    pub key: CityRecord,
    /// What it says.
    pub record: AnyRecord,
}

/// Why a row says nothing that can be recorded.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LeftOut {
    /// The reason as a word, to count by: `no_total`, `period_not_a_year`.
    pub code: &'static str,
    /// The same as a sentence.
    pub detail: String,
}

/// What is known of a file before its first row is read.
#[derive(Debug, Clone)]
pub struct Provenance {
    /// The file's name without its folder.
    pub file: Arc<str>,
    /// The day the file was published, when whoever imports it says so.
    pub published: Option<NaiveDate>,
    /// The day of the import: years that end after it are refused.
    pub today: NaiveDate,
    /// Whether it may lack columns that files of its layout have.
    pub may_lack_columns: bool,
}

/// What a row is remarked on that ends with its file, without a line end.
pub const UNFINISHED: &str = "the file ends within this row, without a line end: is its last figure whole?";

/// What is told of a file that ends in `row` without a line end.
#[must_use]
pub fn breaks_off(file: &str, row: u64) -> String {
    format!("{file} ends within row {row}, without a line end: is it whole?")
}

/// The name of a file as it may stand in public texts: on one line, without what is not seen.
#[must_use]
pub fn file_name(path: &Path) -> Arc<str> {
    let name = path.file_name().unwrap_or(path.as_os_str()).to_string_lossy();
    cleaned(&name, NAME_CHARACTERS).unwrap_or_else(|| "a file without a name".to_owned()).into()
}
