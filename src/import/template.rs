//! Tables laid out as the template, read into the reports of one city.

use std::collections::BTreeMap;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::record::{CityId, Year};

use super::cell::{CellFault, Refused, Table};
use super::columns::Sheet;
use super::draft::{self, Report};
use super::layout::{Layout, Reading};

/// The sheet that explains the others.
pub(super) const READ_ME: &str = "Read me";

/// What the tables of a file came to.
#[derive(Debug, Clone, Default)]
pub struct Import {
    /// Its rows, each one report, in the order of the file; then lines whose year has no row.
    pub rows: Vec<ImportRow>,
    /// Sheets that are neither `Reports` nor `Lines` and were not read.
    pub ignored: Vec<Arc<str>>,
    /// Whether the file says anything of lines: a report without any then has none, else nothing is said of them.
    pub with_lines: bool,
}

/// A row of a file, and the report it came to.
#[derive(Debug, Clone)]
pub struct ImportRow {
    /// The sheet; none for CSV and JSON.
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    pub row: u64,
    /// Its year, where it could be read.
    pub year: Option<Year>,
    /// The report, ready to be written, or everything that is wrong with it.
    pub outcome: Result<Report, Vec<CellFault>>,
}

/// Reads the reports of `city` from tables laid out as the template, on the day `today`.
///
/// # Errors
/// When there is no table of reports, or the headers are not those of the template.
pub fn read(tables: &[Table], city: &CityId, today: NaiveDate) -> Result<Import, Refused> {
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
        let detail = "the headers are not those of the template".to_owned();
        return Err(Refused { code: "invalid_headers", detail, faults });
    }
    if layouts.is_empty() {
        return Err(Refused::new("no_table", "there is no table in the file: it needs headers and a row a year"));
    }
    let read = |wanted: Sheet| -> Vec<Reading<'_>> {
        let tables = layouts.iter().filter(|(layout, _)| layout.kind == wanted);
        tables.flat_map(|(layout, table)| readings(layout, table, city)).collect()
    };
    let lines = read(Sheet::Lines);
    // A table of lines without any, as in the template, is one that nobody filled in.
    let with_lines = !lines.is_empty();
    let mut rows = reports(read(Sheet::Reports), lines, today);
    refuse_duplicates(&mut rows, |row, told| year_fault(row, &layouts, told));
    Ok(Import { rows, ignored, with_lines })
}

/// The tables that are read, each as what, and the names of those that are not.
///
/// A workbook's sheets are known by their names; a lone sheet with another name, and CSV, by their headers.
fn choose(tables: &[Table]) -> (Vec<(Sheet, &Table)>, Vec<Arc<str>>) {
    let named = |table: &Table| {
        let name = table.sheet.as_deref()?.trim().to_lowercase();
        [Sheet::Reports, Sheet::Lines].into_iter().find(|sheet| sheet.name().to_lowercase() == name)
    };
    let by_header = |table: &Table| header(table).map_or(Sheet::Reports, Layout::kind_of);
    let explains = |table: &Table| table.sheet.as_deref().is_some_and(|name| name.trim().eq_ignore_ascii_case(READ_ME));
    let full: Vec<&Table> = tables.iter().filter(|table| header(table).is_some() && !explains(table)).collect();
    let any_named = full.iter().any(|table| named(table).is_some());
    let (mut chosen, mut ignored) = (Vec::new(), Vec::new());
    for table in &full {
        match (named(table), &table.sheet) {
            (Some(sheet), _) => chosen.push((sheet, *table)),
            (None, Some(name)) if any_named || full.len() > 1 => ignored.push(name.clone()),
            (None, _) => chosen.push((by_header(table), *table)),
        }
    }
    (chosen, ignored)
}

/// The header row of a table: the first that is not a remark.
fn header(table: &Table) -> Option<&super::cell::Row> {
    table.rows.iter().find(|row| !row.is_silent())
}

