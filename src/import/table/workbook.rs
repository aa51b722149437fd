//! Reads the cells of XLSX workbooks, within limits that do not trust declared sizes.

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{DataRef, Reader, Sheet, SheetType, SheetVisible, Style, Xlsx};

use crate::import::limits::{
    IMPORT_WORKBOOK_BYTES, IMPORT_WORKBOOK_CELLS, IMPORT_WORKBOOK_FORMATS, IMPORT_WORKBOOK_ROWS,
    IMPORT_WORKBOOK_STRINGS, IMPORT_WORKBOOK_TEXT_BYTES, IMPORT_WORKBOOK_UNPACKED_BYTES, SHEET_COLUMNS,
    SHEET_QUOTED_CHARACTERS, SHEET_ROWS, WORKBOOK_BYTES, WORKBOOK_CELLS, WORKBOOK_FORMATS, WORKBOOK_STRINGS,
    WORKBOOK_TEXT_BYTES,
};
use crate::record::fault;

use super::cell::{Cell, RefusedFile, Row, Table};
use super::csv::too_many_rows;
use super::package::{Bounds, damaged, repack};
use super::sheets::{is_of_template, is_read_me};
use super::shown::{DisplayedAs, display_of};
use super::styles::{Position, Styles};
use super::{day, number};

/// Reads the sheets of an XLSX workbook: `Reports` and `Lines`, or all visible sheets if it has neither.
///
/// # Errors
/// If it is damaged, has another format, is too large when unpacked, or has too many rows or columns.
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, RefusedFile> {
    let remaining =
        Remaining { rows: SHEET_ROWS, figures: SHEET_ROWS, cells: WORKBOOK_CELLS, text: WORKBOOK_TEXT_BYTES };
    let bounds = Bounds { bytes: WORKBOOK_BYTES, strings: WORKBOOK_STRINGS, formats: WORKBOOK_FORMATS };
    open(bytes, bounds, |workbook| {
        let any_wanted = workbook.sheets.iter().any(|(_, sheet)| is_wanted(sheet));
        if let Some((_, hidden)) = workbook.sheets.iter().find(|(_, sheet)| is_wanted(sheet) && is_hidden(sheet)) {
            return Err(hidden_sheet(&name(hidden)));
        }
        let is_read = |sheet: &Sheet| {
            if any_wanted { is_wanted(sheet) } else { !is_hidden(sheet) && !is_read_me(&sheet.name) }
        };
        workbook.tables(remaining, is_read)
    })
}

/// Reads every sheet of an XLSX workbook for the command line, including hidden ones.
///
/// # Errors
/// The same as [`read`].
pub(in crate::import) fn read_every_sheet(bytes: &[u8]) -> Result<Vec<Table>, RefusedFile> {
    if bytes.len() > IMPORT_WORKBOOK_BYTES {
        let message = format!("the workbook has more than {IMPORT_WORKBOOK_BYTES} bytes: save it as CSV in UTF-8");
        return Err(RefusedFile::new("file_too_large", message));
    }
    let remaining = Remaining {
        rows: IMPORT_WORKBOOK_ROWS,
        figures: IMPORT_WORKBOOK_ROWS,
        cells: IMPORT_WORKBOOK_CELLS,
        text: IMPORT_WORKBOOK_TEXT_BYTES,
    };
    let bounds = Bounds {
        bytes: IMPORT_WORKBOOK_UNPACKED_BYTES,
        strings: IMPORT_WORKBOOK_STRINGS,
        formats: IMPORT_WORKBOOK_FORMATS,
    };
    open(bytes, bounds, |workbook| workbook.tables(remaining, |_| true))
}

/// The refusal of a workbook whose figures are in a hidden sheet.
pub(in crate::import) fn hidden_sheet(name: &str) -> RefusedFile {
    let message = format!("the sheet {name} is hidden: show it, so that all can be seen that is imported");
    RefusedFile::new("hidden_sheet", message)
}

