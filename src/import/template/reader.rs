//! Reads tables in the layout of the template into the reports of one city.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use chrono::NaiveDate;
use serde_json::Value;

use crate::import::limits::{SHEET_FAULTS, SHEET_ROW_FAULTS};
use crate::record::{CarriedOver, CityId, Year};

use super::columns::Sheet;
use super::draft::{self, Report};
use super::layout::{Layout, Reading};
use crate::import::table::cell::{CellFault, RefusedFile, Table, first_few};
use crate::import::table::duplicates::{Place, duplicates};
use crate::import::table::sheets::is_read_me;

/// The content of a file.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// The rows in the order of the file, one report each; then lines whose year has no row.
    pub rows: Vec<ImportRow>,
    /// Sheets that were not read, because they are neither `Reports` nor `Lines`.
    pub ignored: Vec<Arc<str>>,
    /// The members of recorded reports that are kept.
    pub kept: CarriedOver,
}

/// A row of a file, and its report.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The sheet, or the file if there are several; none for a single CSV file and for JSON.
    pub sheet: Option<Arc<str>>,
    /// The row number in a spreadsheet; in JSON the index of the report, from 0.
    pub row: u64,
    /// The year, if it could be read.
    pub year: Option<Year>,
    /// The report, ready to be recorded, or all faults.
    pub outcome: Result<Report, Vec<CellFault>>,
}

/// Reads the reports of `city` from tables in the layout of the template, on the day `today`.
///
/// `recorded` returns the recorded report of a year. Its lines are kept if the tables have none.
///
/// # Errors
/// If there is no table of reports, or the headers are not those of the template.
pub fn read(
    tables: &[Table],
    city: &CityId,
    today: NaiveDate,
    recorded: &dyn Fn(Year) -> Option<Value>,
) -> Result<Import, RefusedFile> {
    let (chosen, ignored) = choose(tables);
    let mut layouts = Vec::new();
    let mut faults = Vec::new();
    for (kind, table) in &chosen {
        match understand(*kind, table) {
            Ok(Some(layout)) => layouts.push((layout, *table)),
            Ok(None) => {}
            Err(refused) => faults.extend(refused.faults),
        }
    }
    if !faults.is_empty() {
        faults.truncate(SHEET_FAULTS);
        let detail = "the headers are not those of the template".to_owned();
        return Err(RefusedFile { code: "invalid_headers", detail, faults });
    }
    if layouts.is_empty() {
        return Err(no_table(tables));
    }
    let read = |wanted: Sheet| -> Vec<Reading<'_>> {
        let tables = layouts.iter().filter(|(layout, _)| layout.kind == wanted);
        tables.flat_map(|(layout, table)| read_rows(layout, table, city)).collect()
    };
    let lines = read(Sheet::Lines);
    let has_column = |pointer| layouts.iter().any(|(layout, _)| layout.has_within(pointer));
    // A table of lines without rows, as in the template, was not filled in.
    let kept = CarriedOver { lines: lines.is_empty(), also_stated: !has_column("/also_stated") };
    let recorded = |year| if kept.lines { recorded(year) } else { None };
    let mut rows = reports(read(Sheet::Reports), lines, &recorded, today);
    limit_faults(&mut rows);
    Ok(Import { rows, ignored, kept })
}

/// The refusal of a file without a table.
fn no_table(tables: &[Table]) -> RefusedFile {
    let sheets: Vec<&Arc<str>> = tables.iter().filter_map(|table| table.sheet.as_ref()).collect();
    let message = if sheets.is_empty() {
        "there is no table in the file: it needs headers and a row a year".to_owned()
    } else {
        let names = first_few(sheets.iter().map(|name| format!("\"{name}\"")), sheets.len());
        format!(
            "there is no table in the workbook that could be read; its sheets are {names}. A sheet with headers and a row \
             a year is called \"{}\", one with GPC lines \"{}\"; if there is only one sheet it may have any name",
            Sheet::Reports.name(),
            Sheet::Lines.name()
        )
    };
    RefusedFile::new("no_table", message)
}

/// The tables to read, each with its kind, and the names of the others.
///
/// Sheets of a workbook are recognized by name. A single sheet with another name, and CSV, are recognized by the
/// headers.
fn choose(tables: &[Table]) -> (Vec<(Sheet, &Table)>, Vec<Arc<str>>) {
    let named = |table: &Table| table.sheet.as_deref().and_then(Sheet::from_name);
    let by_header = |table: &Table| table.rows.first().map_or(Sheet::Reports, Layout::kind_of);
    let explains = |table: &Table| table.sheet.as_deref().is_some_and(is_read_me);
    let full: Vec<&Table> = tables.iter().filter(|table| !table.rows.is_empty() && !explains(table)).collect();
    let any_named = full.iter().any(|table| named(table).is_some());
    let mut chosen = Vec::new();
    let mut ignored: Vec<Arc<str>> = tables.iter().filter(|table| table.is_unread).filter_map(Table::name).collect();
    for table in &full {
        match (named(table), table.name()) {
            (Some(sheet), _) => chosen.push((sheet, *table)),
            (None, Some(name)) if table.sheet.is_some() && (any_named || full.len() > 1) => ignored.push(name),
            (None, _) => chosen.push((by_header(table), *table)),
        }
    }
    (chosen, ignored)
}

