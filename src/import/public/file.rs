//! A published file, read row by row: its header, and the cells of each row.

use std::sync::Arc;

use chrono::Datelike;

use super::finding::{LeftOut, Place, Provenance, Row, RowRecords, UNFINISHED, unfinished_notice};
use super::header::{Header, is_zero_width};
use super::records::left_out;
use super::source::{Sink, SourceFile, Stop};
use crate::import::failure::FileError;
use crate::import::table::blank_cell::is_blank;
use crate::import::table::cell::{Cell, RefusedFile, Row as TableRow, Table, letters, quoted};
use crate::import::table::figure::year;
use crate::import::table::sheets::is_read_me;
use crate::import::table::workbook;
use crate::import::table::{self, Opened, Rows};

/// An opened file whose header has been read.
pub(in crate::import) struct PublicFile<'a> {
    /// What is known about the file.
    pub provenance: Provenance,
    /// Its header.
    pub header: Header,
    /// The sheet that is read, if the file is a workbook.
    sheet: Option<Arc<str>>,
    rows: Rows<'a>,
    /// The texts of the cells in the last row that was read.
    texts: Vec<String>,
    /// The row within which the file ends, if it ends without a line end.
    cut_in: Option<u64>,
    /// The notice about sheets that are not read.
    unread: Option<String>,
}

/// The cells of a row.
#[derive(Debug, Clone)]
pub(in crate::import) struct Cells<'r> {
    texts: &'r [String],
    /// Why the row cannot be read, whatever it says.
    fault: Option<LeftOut>,
    /// A remark on the row, whatever it says.
    pub remark: Option<&'static str>,
}

impl<'r> Cells<'r> {
    /// The trimmed text of a cell. Empty if the row has no such cell, or if the cell contains a word for nothing.
    pub fn at(&self, index: usize) -> &'r str {
        let text = self.code_at(index);
        if is_blank(text) { "" } else { text }
    }

    /// Like [`at`](Self::at), for a cell that holds a code: `NA` is the country Namibia.
    pub fn code_at(&self, index: usize) -> &'r str {
        let unseen = |c: char| c.is_whitespace() || is_zero_width(c);
        self.texts.get(index).map_or("", String::as_str).trim_matches(unseen)
    }

    /// Like [`at`](Self::at), for a column that the file may lack.
    pub fn maybe(&self, index: Option<usize>) -> &'r str {
        index.map_or("", |index| self.at(index))
    }

    /// Refuses a row that does not have one cell for each header, or that has a cell with an unclear meaning.
    pub fn check_shape(&self) -> Result<(), LeftOut> {
        self.fault.clone().map_or(Ok(()), Err)
    }
}

impl<'a> PublicFile<'a> {
    /// Opens a file and reads its header. In a workbook, that is the sheet whose header is recognised.
    pub fn open(file: SourceFile<'a>, recognises: impl Fn(&Header) -> bool) -> Result<Self, FileError> {
        let SourceFile { provenance, reader } = file;
        let name = provenance.file.clone();
        let refused = |refused| FileError::RefusedFile { file: name.clone(), refused };
        let (sheet, mut rows, unread) = match table::open(reader).map_err(refused)? {
            Opened::Csv(rows) => (None, rows, None),
            Opened::Workbook(tables) => {
                let (table, unread) = choose(tables, &name, recognises)?;
                let rows: Rows<'a> = Box::new(table.rows.into_iter().map(Ok));
                (table.sheet, rows, unread)
            }
        };
        let header = rows.next().ok_or_else(|| FileError::Empty { file: name.clone() })?.map_err(refused)?;
        let header = Header::new(header.texts().iter().map(String::as_str), &name);
        Ok(PublicFile { provenance, header, sheet, rows, texts: Vec::new(), cut_in: None, unread })
    }

    /// The last year in a column that is not after the year of the import. Reads all rows, and keeps them in memory.
    pub fn last_year(&mut self, column: usize) -> Option<i32> {
        let rows: Vec<Result<TableRow, RefusedFile>> = self.rows.by_ref().collect();
        let today = self.provenance.today.year();
        let years = rows.iter().flatten().filter_map(|row| year(&row.cell(column).to_string()));
        let last = years.filter(|year| *year <= today).max();
        self.rows = Box::new(rows.into_iter());
        last
    }

