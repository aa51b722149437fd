//! CSV files of any size with the reports of many cities, read row by row in constant memory.

use std::io::BufRead;

use chrono::NaiveDate;

use crate::record::CityId;

use super::cell::{CellFault, Refused, Table};
use super::columns::Sheet;
use super::csv_table::CsvRows;
use super::draft::{self, Report};
use super::layout::Layout;

/// A row of the file, and what it came to.
#[derive(Debug, Clone)]
pub struct TableRow {
    /// The row as a spreadsheet counts it: the first line of the file is row 1.
    pub row: u64,
    /// What it is about in the file's own words, such as `us-los-angeles 2016`.
    pub subject: String,
    /// The report and its city, or everything that is wrong with the row.
    pub outcome: Result<CityReport, Vec<CellFault>>,
}

/// A report of a city that is named by its id.
#[derive(Debug, Clone)]
pub struct CityReport {
    /// The city's id, which nobody may have.
    pub city: CityId,
    /// The report, ready to be written.
    pub report: Report,
}

/// The rows of a CSV file laid out as the sheet `Reports`, with a column `city`.
#[derive(Debug)]
pub struct TableRows<R> {
    rows: CsvRows<R>,
    layout: Layout,
    today: NaiveDate,
}

/// Opens a CSV file of the reports of many cities, read on the day `today`.
///
/// As no column is known before its last row, a number such as `1,233` is always refused. A year that a city has twice
/// is not noticed here.
///
/// # Errors
/// When it is not CSV in UTF-8, its headers are not those of the template, or there is no column `city`.
pub fn open<R: BufRead>(source: R, today: NaiveDate) -> Result<TableRows<impl BufRead>, Refused> {
    let mut rows = CsvRows::open(source)?;
    let header = rows.next().ok_or_else(|| Refused::new("no_table", "there are no headers in the file"))??;
    let layout = Layout::of(Sheet::Reports, &Table::default(), &header)?;
    if !layout.has("city") {
        return Err(Refused::new("missing_column", "there is no column `city`, which names the city of each row"));
    }
    Ok(TableRows { rows, layout, today })
}

impl<R: BufRead> Iterator for TableRows<R> {
    /// A row, or why the file cannot be read any further.
    type Item = Result<TableRow, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.rows.next()? {
            Ok(row) => row,
            Err(refused) => return Some(Err(refused)),
        };
        let mut reading = self.layout.read(&row);
        let text =
            |pointer| reading.value(pointer).map(|value| value.as_str().map_or(value.to_string(), str::to_owned));
        let named = text("/city").unwrap_or_default();
        let subject = format!("{named} {}", text("/year").unwrap_or_default()).trim().to_owned();
        let city = CityId::new(&named);
        if city.is_none() && !reading.out_of_step {
            let told = "must be the id of a city: 2 to 64 characters of a-z, 0-9 and -";
            reading.fail("/city", if named.is_empty() { "missing" } else { "invalid_id" }, told);
        }
        let number = row.number;
        let outcome = draft::report(reading, &[], None, self.today);
        let outcome = outcome.and_then(|report| Ok(CityReport { city: city.ok_or_else(Vec::new)?, report }));
        Some(Ok(TableRow { row: number, subject, outcome }))
    }
}
