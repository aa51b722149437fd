//! What became of a file of reports, row by row.

use std::sync::Arc;

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::differences::{FigureChange, LineChanges, MemberChange};
use crate::api::limits::IMPORT_ERRORS;
use crate::import::table::cell::CellFault;
use crate::record::vocabulary::vocabulary;
use crate::record::warning::Warning;
use crate::record::{Fault, Slug, Year};

vocabulary! {
    /// What became of a row or, in a dry run and in a file that is refused, what would have.
    RowOutcome {
        /// Its year had no report, or one that was withdrawn.
        Created = "created",
        /// The report of its year is changed.
        Revised = "revised",
        /// The report of its year says the same already.
        Unchanged = "unchanged",
        /// It cannot be recorded.
        RefusedFile = "refused",
    }
}

/// What became of a file of reports.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct ImportAnswer {
    /// The city whose reports they are.
    pub city: Slug,
    /// Whether this was only asked.
    pub dry_run: bool,
    /// Whether the reports are on disk and readable: all of them, or none.
    pub done: bool,
    /// How many rows have a year that had no report, or one that was withdrawn.
    #[schema(example = 7)]
    pub created: usize,
    /// How many rows change the report of their year.
    #[schema(example = 1)]
    pub revised: usize,
    /// How many rows say what is recorded already.
    #[schema(example = 0)]
    pub unchanged: usize,
    /// How many rows cannot be recorded.
    #[schema(example = 0)]
    pub refused: usize,
    /// Sheets that are neither `Reports` nor `Lines` and were not read.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub ignored_sheets: Vec<Arc<str>>,
    /// The entry of the change log up to which this takes into account what is recorded: `unchanged_since` of a later import.
    #[schema(example = 812)]
    pub sequence: i64,
    /// The rows, in the order of the file.
    pub rows: Vec<RowAnswer>,
}

/// What became of a row.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowAnswer {
    /// The sheet it stands in or, of several files, which of them; absent for one CSV file and for JSON.
    #[schema(example = "Reports")]
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    #[schema(example = 2)]
    pub row: u64,
    /// Its year, where it could be read.
    pub year: Option<Year>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The figures that differ from those recorded before: stated totals or, without one, sums of lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<FigureChange>,
    /// The members of the report that differ from those recorded before, stated totals among them, lines not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub member_changes: Vec<MemberChange>,
    /// How many lines differ from those recorded before; absent when none do.
    pub line_changes: Option<LineChanges>,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub faults: Vec<RowFault>,
    /// What may be a slip, of a row that is not refused; never a refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub warnings: Vec<Warning>,
}

/// Something that is wrong with a row, and where.
#[skip_serializing_none]
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowFault {
    /// The sheet or, of several files, which of them; absent for one CSV file and for JSON.
    #[schema(example = "Reports")]
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    #[schema(example = 5)]
    pub row: u64,
    /// The letters of the column; absent when the fault is the whole row's, and for JSON.
    #[schema(example = "B")]
    pub column: Option<String>,
    /// The header of the column.
    #[schema(example = "total_basic")]
    pub header: Option<String>,
    /// What the cell holds.
    #[schema(example = "1,233")]
    pub text: Option<String>,
    /// The place in the report as a JSON pointer.
    #[schema(example = "/totals/basic")]
    pub pointer: Option<String>,
    /// What kind of fault it is; stable.
    #[schema(example = "ambiguous_number")]
    pub code: String,
    /// What is wrong and what would be right.
    pub detail: String,
}

impl From<&CellFault> for RowFault {
    fn from(fault: &CellFault) -> Self {
        RowFault {
            sheet: fault.sheet.clone(),
            row: fault.row,
            column: fault.column.as_ref().and_then(|column| column.letters.clone()),
            header: fault.column.as_ref().map(|column| column.header.clone()),
            text: fault.text.clone(),
            pointer: fault.pointer.clone(),
            code: fault.code.clone(),
            detail: fault.detail.clone(),
        }
    }
}

impl RowFault {
    /// The fault as those of any input are told, with its place in words.
    pub(super) fn to_fault(&self) -> Fault {
        let sheet = self.sheet.as_ref().map(|sheet| format!("sheet {sheet}, ")).unwrap_or_default();
        let column = self.column.as_ref().map(|column| format!(", column {column}")).unwrap_or_default();
        let header = self.header.as_ref().map(|header| format!(" ({header})")).unwrap_or_default();
        let text = self.text.as_ref().map(|text| format!(" \"{text}\"")).unwrap_or_default();
        Fault {
            pointer: self.pointer.clone().unwrap_or_default(),
            code: self.code.clone(),
            detail: format!("{sheet}row {}{column}{header}{text}: {}", self.row, self.detail),
        }
    }
}

impl ImportAnswer {
    /// What is wrong with the file, as the faults of any input: the first of them.
    #[must_use]
    pub fn errors(&self) -> Vec<Fault> {
        self.rows.iter().flat_map(|row| &row.faults).take(IMPORT_ERRORS).map(RowFault::to_fault).collect()
    }

    /// The years of the rows with a fault of this kind.
    #[must_use]
    pub fn years_with(&self, code: &str) -> Vec<Year> {
        let has = |row: &&RowAnswer| row.faults.iter().any(|fault| fault.code == code);
        self.rows.iter().filter(has).filter_map(|row| row.year).collect()
    }
}
