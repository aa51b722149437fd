//! Reads reports of many years as JSON: `{"reports": [{"year": 2020, …}]}`, or the array alone.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;
use serde::de::{Deserialize, Deserializer, IgnoredAny, SeqAccess, Visitor};
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use crate::import::limits::{JSON_REPORT_BYTES, SHEET_BYTES, SHEET_ROW_FAULTS, SHEET_ROWS};
use crate::record::fault::{self, json_type};
use crate::record::malformed;
use crate::record::{CarriedOver, Fault, Parse, Year};

use super::draft::{self, Report};
use super::reader::{Import, ImportRow, limit_faults};
use crate::import::table::cell::{CellFault, RefusedFile};
use crate::import::table::duplicates::duplicates;

/// Reads the reports of a city on the day `today`. The row of each is its index, from 0.
///
/// # Errors
/// If it is not JSON, not a list of reports, or too long.
pub fn read(bytes: &[u8], today: NaiveDate) -> Result<Import, RefusedFile> {
    if bytes.len() > SHEET_BYTES {
        let message = format!("the file has {} bytes; at most {SHEET_BYTES} are allowed", bytes.len());
        return Err(RefusedFile::new("file_too_large", message));
    }
    let reports = read_list(bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes))?;
    if reports.len() > SHEET_ROWS {
        return Err(crate::import::table::csv::too_many_rows(SHEET_ROWS));
    }
    let rows: Result<Vec<ImportRow>, RefusedFile> =
        (0..).zip(reports).map(|(index, report)| row(index, report.get(), today)).collect();
    let mut rows = rows?;
    let places: Vec<_> = rows.iter().map(|row| (row.year, (None, row.row))).collect();
    for (row, message) in rows.iter_mut().zip(duplicates(&places)) {
        let Some(detail) = message else { continue };
        let fault = Fault { pointer: "/year".to_owned(), code: "duplicate_year".to_owned(), detail };
        let mut faults = row.outcome.as_mut().err().map(std::mem::take).unwrap_or_default();
        faults.push(cell_fault(row.row, fault));
        row.outcome = Err(faults);
    }
    limit_faults(&mut rows);
    Ok(Import { rows, ignored: Vec::new(), kept: CarriedOver::default() })
}

/// The reports as unparsed JSON. Parsing all at once would take many times the memory of the file.
fn read_list(bytes: &[u8]) -> Result<Vec<&RawValue>, RefusedFile> {
    let shape =
        || RefusedFile::new("invalid_json", "must be an array of reports, or an object with the one member `reports`");
    let Elements(reports) = match bytes.trim_ascii_start().first() {
        Some(b'{') => {
            let mut members: BTreeMap<String, &RawValue> =
                serde_json::from_slice(bytes).map_err(|e| invalid_json(&e))?;
            match (members.remove("reports"), members.is_empty()) {
                (Some(reports), true) if reports.get().starts_with('[') => serde_json::from_str(reports.get()),
                _ => return Err(shape()),
            }
        }
        Some(b'[') => serde_json::from_slice(bytes),
        _ => {
            serde_json::from_slice::<&RawValue>(bytes).map_err(|error| invalid_json(&error))?;
            return Err(shape());
        }
    }
    .map_err(|error| invalid_json(&error))?;
    Ok(reports)
}

fn invalid_json(error: &serde_json::Error) -> RefusedFile {
    RefusedFile::new("invalid_json", format!("the file is not JSON: {}", malformed::explain(error)))
}

/// The first elements of an array, one more than the limit.
struct Elements<'a>(Vec<&'a RawValue>);

impl<'de> Deserialize<'de> for Elements<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Elements<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an array")
            }

            fn visit_seq<A: SeqAccess<'de>>(self, mut elements: A) -> Result<Elements<'de>, A::Error> {
                let mut first = Vec::new();
                while first.len() <= SHEET_ROWS {
                    let Some(element) = elements.next_element()? else { return Ok(Elements(first)) };
                    first.push(element);
                }
                while elements.next_element::<IgnoredAny>()?.is_some() {}
                Ok(Elements(first))
            }
        }
        deserializer.deserialize_seq(Reader)
    }
}

/// The report in an element of the array.
fn row(index: u64, text: &str, today: NaiveDate) -> Result<ImportRow, RefusedFile> {
    let fault = |code: &str, detail| vec![Fault { pointer: String::new(), code: code.to_owned(), detail }];
    let read = if text.len() > JSON_REPORT_BYTES {
        let detail = format!("the report has {} bytes; at most {JSON_REPORT_BYTES} are read", text.len());
        (None, Err(fault("record_too_large", detail)))
    } else {
        match serde_json::from_str(text).map_err(|error| invalid_json(&error))? {
            Value::Object(body) => report(body, today),
            other => (None, Err(fault("wrong_type", format!("must be an object, not {}", json_type(&other))))),
        }
    };
    // One more than the limit shows that there are more.
    let to_cell_faults = |faults: Vec<Fault>| {
        faults.into_iter().take(SHEET_ROW_FAULTS + 1).map(|fault| cell_fault(index, fault)).collect()
    };
    Ok(ImportRow { sheet: None, row: index, year: read.0, outcome: read.1.map_err(to_cell_faults) })
}

/// The year of a report, if it has one, and the report.
fn report(mut body: Map<String, Value>, today: NaiveDate) -> (Option<Year>, Result<Report, Vec<Fault>>) {
    let missing =
        || Fault { pointer: "/year".to_owned(), code: "missing".to_owned(), detail: "is required".to_owned() };
    let year = body.remove("year").ok_or_else(|| vec![missing()]);
    let year = year.and_then(|year| fault::read(year, today, |year, at| Year::parse(year, &at.child("year"))));
    let reason = body.remove("reason");
    let parsed = draft::parse(body, reason, year.as_ref().ok().copied(), today);
    match (year, parsed) {
        (Ok(year), parsed) => (Some(year), parsed),
        (Err(mut faults), parsed) => {
            // Without a year, the period cannot be compared with it.
            let rest = parsed.err().unwrap_or_default();
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