    /// Reads the next row; none at the end of the file. Blank lines are skipped.
    pub fn next_row(&mut self) -> Result<Option<(Place, Cells<'_>)>, FileError> {
        let refused = |refused| FileError::RefusedFile { file: self.provenance.file.clone(), refused };
        let Some(row) = self.rows.next().transpose().map_err(refused)? else { return Ok(None) };
        let place = Place { file: self.provenance.file.clone(), sheet: self.sheet.clone(), row: row.number };
        let fault = self.fault(&row);
        self.cut_in = row.is_cut.then_some(row.number);
        self.texts = row.texts();
        Ok(Some((place, Cells { texts: &self.texts, fault, remark: row.is_cut.then_some(UNFINISHED) })))
    }

    /// Why a row cannot be read, whatever it says.
    fn fault(&self, row: &TableRow) -> Option<LeftOut> {
        let (cells, headers) = (row.width, self.header.len());
        // In a sheet each cell has a fixed column, so the number of cells does not matter.
        if self.sheet.is_none() && cells != headers {
            return Some(left_out("row_shape", format!("The row has {cells} cells, the header row {headers}.")));
        }
        row.cells.iter().enumerate().find_map(|(index, cell)| {
            let (code, message) = cell.unclear()?;
            let header = self.header.read_header(index)?;
            let text = quoted(cell).unwrap_or_default();
            let cell = format!("{}{} ({header})", letters(index), row.number);
            Some(left_out(code, format!("Cell {cell}, \"{text}\", {message}.")))
        })
    }

    /// The notice after reading the file: whether its last row may be incomplete, or which sheets were not read.
    pub fn ending(&self) -> Option<String> {
        let cut = self.cut_in.map(|row| unfinished_notice(&self.provenance.file, row));
        cut.or_else(|| self.unread.clone())
    }

    /// Passes on every row: `subject` describes it, `read` makes its records.
    pub fn send_rows(
        mut self,
        sink: &mut Sink<'_>,
        subject: impl Fn(&Cells<'_>) -> String,
        mut read: impl FnMut(&Cells<'_>) -> Result<RowRecords, LeftOut>,
    ) -> Result<(), Stop> {
        while let Some((place, cells)) = self.next_row()? {
            let mut outcome = cells.check_shape().and_then(|()| read(&cells));
            if let Ok(row) = &mut outcome {
                row.remarks.extend(cells.remark.map(str::to_owned));
            }
            sink.row(Row { place, subject: subject(&cells), outcome })?;
        }
        sink.notice(self.ending());
        Ok(())
    }
}

impl TableRow {
    /// The texts of its cells.
    fn texts(&self) -> Vec<String> {
        self.cells.iter().map(Cell::to_string).collect()
    }
}

/// Chooses the sheet of a workbook to read, and makes the notice about the others.
fn choose(
    tables: Vec<Table>,
    file: &Arc<str>,
    recognises: impl Fn(&Header) -> bool,
) -> Result<(Table, Option<String>), FileError> {
    let fits = |table: &Table| {
        let texts = table.rows.first().map(TableRow::texts);
        texts.is_some_and(|texts| recognises(&Header::new(texts.iter().map(String::as_str), file)))
    };
    if let Some(hidden) = tables.iter().find(|table| table.is_hidden && fits(table)) {
        let refused = workbook::hidden_sheet(&hidden.title());
        return Err(FileError::RefusedFile { file: file.clone(), refused });
    }
    let mut visible: Vec<Table> =
        tables.into_iter().filter(|table| !table.is_hidden && !table.rows.is_empty()).collect();
    let fitting: Vec<usize> = (0..visible.len()).filter(|index| fits(&visible[*index])).collect();
    if fitting.len() > 1 {
        let sheets = fitting.iter().map(|index| visible[*index].title()).collect();
        return Err(FileError::SeveralSheets { file: file.clone(), sheets });
    }
    // If no sheet is recognised, looking for columns in the first one reports what is missing.
    let first = fitting.first().copied().or_else(|| visible.iter().position(|table| !is_read_me(&table.title())));
    let chosen = visible.remove(first.ok_or_else(|| FileError::Empty { file: file.clone() })?);
    let unread = table::unread_notice(file, &chosen, &visible);
    Ok((chosen, unread))
}
