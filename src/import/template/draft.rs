//! Rows made into reports: the values of the cells put together, judged as a record, and every fault told by its cell.

use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::{Map, Value, json};

use crate::record::any_record::AnyRecord;
use crate::record::fault;
use crate::record::limits::FIRST_YEAR;
use crate::record::{CarriedOver, Fault, Inventory, Parse, Text, Year};

use super::layout::Reading;
use crate::import::table::cell::CellFault;

/// A report that a row stands for, ready to be written.
#[derive(Debug, Clone)]
pub struct Report {
    /// Its year: its id within the city.
    pub year: Year,
    /// What it says; always an [`AnyRecord::Inventory`].
    pub record: AnyRecord,
    /// Why what was published before is changed.
    pub reason: Option<String>,
}

/// Reads the report of a row and of the lines that belong to it.
///
/// `recorded` is what is recorded of its year, where the file says nothing of lines: a row without totals is judged with
/// the lines that are there, for they stay.
///
/// # Errors
/// Everything that is wrong with the row, its cells, its lines and theirs.
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
    let made = make(body, reason, year, today);
    let number = row.row.number;
    let mut faults = std::mem::take(&mut row.faults);
    faults.extend(lines.iter().flat_map(|line| line.faults.iter().cloned()));
    // A row whose cells are out of step says nothing that could be judged.
    if !row.out_of_step {
        let message = made.as_ref().err().into_iter().flatten();
        faults.extend(message.filter(|fault| !follows(fault, &row, lines)).map(|fault| locate(fault, &row, lines)));
    }
    match made {
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

/// The year of a row, noted as a fault when no record may name it.
pub(in crate::import) fn year_of(row: &mut Reading<'_>) -> Option<Year> {
    let year = row.value("/year")?.as_i64()?;
    let year = i32::try_from(year).ok().and_then(Year::new);
    if year.is_none() && !row.failed.contains(&"/year") {
        row.fail("/year", "out_of_range", "must be between 1970 and 2100");
    }
    year
}

/// Reads the parts of a report as its record does.
pub(in crate::import) fn make(
    body: Map<String, Value>,
    reason: Option<Value>,
    year: Option<Year>,
    today: NaiveDate,
) -> Result<Report, Vec<Fault>> {
    fault::read(Value::Object(body), today, |body, at| {
        // Without a year all else is still to be judged: any year that has ended will do.
        let assumed = year.or_else(|| Year::new(FIRST_YEAR))?;
        let inventory = Inventory::parse_report(body, at, assumed);
        let reason = reason.map(|reason| Text::parse(reason, &at.child("reason")));
        let record = AnyRecord::Inventory(Arc::new(inventory?));
        let reason = match reason {
            None => None,
            Some(text) => Some(text?.to_string()),
        };
        Some(Report { year: year?, record, reason })
    })
}

/// The body that the cells of a row make, and the reason that one of them gives.
fn body_of(row: &Reading<'_>) -> (Map<String, Value>, Option<Value>) {
    let (mut body, mut reason) = (Map::new(), None);
    for (pointer, value) in &row.values {
        match *pointer {
            "/city" | "/year" => {}
            "/reason" => reason = Some(value.clone()),
            _ => *place(&mut body, pointer) = value.clone(),
        }
    }
    // What stands beside a cell that could not be read is still to be judged.
    for (parent, _) in row.failed.iter().filter_map(|pointer| pointer.rsplit_once('/')) {
        if !parent.is_empty() {
            let beside = place(&mut body, parent);
            if beside.is_null() {
                *beside = json!({});
            }
        }
    }
    (body, reason)
}

/// The place of a pointer in the body; what encloses it is made where it is not there. Numbers lead into lists.
fn place<'b>(body: &'b mut Map<String, Value>, pointer: &str) -> &'b mut Value {
    let mut names = pointer.split('/').skip(1);
    let mut place = body.entry(names.next().unwrap_or_default()).or_insert(Value::Null);
    for name in names {
        place = match name.parse::<usize>() {
            Ok(index) => element(place, index),
            // Of nothing this makes an object.
            Err(_) => &mut place[name],
        };
    }
    place
}

/// The element of a list that `place` is, or becomes; those before it that are not there are empty objects.
fn element(place: &mut Value, index: usize) -> &mut Value {
    if !place.is_array() {
        *place = json!([]);
    }
    if let Some(elements) = place.as_array_mut()
        && elements.len() <= index
    {
        elements.resize(index + 1, json!({}));
    }
    &mut place[index]
}

/// The body of a line.
fn line(reading: &Reading<'_>) -> Value {
    let mut body = Map::new();
    for (pointer, value) in reading.values.iter().filter(|(pointer, _)| !matches!(*pointer, "/city" | "/year")) {
        *place(&mut body, pointer) = value.clone();
    }
    Value::Object(body)
}

/// The line that a pointer leads into, and the rest of the pointer.
fn split_line<'a, 'r>(pointer: &'a str, lines: &'r [Reading<'r>]) -> Option<(&'r Reading<'r>, &'a str)> {
    let rest = pointer.strip_prefix("/lines/")?;
    let end = rest.find('/').unwrap_or(rest.len());
    let line = lines.get(rest[..end].parse::<usize>().ok()?)?;
    Some((line, &rest[end..]))
}

/// Whether a fault of the record only follows from a cell that could not be read, which is told already.
fn follows(fault: &Fault, row: &Reading<'_>, lines: &[Reading<'_>]) -> bool {
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

/// A fault of the record, told by the cell that it came from.
fn locate(fault: &Fault, row: &Reading<'_>, lines: &[Reading<'_>]) -> CellFault {
    let message = match split_line(&fault.pointer, lines) {
        Some((line, rest)) => line.fault(rest, &fault.code, &fault.detail),
        None => row.fault(&fault.pointer, &fault.code, &fault.detail),
    };
    CellFault { pointer: (!fault.pointer.is_empty()).then(|| fault.pointer.clone()), ..message }
}
