//! XLSX workbooks: the cells of their sheets, whatever sizes they declare.

use std::collections::{BTreeMap, HashSet};
use std::io::Cursor;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use calamine::{DataRef, Reader, SheetType, Style, Xlsx};

use crate::record::fault;
use crate::record::limits::{SHEET_COLUMNS, SHEET_QUOTED_CHARACTERS, SHEET_ROWS};

use super::cell::{Cell, Refused, Row, Table};
use super::csv_table::too_many_rows;
use super::package::{damaged, repack};
use super::shown::{Shown, shown};
use super::{day, number};

/// Reads every sheet of an XLSX workbook.
///
/// # Errors
/// When it is damaged, of another format, too large once unpacked, or has too many rows or columns.
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, Refused> {
    let package = repack(bytes)?;
    // The reader of the format trusts its input here and there: what makes it stumble is damaged.
    catch_unwind(AssertUnwindSafe(|| sheets(package))).unwrap_or_else(|_| Err(damaged()))
}

type Book = Xlsx<Cursor<Vec<u8>>>;

fn sheets(package: Vec<u8>) -> Result<Vec<Table>, Refused> {
    let mut book: Book = Xlsx::new(Cursor::new(package)).map_err(|_| damaged())?;
    if book.has_1904_epoch() {
        let told = "the workbook counts days from 1904: switch that off in its options, check its days and save it";
        return Err(Refused::new("days_from_1904", told));
    }
    let worksheets = book.sheets_metadata().iter().filter(|sheet| sheet.typ == SheetType::WorkSheet);
    let names: Vec<String> = worksheets.map(|sheet| sheet.name.clone()).collect();
    let mut left = SHEET_ROWS;
    let mut tables = Vec::new();
    for name in names {
        let rows = rows(&mut book, &name, left)?;
        left -= rows.len();
        tables.push(Table { sheet: Some(Arc::from(name)), rows });
    }
    Ok(tables)
}

/// The rows of a sheet that have a value, at most `most`.
fn rows(book: &mut Book, name: &str, most: usize) -> Result<Vec<Row>, Refused> {
    let uncomputed = uncomputed(book, name)?;
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    let mut rows: BTreeMap<u32, Row> = BTreeMap::new();
    // Only cells that are there are visited, so a sheet that claims a million rows costs nothing.
    while let Some((found, style)) = reader.next_cell_with_style_id().map_err(|_| damaged())? {
        let (row, column) = found.get_position();
        let cell = if uncomputed.contains(&(row, column)) {
            Cell::Formula
        } else {
            cell(found.get_value(), reader.styles().get(style))
        };
        if cell.is_empty() {
            continue;
        }
        let column = column as usize;
        if column >= SHEET_COLUMNS {
            let told = format!("sheet {name}, row {} has more than {SHEET_COLUMNS} columns", u64::from(row) + 1);
            return Err(Refused::new("too_many_columns", told));
        }
        let kept = rows.entry(row).or_insert_with(|| Row { number: u64::from(row) + 1, ..Row::default() });
        if kept.cells.len() <= column {
            kept.cells.resize(column + 1, Cell::Empty);
        }
        kept.cells[column] = cell;
        kept.width = kept.cells.len();
        if rows.len() > most {
            return Err(too_many_rows());
        }
    }
    Ok(rows.into_values().collect())
}

/// The cells of a sheet that have a formula and no value.
fn uncomputed(book: &mut Book, name: &str) -> Result<HashSet<(u32, u32)>, Refused> {
    let mut found = HashSet::new();
    let mut reader = book.worksheet_cells_reader(name).map_err(|_| damaged())?;
    while let Some(record) = reader.next_cell_with_formula_metadata().map_err(|_| damaged())? {
        if record.formula.is_some() && matches!(record.value, DataRef::Empty) {
            found.insert(record.pos);
        }
    }
    Ok(found)
}

/// A cell, by its value and how it is shown.
fn cell(value: &DataRef<'_>, style: Option<&Style>) -> Cell {
    match value {
        DataRef::Empty => Cell::Empty,
        #[allow(clippy::cast_precision_loss, reason = "spreadsheets hold binary fractions only")]
        DataRef::Int(number) => amount(*number as f64, style),
        DataRef::Float(number) => amount(*number, style),
        DataRef::String(text) | DataRef::DurationIso(text) => Cell::typed(text),
        DataRef::SharedString(text) => Cell::typed(text),
        DataRef::Bool(boolean) => Cell::Boolean(*boolean),
        DataRef::DateTime(moment) if moment.is_datetime() => {
            day::counted(moment.as_f64()).map_or_else(|| Cell::Text("a time of day".to_owned()), Cell::Day)
        }
        DataRef::DateTime(_) => Cell::Text("a length of time".to_owned()),
        DataRef::DateTimeIso(text) => {
            let day = text.get(..10).and_then(fault::day);
            day.map_or_else(|| Cell::typed(text), Cell::Day)
        }
        DataRef::Error(error) => Cell::Error(error.to_string()),
    }
}

/// A number, by how it is shown: one that is shown as `5 %` or `1233 kt` is that, not 0.05 or 1233.
fn amount(number: f64, style: Option<&Style>) -> Cell {
    let format = style.and_then(|style| style.number_format.as_ref()).map_or("", |format| format.format_code.as_str());
    match shown(format, number) {
        Shown::Plain => Cell::Number(number),
        Shown::Percent => Cell::Share(number),
        Shown::Beside(words) => Cell::Text(format!("{} {words}", number::plain(number))),
        Shown::Otherwise => Cell::Disguised(number, format.chars().take(SHEET_QUOTED_CHARACTERS).collect()),
    }
}