/// The layout of a table; none if it has no header row.
fn understand(kind: Sheet, table: &Table) -> Result<Option<Layout>, RefusedFile> {
    let Some((header, rows)) = table.rows.split_first() else { return Ok(None) };
    let mut layout = Layout::of(kind, table, header)?;
    layout.set_decimal_marks(rows);
    Ok(Some(layout))
}

/// Reads the rows of a table below its headers.
fn read_rows<'a>(layout: &'a Layout, table: &'a Table, city: &CityId) -> Vec<Reading<'a>> {
    let mut left = SHEET_FAULTS;
    let read = |row| {
        let mut reading = layout.read(row);
        let named = reading.value("/city").and_then(|value| value.as_str());
        if named.is_some_and(|named| named != city.as_str()) {
            reading.fail("/city", "other_city", format!("must be {city}, whose reports are imported, or empty"));
        }
        // Beyond the limit one fault is enough to show that a row is refused.
        if left == 0 {
            reading.faults.truncate(1);
        }
        left = left.saturating_sub(reading.faults.len());
        reading
    };
    table.rows.iter().skip(1).map(read).collect()
}

/// Combines rows and lines into reports.
fn reports(
    rows: Vec<Reading<'_>>,
    lines: Vec<Reading<'_>>,
    kept: &dyn Fn(Year) -> Option<Value>,
    today: NaiveDate,
) -> Vec<ImportRow> {
    let mut by_year: BTreeMap<Option<Year>, Vec<Reading<'_>>> = BTreeMap::new();
    for mut line in lines {
        line.require("/year");
        let year = draft::year_of(&mut line);
        by_year.entry(year).or_default().push(line);
    }
    let places: Vec<(Option<Year>, Place)> =
        rows.iter().map(|row| (draft::year_of(&mut row.clone()), (row.layout.sheet.clone(), row.row.number))).collect();
    let mut years = BTreeSet::new();
    let mut read = Vec::new();
    for ((mut row, (year, place)), duplicate) in rows.into_iter().zip(&places).zip(duplicates(&places)) {
        let own = year.and_then(|_| by_year.get(year)).map_or(&[][..], Vec::as_slice);
        let is_first = years.insert(*year);
        if !is_first && !own.is_empty() {
            // The lines are checked with the first row of their year. Other rows must not miss totals because of that.
            row.failed.push("/totals");
        }
        if let Some(message) = duplicate {
            row.fail("/year", "duplicate_year", message);
        }
        let recorded = year.filter(|_| is_first).and_then(kept);
        let outcome = draft::report(row, if is_first { own } else { &[] }, recorded.as_ref(), today);
        read.push(ImportRow { sheet: place.0.clone(), row: place.1, year: *year, outcome });
    }
    let orphans = by_year.into_iter().filter(|(year, _)| year.is_none() || !years.contains(year));
    read.extend(orphans.flat_map(|(year, lines)| without_row(year, &lines)));
    read
}

/// The result for lines whose year has no row: a refusal, because the source of the figures is unknown.
fn without_row(year: Option<Year>, lines: &[Reading<'_>]) -> Vec<ImportRow> {
    let refused = |line: &Reading<'_>, faults| ImportRow {
        sheet: line.layout.sheet.clone(),
        row: line.row.number,
        year,
        outcome: Err(faults),
    };
    let Some(year) = year else {
        return lines.iter().map(|line| refused(line, line.faults.clone())).collect();
    };
    let message = format!("{year} has lines but no row among the reports, which names the source of its figures");
    let Some(first) = lines.first() else { return Vec::new() };
    let mut faults = vec![first.fault("/year", "no_report_row", message)];
    faults.extend(lines.iter().flat_map(|line| line.faults.iter().cloned()));
    vec![refused(first, faults)]
}

/// Limits the faults of all rows, and says where there are more.
pub(in crate::import) fn limit_faults(rows: &mut [ImportRow]) {
    let mut left = SHEET_FAULTS;
    let mut is_exhausted = false;
    for row in rows {
        let Err(faults) = &mut row.outcome else { continue };
        let limit = left.min(SHEET_ROW_FAULTS);
        let has_more = faults.len() > limit;
        faults.truncate(limit);
        left -= faults.len();
        if has_more && !is_exhausted {
            is_exhausted = left == 0;
            faults.push(CellFault {
                sheet: row.sheet.clone(),
                row: row.row,
                column: None,
                pointer: None,
                text: None,
                code: "more_faults".to_owned(),
                detail: if is_exhausted {
                    "more is wrong here and below than is told: mend what is told and send the file again".to_owned()
                } else {
                    "more is wrong with this row than is told: mend what is told and send the file again".to_owned()
                },
            });
        }
    }
}
