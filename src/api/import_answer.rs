//! What became of a file of reports, row by row.

use std::sync::Arc;

use serde::Serialize;
use utoipa::ToSchema;

use super::differences::{self, FigureChange, LineChanges, MemberChange};
use super::problem::Problem;
use crate::import::cell::CellFault;
use crate::import::template::ImportRow;
use crate::record::dossier::AnyRecord;
use crate::record::limits::IMPORT_ERRORS;
use crate::record::vocabulary::vocabulary;
use crate::record::warning::Warning;
use crate::record::{CityId, Dossier, Fault, Recorded, Slug, Year};
use crate::registry::answers;
use crate::registry::{Effect, Refusal, Snapshot, Together};

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
        Refused = "refused",
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
    #[schema(value_type = Option<Vec<String>>)]
    pub ignored_sheets: Vec<Arc<str>>,
    /// The entry of the change log up to which this takes into account what is recorded: `unchanged_since` of a later import.
    #[schema(example = 812)]
    pub sequence: i64,
    /// The rows, in the order of the file.
    pub rows: Vec<RowAnswer>,
}

/// What became of a row.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowAnswer {
    /// The sheet it stands in or, of several files, which of them; absent for one CSV file and for JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Reports")]
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    #[schema(example = 2)]
    pub row: u64,
    /// Its year, where it could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub year: Option<Year>,
    /// What became of it.
    pub outcome: RowOutcome,
    /// The figures that differ from those recorded before: stated totals or, without one, sums of lines.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<FigureChange>>)]
    pub changes: Vec<FigureChange>,
    /// The members of the report that differ from those recorded before, stated totals among them, lines not.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<MemberChange>>)]
    pub member_changes: Vec<MemberChange>,
    /// How many lines differ from those recorded before; absent when none do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub line_changes: Option<LineChanges>,
    /// Everything that is wrong with it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<RowFault>>)]
    pub faults: Vec<RowFault>,
    /// What may be a slip, of a row that is not refused; never a refusal.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(value_type = Option<Vec<Warning>>)]
    pub warnings: Vec<Warning>,
}

/// Something that is wrong with a row, and where.
#[derive(Debug, Clone, Serialize, ToSchema)]
pub struct RowFault {
    /// The sheet or, of several files, which of them; absent for one CSV file and for JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<String>, example = "Reports")]
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    #[schema(example = 5)]
    pub row: u64,
    /// The letters of the column; absent when the fault is the whole row's, and for JSON.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "B")]
    pub column: Option<String>,
    /// The header of the column.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "total_basic")]
    pub header: Option<String>,
    /// What the cell holds.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "1,233")]
    pub text: Option<String>,
    /// The place in the report as a JSON pointer.
    #[serde(skip_serializing_if = "Option::is_none")]
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
    pub(super) fn told(&self) -> Fault {
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
        self.rows.iter().flat_map(|row| &row.faults).take(IMPORT_ERRORS).map(RowFault::told).collect()
    }

    /// The years of the rows with a fault of this kind.
    #[must_use]
    pub fn years_with(&self, code: &str) -> Vec<Year> {
        let has = |row: &&RowAnswer| row.faults.iter().any(|fault| fault.code == code);
        self.rows.iter().filter(has).filter_map(|row| row.year).collect()
    }

    /// What became of the rows of `read`, given what became of the writes that those without a fault ask for.
    pub(super) fn new(city: CityId, dry_run: bool, read: &[ImportRow], together: &Together) -> Self {
        let (before, after) = (dossier(&together.before, &city), dossier(&together.after, &city));
        let mut outcomes = together.outcomes.iter();
        let rows: Vec<RowAnswer> =
            read.iter().map(|row| RowAnswer::new(row, outcomes.by_ref(), before, after)).collect();
        let count = |outcome| rows.iter().filter(|row| row.outcome == outcome).count();
        let known = if together.done { &together.after } else { &together.before };
        ImportAnswer {
            city,
            dry_run,
            done: together.done,
            created: count(RowOutcome::Created),
            revised: count(RowOutcome::Revised),
            unchanged: count(RowOutcome::Unchanged),
            refused: count(RowOutcome::Refused),
            ignored_sheets: Vec::new(),
            sequence: known.head.number,
            rows,
        }
    }
}

