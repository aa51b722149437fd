//! Reads tables of any size with the reports of many cities: CSV row by row in constant memory, workbooks within
//! limits.

use std::collections::{BTreeMap, HashMap};
use std::io::Read;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::record::{CarriedOver, CityId, Year};

use super::columns::Sheet;
use super::draft::{self, Report};
use super::layout::{Layout, Reading};
use crate::import::table::cell::{CellFault, RefusedFile, Row, Table, first_few};
use crate::import::table::sheets::is_read_me;
use crate::import::table::workbook;
use crate::import::table::{self, Opened, Rows};

/// A row of the file, and its result.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// The row number in a spreadsheet: the first line of the file is row 1.
    pub row: u64,
    /// What the row is about in the words of the file, such as `us-los-angeles 2016`.
    pub subject: String,
    /// The city and its report, or all faults of the row.
    pub outcome: Result<CityReport, Vec<CellFault>>,
    /// True if the file ends within this row, without a line end, so that it may be incomplete.
    pub is_unfinished: bool,
}

/// A report with the id of its city.
#[derive(Debug, Clone)]
pub struct CityReport {
    /// The city's id. There may be no such city.
    pub city: CityId,
    /// The report, ready to be recorded.
    pub report: Report,
}

/// The rows of a table in the layout of the sheet `Reports`, with a column `city`.
pub struct TableRows<'a> {
    /// The sheet that is read, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// The sheets that are not read.
    unread: Vec<Table>,
    rows: Rows<'a>,
    layout: Layout,
    /// The number of cells in the header row.
    width: usize,
    today: NaiveDate,
}

/// Opens a table with reports of many cities, read on the day `today`.
///
/// Rows are passed on before the whole column is known, so a number such as `1,233` is always refused. For the same
/// reason duplicate years are not noticed here; use [`find_duplicate_years`] first.
///
/// # Errors
/// If it is neither CSV in UTF-8 nor a workbook, its headers are not those of the template, or there is no column
/// `city`.
pub fn open<'a>(source: impl Read + 'a, today: NaiveDate) -> Result<TableRows<'a>, RefusedFile> {
    let (table, mut rows, unread) = match table::open(source)? {
        Opened::Csv(rows) => (Table::default(), rows, Vec::new()),
        Opened::Workbook(tables) => {
            let (mut table, unread) = choose(tables)?;
            let rows: Rows<'a> = Box::new(std::mem::take(&mut table.rows).into_iter().map(Ok));
            (table, rows, unread)
        }
    };
    let header = rows.next().ok_or_else(|| RefusedFile::new("no_table", "there are no headers in the file"))??;
    let layout = Layout::of(Sheet::Reports, &table, &header)?;
    if !layout.has("city") {
        return Err(RefusedFile::new("missing_column", "there is no column `city`, which names the city of each row"));
    }
    Ok(TableRows { sheet: table.sheet, unread, rows, layout, width: header.width, today })
}

/// Chooses the sheet to read: `Reports` or, without one, the only visible sheet. Also returns the others.
fn choose(tables: Vec<Table>) -> Result<(Table, Vec<Table>), RefusedFile> {
    let has_name = |table: &Table, sheet: Sheet| Sheet::from_name(&table.title()) == Some(sheet);
    if let Some(hidden) = tables.iter().find(|table| table.is_hidden && has_name(table, Sheet::Reports)) {
        return Err(workbook::hidden_sheet(&hidden.title()));
    }
    let mut visible: Vec<Table> =
        tables.into_iter().filter(|table| !table.is_hidden && !table.rows.is_empty()).collect();
    if let Some(lines) = visible.iter().find(|table| has_name(table, Sheet::Lines) && table.figures() > 0) {
        let message = format!("the sheet {} has rows, which are read only with the file of one city", lines.title());
        return Err(RefusedFile::new("lines_not_read", message));
    }
    visible.retain(|table| !has_name(table, Sheet::Lines) && !is_read_me(&table.title()));
    let reports = visible.iter().position(|table| has_name(table, Sheet::Reports));
    match (reports, visible.len()) {
        (Some(index), _) => Ok((visible.remove(index), visible)),
        (None, 1) => Ok((visible.remove(0), visible)),
        _ => Err(RefusedFile::new("no_table", "the workbook has no sheet `Reports`, and not one sheet alone")),
    }
}

