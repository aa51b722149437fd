//! CSV files of any size with the reports of many cities, read row by row in constant memory.

use std::cell::Cell;
use std::io::{self, BufRead, Read};
use std::rc::Rc;

use chrono::NaiveDate;

use crate::record::CityId;

use super::cell::{CellFault, Refused, Row, Table};
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
    /// Whether the file ends within this row, without a line end, so that it may be cut off.
    pub unfinished: bool,
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
    /// The row after the one that is handed on: only with it is known whether that is the last one.
    ahead: Option<Result<Row, Refused>>,
    /// The last byte read.
    last: Rc<Cell<u8>>,
    layout: Layout,
    /// Cells of the header row.
    width: usize,
    today: NaiveDate,
}

/// A source whose last byte is known.
#[derive(Debug)]
struct Watched<R> {
    source: R,
    last: Rc<Cell<u8>>,
}

impl<R: BufRead> Read for Watched<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.source.read(buffer)?;
        self.last.set(buffer[..read].last().copied().unwrap_or(self.last.get()));
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Watched<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        let chunk = self.source.fill_buf()?;
        // All of it is consumed before more is asked for.
        self.last.set(chunk.last().copied().unwrap_or(self.last.get()));
        Ok(chunk)
    }

    fn consume(&mut self, amount: usize) {
        self.source.consume(amount);
    }
}

/// Opens a CSV file of the reports of many cities, read on the day `today`.
///
/// As no column is known before its last row, a number such as `1,233` is always refused. A year that a city has twice
/// is not noticed here: that takes memory for every row, and whoever records the rows knows which cities there are.
///
/// # Errors
/// When it is not CSV in UTF-8, its headers are not those of the template, or there is no column `city`.
pub fn open<R: BufRead>(mut source: R, today: NaiveDate) -> Result<TableRows<impl BufRead>, Refused> {
    // What cannot be read is told by whoever reads on.
    if source.fill_buf().is_ok_and(|head| head.starts_with(b"PK")) {
        let told = "it is a workbook: save its sheet `Reports` as CSV in UTF-8, with a column `city`";
        return Err(Refused::new("not_csv", told));
    }
    let last = Rc::new(Cell::new(b'\n'));
    let mut rows = CsvRows::open(Watched { source, last: Rc::clone(&last) })?;
    let header = rows.next().ok_or_else(|| Refused::new("no_table", "there are no headers in the file"))??;
    let layout = Layout::of(Sheet::Reports, &Table::default(), &header)?;
    if !layout.has("city") {
        return Err(Refused::new("missing_column", "there is no column `city`, which names the city of each row"));
    }
    let ahead = rows.next();
    Ok(TableRows { rows, ahead, last, layout, width: header.width, today })
}

impl<R: BufRead> Iterator for TableRows<R> {
    /// A row, or why the file cannot be read any further.
    type Item = Result<TableRow, Refused>;

    fn next(&mut self) -> Option<Self::Item> {
        let row = match self.ahead.take()? {
            Ok(row) => row,
            Err(refused) => return Some(Err(refused)),
        };
        self.ahead = self.rows.next();
        let unfinished = self.ahead.is_none() && !matches!(self.last.get(), b'\n' | b'\r');
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
        if unfinished && row.width < self.width {
            let (cells, headers) = (row.width, self.width);
            reading.fail(
                "/city",
                "cut_off",
                format!("the file ends within this row, after {cells} of {headers} cells"),
            );
        }
        let number = row.number;
        let outcome = draft::report(reading, &[], None, self.today);
        let outcome = outcome.and_then(|report| Ok(CityReport { city: city.ok_or_else(Vec::new)?, report }));
        Some(Ok(TableRow { row: number, subject, outcome, unfinished }))
    }
}