/// The layout of a table; none when it has no header row.
fn understand(kind: Sheet, table: &Table) -> Result<Option<Layout>, Refused> {
    let Some(header) = header(table) else { return Ok(None) };
    let mut layout = Layout::of(kind, table.sheet.clone(), header)?;
    layout.settle(&table.rows);
    Ok(Some(layout))
}

/// The rows of a table below its headers, their cells read.
fn readings<'a>(layout: &'a Layout, table: &'a Table, city: &CityId) -> Vec<Reading<'a>> {
    let rows = table.rows.iter().filter(|row| !row.is_silent()).skip(1);
    rows.map(|row| {
        let mut reading = layout.read(row);
        let named = reading.value("/city").and_then(|value| value.as_str());
        if named.is_some_and(|named| named != city.as_str()) {
            reading.fail("/city", "other_city", format!("must be {city}, whose reports are imported, or empty"));
        }
        reading
    })
    .collect()
}

/// The reports that rows and lines come to.
fn reports(rows: Vec<Reading<'_>>, lines: Vec<Reading<'_>>, today: NaiveDate) -> Vec<ImportRow> {
    let mut by_year: BTreeMap<Option<Year>, Vec<Reading<'_>>> = BTreeMap::new();
    for mut line in lines {
        line.require("/year");
        let year = draft::year_of(&mut line);
        by_year.entry(year).or_default().push(line);
    }
    let mut read = Vec::new();
    let years: Vec<Option<Year>> = rows.iter().map(|row| draft::year_of(&mut row.clone())).collect();
    for (row, year) in rows.into_iter().zip(&years) {
        let own = year.and_then(|_| by_year.get(year)).map_or(&[][..], Vec::as_slice);
        let (sheet, number) = (row.layout.sheet.clone(), row.row.number);
        read.push(ImportRow { sheet, row: number, year: *year, outcome: draft::report(row, own, today) });
    }
    let orphans = by_year.into_iter().filter(|(year, _)| year.is_none() || !years.contains(year));
    read.extend(orphans.flat_map(|(year, lines)| without_row(year, &lines)));
    read
}

/// What lines come to whose year has no row: nothing, for nobody says where their figures were published.
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
    let told = format!("{year} has lines but no row among the reports, which names the source of its figures");
    let Some(first) = lines.first() else { return Vec::new() };
    let mut faults = vec![first.fault("/year", "no_report_row", told)];
    faults.extend(lines.iter().flat_map(|line| line.faults.iter().cloned()));
    vec![refused(first, faults)]
}

/// Refuses all rows of a year that has more than one: nobody can say which is meant.
pub(super) fn refuse_duplicates(rows: &mut [ImportRow], at_year: impl Fn(&ImportRow, String) -> Option<CellFault>) {
    let mut by_year: BTreeMap<Year, Vec<u64>> = BTreeMap::new();
    for row in rows.iter() {
        if let Some(year) = row.year {
            by_year.entry(year).or_default().push(row.row);
        }
    }
    for row in rows {
        let Some((year, found)) = row.year.and_then(|year| Some((year, by_year.get(&year)?))) else { continue };
        if found.len() < 2 {
            continue;
        }
        let others: Vec<String> = found.iter().filter(|other| **other != row.row).map(u64::to_string).collect();
        let told = format!("{year} has more than one row; see row {}", others.join(", "));
        if let Some(fault) = at_year(row, told) {
            match &mut row.outcome {
                Ok(_) => row.outcome = Err(vec![fault]),
                Err(faults) => faults.push(fault),
            }
        }
    }
}

/// The fault `duplicate_year` at the cell of a row's year.
fn year_fault(row: &ImportRow, layouts: &[(Layout, &Table)], told: String) -> Option<CellFault> {
    let (layout, table) =
        layouts.iter().find(|(layout, _)| layout.kind == Sheet::Reports && layout.sheet == row.sheet)?;
    let cells = table.rows.iter().find(|cells| cells.number == row.row)?;
    Some(layout.read(cells).fault("/year", "duplicate_year", told))
}