/// Reads a workbook within the limits.
fn open(
    bytes: &[u8],
    bounds: Bounds,
    read: impl FnOnce(&mut OpenWorkbook<'_>) -> Result<Vec<Table>, RefusedFile>,
) -> Result<Vec<Table>, RefusedFile> {
    let package = repack(bytes, bounds)?;
    // The calamine reader may panic on bad input; such a workbook counts as damaged.
    catch_unwind(AssertUnwindSafe(|| read(&mut OpenWorkbook::open(&package)?))).unwrap_or_else(|_| Err(damaged()))
}

/// An opened workbook.
struct OpenWorkbook<'b> {
    cells: Xlsx<Cursor<&'b [u8]>>,
    styles: Styles<'b>,
    /// Its worksheets, each with its index among all sheets.
    sheets: Vec<(usize, Sheet)>,
}

impl<'b> OpenWorkbook<'b> {
    fn open(package: &'b [u8]) -> Result<Self, RefusedFile> {
        let cells = Xlsx::new(Cursor::new(package)).map_err(|_| damaged())?;
        if cells.has_1904_epoch() {
            let message =
                "the workbook counts days from 1904: switch that off in its options, check its days and save it";
            return Err(RefusedFile::new("days_from_1904", message));
        }
        let mut sheets: Vec<(usize, Sheet)> = cells.sheets_metadata().iter().cloned().enumerate().collect();
        sheets.retain(|(_, sheet)| sheet.typ == SheetType::WorkSheet);
        Ok(OpenWorkbook { cells, styles: Styles::open(package)?, sheets })
    }

    /// The tables of its sheets. Those that are not read have no rows.
    fn tables(
        &mut self,
        mut remaining: Remaining,
        is_read: impl Fn(&Sheet) -> bool,
    ) -> Result<Vec<Table>, RefusedFile> {
        let mut tables = Vec::new();
        for (index, sheet) in self.sheets.clone() {
            let is_read = is_read(&sheet);
            let rows = if is_read { read_rows(self, index, &sheet.name, &mut remaining)? } else { Vec::new() };
            let is_unread = !is_read && !is_read_me(&sheet.name);
            let is_hidden = is_hidden(&sheet);
            tables.push(Table { sheet: Some(name(&sheet)), file: None, rows, is_unread, is_hidden });
        }
        Ok(tables)
    }
}

/// True if the sheet has a name of the template.
fn is_wanted(sheet: &Sheet) -> bool {
    is_of_template(&sheet.name)
}

fn is_hidden(sheet: &Sheet) -> bool {
    sheet.visible != SheetVisible::Visible
}

/// The name of a sheet, cut if it is longer than any program allows, because every fault repeats it.
fn name(sheet: &Sheet) -> Arc<str> {
    sheet.name.chars().take(SHEET_QUOTED_CHARACTERS).collect::<String>().into()
}

/// What may still be read of a workbook.
struct Remaining {
    /// The limit of rows of figures, for messages.
    rows: usize,
    /// The remaining rows of figures.
    figures: usize,
    /// The remaining cells, including empty ones.
    cells: usize,
    /// The remaining bytes of text.
    text: usize,
}

/// The rows of a sheet, without blank rows and remarks.
fn read_rows(
    workbook: &mut OpenWorkbook<'_>,
    index: usize,
    name: &str,
    remaining: &mut Remaining,
) -> Result<Vec<Row>, RefusedFile> {
    let mut rows = Vec::new();
    let mut cells = read_cells(workbook, index, name, remaining)?.into_iter().peekable();
    while let Some(((number, _), _)) = cells.peek() {
        let number = *number;
        let mut row = Row { number: u64::from(number) + 1, ..Row::default() };
        while let Some(((_, column), cell)) = cells.next_if(|((row, _), _)| *row == number) {
            let column = column as usize;
            if column >= SHEET_COLUMNS {
                let message = format!("sheet {name}, row {} has more than {SHEET_COLUMNS} columns", row.number);
                return Err(RefusedFile::new("too_many_columns", message));
            }
            row.cells.resize(column, Cell::Empty);
            row.cells.push(cell);
        }
        row.width = row.cells.len();
        if row.is_blank_or_comment() {
            continue;
        }
        // The first row is the header.
        if rows.len() > remaining.figures {
            return Err(too_many_rows(remaining.rows));
        }
        rows.push(row);
    }
    remaining.figures -= rows.len().saturating_sub(1);
    Ok(rows)
}