/// All that is recorded of the city.
fn dossier<'s>(snapshot: &'s Snapshot, city: &CityId) -> Option<&'s Dossier> {
    snapshot.cities.get(city).map(|entry| &entry.dossier)
}

impl RowAnswer {
    fn new<'o>(
        row: &ImportRow,
        mut outcomes: impl Iterator<Item = &'o Result<Effect, Refusal>>,
        before: Option<&Dossier>,
        after: Option<&Dossier>,
    ) -> Self {
        let mut answer = RowAnswer {
            sheet: row.sheet.clone(),
            row: row.row,
            year: row.year,
            outcome: RowOutcome::Refused,
            changes: Vec::new(),
            member_changes: Vec::new(),
            line_changes: None,
            faults: Vec::new(),
            warnings: Vec::new(),
        };
        let report = match &row.outcome {
            Ok(report) => report,
            Err(faults) => {
                answer.faults = faults.iter().map(RowFault::from).collect();
                return answer;
            }
        };
        let recorded = before.and_then(|dossier| dossier.reports.get(&report.year));
        if let (Some((before, _)), AnyRecord::Report(new)) = (recorded.and_then(Recorded::live), &report.record) {
            answer.changes = differences::of_figures(before, new);
            answer.member_changes = differences::of_members(before, new);
            answer.line_changes = differences::of_lines(before, new);
        }
        match outcomes.next() {
            Some(Ok(effect)) => {
                answer.outcome = match effect {
                    Effect::Created => RowOutcome::Created,
                    Effect::Revised => RowOutcome::Revised,
                    Effect::Unchanged | Effect::Withdrawn => RowOutcome::Unchanged,
                };
                let recorded = after.and_then(|dossier| answers::report(dossier, report.year));
                answer.warnings = recorded.map(|report| report.warnings).unwrap_or_default();
            }
            Some(Err(refusal)) => {
                let is_withdrawn = recorded.is_some_and(|report| report.live().is_none());
                answer.faults = refusal_faults(row, refusal, is_withdrawn);
            }
            None => {}
        }
        answer
    }
}

/// Why the registry refused a row.
fn refusal_faults(row: &ImportRow, refusal: &Refusal, is_withdrawn: bool) -> Vec<RowFault> {
    let fault = |pointer: &str, code: &str, detail: String| {
        vec![Fault { pointer: pointer.to_owned(), code: code.to_owned(), detail }]
    };
    let errors = match refusal {
        Refusal::Invalid(faults) => faults.clone(),
        Refusal::ReasonRequired if is_withdrawn => {
            let told = "the report of this year was withdrawn: say why it comes back";
            fault("/reason", "reason_required", told.to_owned())
        }
        Refusal::ReasonRequired => {
            let told = "the report of this year is published and says otherwise: say why it changes";
            fault("/reason", "reason_required", told.to_owned())
        }
        Refusal::PreconditionFailed => {
            let told = "the report of this year has changed meanwhile: look at what it says now";
            fault("", "precondition_failed", told.to_owned())
        }
        other => {
            let problem = Problem::from(other.clone()).document();
            fault("", problem.code().as_str(), problem.detail().to_owned())
        }
    };
    let place = |fault: Fault| RowFault {
        sheet: row.sheet.clone(),
        row: row.row,
        column: None,
        header: None,
        text: None,
        pointer: Some(fault.pointer).filter(|pointer| !pointer.is_empty()),
        code: fault.code,
        detail: fault.detail,
    };
    errors.into_iter().map(place).collect()
}
