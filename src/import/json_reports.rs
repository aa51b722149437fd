//! Reports of many years as JSON: `{"reports": [{"year": 2020, …}]}`, or the array alone.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value};

use crate::record::fault::{self, kind_of};
use crate::record::limits::{SHEET_BYTES, SHEET_ROW_FAULTS, SHEET_ROWS};
use crate::record::{Fault, Kept, Parse, Year};

use super::cell::{CellFault, Refused};
use super::draft::{self, Report};
use super::duplicates::duplicates;
use super::template::{Import, ImportRow, bound};

/// Reads the reports of a city on the day `today`; the row of each is its index, from 0.
///
/// # Errors
/// When it is not JSON, not a list of reports, or too long.
pub fn read(bytes: &[u8], today: NaiveDate) -> Result<Import, Refused> {
    if bytes.len() > SHEET_BYTES {
        let told = format!("the file has {} bytes; at most {SHEET_BYTES} are allowed", bytes.len());
        return Err(Refused::new("file_too_large", told));
    }
    let value = serde_json::from_slice(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))
        .map_err(|error| Refused::new("invalid_json", format!("the file is not JSON: {error}")))?;
    let reports = list(value)?;
    if reports.len() > SHEET_ROWS {
        return Err(super::csv_table::too_many_rows(SHEET_ROWS));
    }
    let mut rows: Vec<ImportRow> = (0..).zip(reports).map(|(index, report)| row(index, report, today)).collect();
    let places: Vec<_> = rows.iter().map(|row| (row.year, (None, row.row))).collect();
    for (row, told) in rows.iter_mut().zip(duplicates(&places)) {
        let Some(detail) = told else { continue };
        let fault = Fault { pointer: "/year".to_owned(), code: "duplicate_year".to_owned(), detail };
        let mut faults = row.outcome.as_mut().err().map(std::mem::take).unwrap_or_default();
        faults.push(cell_fault(row.row, fault));
        row.outcome = Err(faults);
    }
    bound(&mut rows);
    Ok(Import { rows, ignored: Vec::new(), kept: Kept::default() })
}

/// The array of reports.
fn list(value: Value) -> Result<Vec<Value>, Refused> {
    let shape =
        || Refused::new("invalid_json", "must be an array of reports, or an object with the one member `reports`");
    match value {
        Value::Array(reports) => Ok(reports),
        Value::Object(mut members) => match (members.remove("reports"), members.is_empty()) {
            (Some(Value::Array(reports)), true) => Ok(reports),
            _ => Err(shape()),
        },
        _ => Err(shape()),
    }
}

/// What an element of the array comes to.
fn row(index: u64, value: Value, today: NaiveDate) -> ImportRow {
    let read = match value {
        Value::Object(body) => report(body, today),
        other => {
            let detail = format!("must be an object, not {}", kind_of(&other));
            (None, Err(vec![Fault { pointer: String::new(), code: "wrong_type".to_owned(), detail }]))
        }
    };
    // One more than is told lets it be seen that there are more.
    let told = |faults: Vec<Fault>| {
        faults.into_iter().take(SHEET_ROW_FAULTS + 1).map(|fault| cell_fault(index, fault)).collect()
    };
    ImportRow { sheet: None, row: index, year: read.0, outcome: read.1.map_err(told) }
}

/// The year of a report, if it has one, and the report.
fn report(mut body: Map<String, Value>, today: NaiveDate) -> (Option<Year>, Result<Report, Vec<Fault>>) {
    let missing =
        || Fault { pointer: "/year".to_owned(), code: "missing".to_owned(), detail: "is required".to_owned() };
    let year = body.remove("year").ok_or_else(|| vec![missing()]);
    let year = year.and_then(|year| fault::read(year, today, |year, at| Year::parse(year, &at.child("year"))));
    let reason = body.remove("reason");
    let made = draft::make(body, reason, year.as_ref().ok().copied(), today);
    match (year, made) {
        (Ok(year), made) => (Some(year), made),
        (Err(mut faults), made) => {
            // A period can only be compared with a year that is known.
            let rest = made.err().unwrap_or_default();
            faults
                .extend(rest.into_iter().filter(|fault| {
                    (fault.pointer.as_str(), fault.code.as_str()) != ("/period/start", "year_differs")
                }));
            (None, Err(faults))
        }
    }
}

fn cell_fault(row: u64, fault: Fault) -> CellFault {
    let Fault { pointer, code, detail } = fault;
    let sheet: Option<Arc<str>> = None;
    CellFault { sheet, row, column: None, pointer: Some(pointer), text: None, code, detail }
}