/// The cells of a sheet that have a value, by row and column, counted from 0.
fn read_cells(
    workbook: &mut OpenWorkbook<'_>,
    index: usize,
    name: &str,
    remaining: &mut Remaining,
) -> Result<BTreeMap<Position, Cell>, RefusedFile> {
    let too_large = |message: String| RefusedFile::new("workbook_too_large", message);
    let uncomputed = find_uncomputed(workbook, name)?;
    let part = workbook.styles.sheet(index)?;
    let mut styles = workbook.styles.cells(part)?;
    let mut reader = workbook.cells.worksheet_cells_reader(name).map_err(|_| damaged())?;
    let mut cells = BTreeMap::new();
    // Only stored cells are visited, so a sheet that claims a million rows costs nothing.
    while let Some((found, style)) = reader.next_cell_with_style_id().map_err(|_| damaged())? {
        remaining.cells = remaining.cells.checked_sub(1).ok_or_else(|| {
            let message = "cells, those included that only have a format: copy the table into a new workbook";
            too_large(format!("the workbook has more than {WORKBOOK_CELLS} {message}"))
        })?;
        let position = found.get_position();
        let cell = if uncomputed.contains(&position) {
            Cell::Formula
        } else {
            cell(found.get_value(), reader.styles().get(style))
        };
        let (styled, mark) = styles.next()?.ok_or_else(damaged)?;
        if styled != position {
            return Err(damaged());
        }
        let cell = match mark {
            Some(mark) if !cell.is_empty() => Cell::Marked(cell.to_string(), mark),
            _ => cell,
        };
        // One text may be shared by many cells of a small file.
        if let Cell::Text(text) | Cell::Error(text) | Cell::Disguised(_, text) | Cell::Marked(text, _) = &cell {
            remaining.text = remaining.text.checked_sub(text.len()).ok_or_else(|| {
                too_large(format!("the cells of the workbook have more than {WORKBOOK_TEXT_BYTES} bytes of text"))
            })?;
        }
        // Nobody can tell which of two cells at one position a program would show.
        if !cell.is_empty() && cells.insert(position, cell).is_some() {
            return Err(damaged());
        }
    }
    Ok(cells)
}

/// The cells of a sheet with a formula but no value.
fn find_uncomputed(workbook: &mut OpenWorkbook<'_>, name: &str) -> Result<HashSet<Position>, RefusedFile> {
    let mut found = HashSet::new();
    let mut reader = workbook.cells.worksheet_cells_reader(name).map_err(|_| damaged())?;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|_| damaged())? {
        if record.formula.is_some() && matches!(record.value, DataRef::Empty) {
            found.insert(record.pos);
        }
    }
    Ok(found)
}

/// The cell for a value, depending on how it is displayed.
fn cell(value: &DataRef<'_>, style: Option<&Style>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        #[allow(clippy::cast_precision_loss, reason = "spreadsheets hold binary fractions only")]
        DataRef::Int(number) => amount(*number as f64, style),
        DataRef::Float(number) => amount(*number, style),
        DataRef::SharedString(text) => Cell::text(text),
        // Values of formulas also come this way, errors as text.
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::typed(text),
        DataRef::Bool(boolean) => Cell::Boolean(*boolean),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            day::from_serial(moment.as_f64()).map_or_else(|| Cell::Text("a time of day".to_owned()), Cell::Day)
        }
        DataRef::DateTime(_) => Cell::Text("a length of time".to_owned()),
        DataRef::DateTimeIso(text) => {
            let day = text.get(..10).and_then(fault::parse_day);
            day.map_or_else(|| Cell::typed(text), Cell::Day)
        }
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// The cell for a number, depending on how it is displayed: `5 %` or `1233 kt`, not 0.05 or 1233.
fn amount(number: f64, style: Option<&Style>) -> Cell {
    let format = style.and_then(|style| style.number_format.as_ref()).map_or("", |format| format.format_code.as_str());
    match display_of(format, number) {
        DisplayedAs::Plain => Cell::Number(number),
        DisplayedAs::Percent => Cell::Share(number),
        DisplayedAs::Beside(words) => Cell::Text(format!("{} {words}", number::plain(number))),
        DisplayedAs::Otherwise => Cell::Disguised(number, format.chars().take(SHEET_QUOTED_CHARACTERS).collect()),
    }
}
