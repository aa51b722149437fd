//! Turns rows into reports: combines the values of cells, checks them as a record, and reports every fault by its cell.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::record::any_record::AnyRecord;
use crate::record::fault;
use crate::record::limits::FIRST_YEAR;
use crate::record::text::parse_reason;
use crate::record::{CarriedOver, Fault, Inventory, Year};

use super::layout::Reading;
use crate::import::table::cell::CellFault;

/// A report from a row, ready to be recorded.
#[derive(Debug, Clone)]
pub struct Report {
    /// The year, which is its id within the city.
    pub year: Year,
    /// The record; always an [`AnyRecord::Inventory`].
    pub record: AnyRecord,
    /// Why a published figure changes, if stated.
    pub reason: Option<String>,
}

/// Reads the report of a row and its lines.
///
/// `recorded` is the recorded report of its year, if the file has no lines. A row without totals is then checked with
/// the recorded lines, since these are kept.
///
/// # Errors
/// Everything that is wrong with the row, its cells and its lines.
pub(in crate::import) fn report(
    mut row: Reading<'_>,
    lines: &[Reading<'_>],
    recorded: Option<&Value>,
    today: NaiveDate,
) -> Result<Report, Vec<CellFault>> {
    row.require("/year");
    let year = year_of(&mut row);
    let (mut body, reason) = body_of(&row);
    if !lines.is_empty() {
        body.insert("lines".to_owned(), lines.iter().map(line).collect());
    } else if let Some(recorded) = recorded.filter(|_| !body.contains_key("totals")) {
        CarriedOver { lines: true, also_stated: false }.copy_into(&mut body, recorded);
    }
    let parsed = parse(body, reason, year, today);
    let number = row.row.number;
    let mut faults = std::mem::take(&mut row.faults);
    faults.extend(lines.iter().flat_map(|line| line.faults.iter().cloned()));
    // The cells of a misaligned row cannot be checked.
    if !row.is_misaligned {
        let record_faults = parsed.as_ref().err().into_iter().flatten();
        faults.extend(
            record_faults.filter(|fault| !is_consequence(fault, &row, lines)).map(|fault| locate(fault, &row, lines)),
        );
    }
    match parsed {
        Ok(report) if faults.is_empty() => Ok(report),
        _ => {
            faults.sort_by_key(|fault| {
                let letters = fault.column.as_ref().and_then(|column| column.letters.clone());
                let column = letters.map_or((usize::MAX, String::new()), |letters| (letters.len(), letters));
                (fault.row != number, fault.row, column)
            });
            Err(faults)
        }
    }
}

/// Reads the year of a row. Adds a fault if records do not allow it.
pub(in crate::import) fn year_of(row: &mut Reading<'_>) -> Option<Year> {
    let year = row.value("/year")?.as_i64()?;
    let year = i32::try_from(year).ok().and_then(Year::new);
    if year.is_none() && !row.failed.contains(&"/year") {
        row.fail("/year", "out_of_range", "must be between 1970 and 2100");
    }
    year
}

/// Parses the parts of a report in the way its record does.
pub(in crate::import) fn parse(
    body: Map<String, Value>,
    reason: Option<Value>,
    year: Option<Year>,
    today: NaiveDate,
) -> Result<Report, Vec<Fault>> {
    fault::read(Value::Object(body), today, |body, at| {
        // Without a year everything else is still checked, with any year that has ended.
        let assumed = year.or_else(|| Year::new(FIRST_YEAR))?;
        let inventory = Inventory::parse_report(body, at, assumed);
        let reason = reason.map(|reason| parse_reason(reason, &at.child("reason")));
        let record = AnyRecord::Inventory(Arc::new(inventory?));
        let reason = match reason {
            None => None,
            Some(text) => Some(text?),
        };
        Some(Report { year: year?, record, reason })
    })
}

/// The body from the cells of a row, and the reason for a change.
fn body_of(row: &Reading<'_>) -> (Map<String, Value>, Option<Value>) {
    let (mut body, mut reason) = (Map::new(), None);
    for (pointer, value) in &row.values {
        match *pointer {
            "/city" | "/year" => {}
            "/reason" => reason = Some(value.clone()),
            _ => *entry(&mut body, pointer) = value.clone(),
        }
    }
    // Cells next to an unreadable one are still checked.
    for (parent, _) in row.failed.iter().filter_map(|pointer| pointer.rsplit_once('/')) {
        if !parent.is_empty() {
            let parent = entry(&mut body, parent);
            if parent.is_null() {
                *parent = json!({});
            }
        }
    }
    (body, reason)
}

/// The value at a pointer in the body. Creates missing parents. Numbers are indexes of arrays.
fn entry<'b>(body: &'b mut Map<String, Value>, pointer: &str) -> &'b mut Value {
    let mut names = pointer.split('/').skip(1);
    let mut value = body.entry(names.next().unwrap_or_default()).or_insert(Value::Null);
    for name in names {
        value = match name.parse::<usize>() {
            Ok(index) => element(value, index),
            // A null becomes an object here.
            Err(_) => &mut value[name],
        };
    }
    value
}

/// The element of an array. Creates the array and missing elements, as empty objects.
fn element(value: &mut Value, index: usize) -> &mut Value {
    if !value.is_array() {
        *value = json!([]);
    }
    if let Some(elements) = value.as_array_mut()
        && elements.len() <= index
    {
        elements.resize(index + 1, json!({}));
    }
    &mut value[index]
}

/// The body of a line.
fn line(reading: &Reading<'_>) -> Value {
    let mut body = Map::new();
    for (pointer, value) in reading.values.iter().filter(|(pointer, _)| !matches!(*pointer, "/city" | "/year")) {
        *entry(&mut body, pointer) = value.clone();
    }
    Value::Object(body)
}

/// The line that a pointer refers to, and the rest of the pointer.
fn split_line<'a, 'r>(pointer: &'a str, lines: &'r [Reading<'r>]) -> Option<(&'r Reading<'r>, &'a str)> {
    let rest = pointer.strip_prefix("/lines/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let line = lines.get(rest[..end].parse::<usize>().ok()?)?;
    Some((line, &rest[end..]))
}

/// True if a fault only results from a cell that could not be read, which is already reported.
fn is_consequence(fault: &Fault, row: &Reading<'_>, lines: &[Reading<'_>]) -> bool {
    let unread = |reading: &Reading<'_>, pointer: &str| {
        reading
            .failed
            .iter()
            .any(|failed| failed.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')))
    };
    let line_failed = || lines.iter().any(|line| !line.faults.is_empty());
    match (fault.pointer.as_str(), fault.code.as_str()) {
        ("", "no_figures") => row.failed.iter().any(|failed| failed.starts_with("/totals")) || line_failed(),
        (_, "gwp_required") if row.failed.contains(&"/gwp") => true,
        ("/period/start", "year_differs") | ("/year", "not_ended") => row.failed.contains(&"/year"),
        (pointer, _) => match split_line(pointer, lines) {
            Some((line, "")) => !line.faults.is_empty() && fault.code == "line_form",
            Some((line, rest)) => unread(line, rest),
            None => unread(row, pointer),
        },
    }
}

/// A fault of the record, located in the cell that it came from.
fn locate(fault: &Fault, row: &Reading<'_>, lines: &[Reading<'_>]) -> CellFault {
    let located = match split_line(&fault.pointer, lines) {
        Some((line, rest)) => line.fault(rest, &fault.code, &fault.detail),
        None => row.fault(&fault.pointer, &fault.code, &fault.detail),
    };
    CellFault { pointer: (!fault.pointer.is_empty()).then(|| fault.pointer.clone()), ..located }
}