/// The years that cities have in more than one row of a table, with the row numbers.
#[derive(Debug, Default)]
pub struct DuplicateYears(HashMap<CityId, BTreeMap<Year, Vec<u64>>>);

impl DuplicateYears {
    /// Refuses a row if other rows have the same city and year: nobody can say which is meant.
    ///
    /// # Errors
    /// The code of the fault, and a sentence that names the other rows.
    pub fn check(&self, city: &CityId, year: Year, row: u64) -> Result<(), (String, String)> {
        let Some(rows) = self.0.get(city).and_then(|years| years.get(&year)) else { return Ok(()) };
        let others = rows.iter().filter(|other| **other != row).map(|other| format!("row {other}"));
        let others = first_few(others, rows.len().saturating_sub(1));
        Err(("duplicate_year".to_owned(), format!("{year} of {city} has more than one row; see {others}.")))
    }
}

/// Finds the years that `known` cities have in more than one row of a table.
///
/// # Errors
/// The same as [`open`]. An error further on is reported when the table is read again.
pub fn find_duplicate_years(
    source: impl Read,
    today: NaiveDate,
    known: impl Fn(&CityId) -> bool,
) -> Result<DuplicateYears, RefusedFile> {
    let TableRows { rows, layout, .. } = open(source, today)?;
    let mut found = DuplicateYears::default();
    for row in rows.map_while(Result::ok) {
        let mut reading = layout.read(&row);
        let city = city_name(&reading).and_then(|name| CityId::new(&name)).filter(&known);
        if let (Some(city), Some(year)) = (city, draft::year_of(&mut reading)) {
            found.0.entry(city).or_default().entry(year).or_default().push(row.number);
        }
    }
    for years in found.0.values_mut() {
        years.retain(|_, rows| rows.len() > 1);
    }
    found.0.retain(|_, years| !years.is_empty());
    Ok(found)
}

/// The id of the city in a row.
fn city_name(reading: &Reading<'_>) -> Option<String> {
    reading.value("/city").map(|value| value.as_str().map_or(value.to_string(), str::to_owned))
}

impl TableRows<'_> {
    /// The members of recorded reports that are kept. A table of many cities has no lines.
    #[must_use]
    pub fn kept(&self) -> CarriedOver {
        CarriedOver { lines: true, also_stated: !self.layout.has_within("/also_stated") }
    }

    /// The notice about sheets of `file` that are not read; none if there are none.
    #[must_use]
    pub fn unread_notice(&self, file: &str) -> Option<String> {
        let read = Table { sheet: self.sheet.clone(), ..Table::default() };
        table::unread_notice(file, &read, &self.unread)
    }
}

impl Iterator for TableRows<'_> {
    /// A row, or why the file cannot be read any further.
    type Item = Result<TableRow, RefusedFile>;

    fn next(&mut self) -> Option<Self::Item> {
        let row: Row = match self.rows.next()? {
            Ok(row) => row,
            Err(refused) => return Some(Err(refused)),
        };
        let mut reading = self.layout.read(&row);
        let name = city_name(&reading).unwrap_or_default();
        let year = reading.value("/year").map(ToString::to_string).unwrap_or_default();
        let subject = format!("{name} {year}").trim().to_owned();
        let city = CityId::new(&name);
        if city.is_none() && !reading.is_misaligned && !reading.failed.contains(&"/city") {
            let message = "must be the id of a city: 2 to 64 characters of a-z, 0-9 and -";
            reading.fail("/city", if name.is_empty() { "missing" } else { "invalid_id" }, message);
        }
        if row.is_cut && row.width < self.width {
            let (cells, headers) = (row.width, self.width);
            reading.fail(
                "/city",
                "cut_off",
                format!("the file ends within this row, after {cells} of {headers} cells"),
            );
        }
        let outcome = draft::report(reading, &[], None, self.today);
        let outcome = outcome.and_then(|report| Ok(CityReport { city: city.ok_or_else(Vec::new)?, report }));
        Some(Ok(TableRow { row: row.number, subject, outcome, is_unfinished: row.is_cut }))
    }
}
