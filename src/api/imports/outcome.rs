//! How it is found out what became of a file of reports: what its rows say, against what was recorded.

use super::answer::{ImportAnswer, RowAnswer, RowFault, RowOutcome};
use super::differences;
use crate::answers::records;
use crate::api::response::problem::Problem;
use crate::import::template::reader::ImportRow;
use crate::record::any_record::AnyRecord;
use crate::record::{CityId, Dossier, Fault, Recorded};
use crate::registry::{BatchOutcome, Effect, Refusal, Snapshot};

impl ImportAnswer {
    /// What became of the rows of `read`, given what became of the writes that those without a fault ask for.
    pub(super) fn new(city: CityId, dry_run: bool, read: &[ImportRow], together: &BatchOutcome) -> Self {
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
            refused: count(RowOutcome::RefusedFile),
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
            outcome: RowOutcome::RefusedFile,
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
        if let (Some((before, _)), AnyRecord::Inventory(new)) = (recorded.and_then(Recorded::live), &report.record) {
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
                let recorded = after.and_then(|dossier| records::report(dossier, report.year));
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
            let message = "the report of this year was withdrawn: say why it comes back";
            fault("/reason", "reason_required", message.to_owned())
        }
        Refusal::ReasonRequired => {
            let message = "the report of this year is published and says otherwise: say why it changes";
            fault("/reason", "reason_required", message.to_owned())
        }
        Refusal::PreconditionFailed => {
            let message = "the report of this year has changed meanwhile: look at what it says now";
            fault("", "precondition_failed", message.to_owned())
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
