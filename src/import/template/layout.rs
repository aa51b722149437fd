//! Determines the columns of a table, and reads the cells of a row.

use std::sync::Arc;

use serde_json::{Value, json};

use super::columns::{Column, Kind, Meaning, Sheet, meaning};
use crate::import::table::cell::{
    Cell, CellFault, ColumnPlace, Mark, RefusedFile, Row, Table, first_few, letters, percent_of, quoted,
};
use crate::import::table::day;
use crate::import::table::number::{self, Decimal, Quantity};
use crate::import::table::unit::{Scale, plain_digit};

/// A recognized column of a file.
#[derive(Debug, Clone)]
struct KnownColumn {
    column: Column,
    /// The index, counted from 0.
    index: usize,
    /// The header in the file.
    header: String,
    /// The unit in the header.
    scale: Scale,
    /// The decimal mark that its cells show, if they agree.
    decimal_mark: Option<Decimal>,
}

/// The layout of a table.
#[derive(Debug, Clone)]
pub(in crate::import) struct Layout {
    pub(in crate::import) kind: Sheet,
    /// The name of the table; none for a single CSV file.
    pub(in crate::import) sheet: Option<Arc<str>>,
    /// True for CSV, where the delimiter may also occur within a cell.
    is_delimited: bool,
    columns: Vec<KnownColumn>,
    /// The number of cells in the header row, including empty ones.
    width: usize,
}

/// A row whose cells have been read.
#[derive(Debug, Clone)]
pub(in crate::import) struct Reading<'a> {
    pub(in crate::import) layout: &'a Layout,
    pub(in crate::import) row: &'a Row,
    /// The values that could be read, each with its pointer in the body.
    pub(in crate::import) values: Vec<(&'static str, Value)>,
    /// The pointers whose cells could not be read.
    pub(in crate::import) failed: Vec<&'static str>,
    /// The faults of the cells.
    pub(in crate::import) faults: Vec<CellFault>,
    /// True if it has more cells than there are headers, so that nobody knows which is which.
    pub(in crate::import) is_misaligned: bool,
}

impl Layout {
    /// The table that a header row belongs to. Only lines have a reference.
    pub(in crate::import) fn kind_of(header: &Row) -> Sheet {
        let names = |cell: &Cell| matches!(meaning(&cell.to_string(), Sheet::Lines), Meaning::Known(column, _) if column.name == "ref");
        if header.cells.iter().any(names) { Sheet::Lines } else { Sheet::Reports }
    }

    /// Reads a header row.
    ///
    /// # Errors
    /// All headers that are unknown, repeated or in a wrong unit, and a missing year.
    pub(in crate::import) fn of(kind: Sheet, table: &Table, header: &Row) -> Result<Layout, RefusedFile> {
        let (sheet, is_delimited) = (table.name(), table.sheet.is_none());
        let mut layout = Layout { kind, sheet, is_delimited, columns: Vec::new(), width: header.width };
        let mut faults = Vec::new();
        for (index, cell) in header.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            // The title is repeated with every fault of its cells.
            let title = quoted(cell).unwrap_or_default();
            let understood = match cell {
                // A hidden column is reported with its cells, if it has any.
                Cell::Marked(_, mark) if *mark != Mark::Hidden => Err((mark.code(), mark.message().to_owned())),
                _ => layout.understand(&title),
            };
            match understood {
                Ok((column, scale)) => {
                    layout.columns.push(KnownColumn { column, index, header: title, scale, decimal_mark: None });
                }
                Err((code, detail)) => {
                    let column = Some(ColumnPlace { letters: Some(letters(index)), header: title });
                    faults.push(layout.fault(header, column, quoted(cell), code, detail));
                }
            }
        }
        if layout.find("year").is_none() {
            let column = Some(ColumnPlace { letters: None, header: "year".to_owned() });
            let message = "there is no column `year`; the first row must be the headers, but for remarks, whose cells all begin with #"
                .to_owned();
            faults.push(layout.fault(header, column, None, "missing_column", message));
        }
        if faults.is_empty() {
            return Ok(layout);
        }
        let detail = "the headers are not those of the template".to_owned();
        Err(RefusedFile { code: "invalid_headers", detail, faults })
    }

    /// The column and the unit that a header means, or a fault.
    fn understand(&self, title: &str) -> Result<(Column, Scale), (&'static str, String)> {
        match meaning(title, self.kind) {
            Meaning::Known(column, scale) => match self.find(column.name) {
                None => Ok((column, scale)),
                Some(earlier) => {
                    let message =
                        format!("is the column `{}` again: column {} is the same", column.name, letters(earlier.index));
                    Err(("duplicate_column", message))
                }
            },
            Meaning::WrongUnit(column, unit, message) => {
                let message =
                    format!("`{}` is not taken in \"{unit}\", which {message}. {}", column.name, column.meaning);
                Err(("unknown_unit", message))
            }
            Meaning::Unknown(near) => {
                let hint = near.map_or_else(
                    || format!("those of {} are {}", self.kind.name(), names(self.kind)),
                    |near| format!("did you mean `{near}`?"),
                );
                Err(("unknown_column", format!("is not a column of the template; {hint}")))
            }
        }
    }

    /// True if it has a column for something within `pointer`.
    pub(in crate::import) fn has_within(&self, pointer: &str) -> bool {
        self.columns.iter().any(|known| known.column.pointer.starts_with(pointer))
    }

    /// True if it has the column `name`.
    pub(in crate::import) fn has(&self, name: &str) -> bool {
        self.find(name).is_some()
    }

    fn find(&self, name: &str) -> Option<&KnownColumn> {
        self.columns.iter().find(|known| known.column.name == name)
    }

    /// Sets the decimal mark of each column of numbers, if all cells that show one agree.
    pub(in crate::import) fn set_decimal_marks(&mut self, rows: &[Row]) {
        for known in self.columns.iter_mut().filter(|known| matches!(known.column.kind, Kind::Number(_))) {
            let texts = rows.iter().filter_map(|row| match row.cell(known.index) {
                Cell::Text(text) => number::evidence(text),
                _ => None,
            });
            let mut shown: Vec<Decimal> = texts.collect();
            shown.dedup();
            known.decimal_mark = if let [decimal] = shown.as_slice() { Some(*decimal) } else { None };
        }
    }

    /// Reads the cells of a row.
    pub(in crate::import) fn read<'a>(&'a self, row: &'a Row) -> Reading<'a> {
        let mut reading = Reading {
            layout: self,
            row,
            values: Vec::new(),
            failed: Vec::new(),
            faults: Vec::new(),
            is_misaligned: self.is_delimited && row.width > self.width,
        };
        // An unquoted number such as 1,233 becomes two cells and shifts all that follow.
        if reading.is_misaligned {
            let message = format!(
                "has {} cells under {} headers: put a cell in quotes when it contains what separates the cells",
                row.width, self.width
            );
            reading.faults.push(self.fault(row, None, None, "too_many_cells", message));
            return reading;
        }
        let mut strays = Vec::new();
        for (index, cell) in row.cells.iter().enumerate().filter(|(_, cell)| !cell.is_empty()) {
            let Some(known) = self.columns.iter().find(|known| known.index == index) else {
                strays.push(index);
                continue;
            };
            match parse_cell(cell, known) {
                Ok(value) => reading.values.push((known.column.pointer, value)),
                Err((code, detail)) => reading.fail(known.column.pointer, code, detail),
            }
        }
        reading.faults.extend(self.stray_fault(row, &strays));
        reading
    }

    /// The fault for cells in columns without a header.
    fn stray_fault(&self, row: &Row, strays: &[usize]) -> Option<CellFault> {
        let (first, others) = strays.split_first()?;
        let column = Some(ColumnPlace { letters: Some(letters(*first)), header: String::new() });
        let mut message = "stands in a column without a header".to_owned();
        if !others.is_empty() {
            message += &format!(
                ", as do the cells in {}",
                first_few(others.iter().map(|index| letters(*index)), others.len())
            );
        }
        Some(self.fault(row, column, quoted(row.cell(*first)), "no_header", message))
    }

    /// The column for a pointer: its own, that of a parent, or the first of its children.
    fn column_of(&self, pointer: &str) -> Option<&'static Column> {
        let columns = || self.kind.known();
        let within = |inner: &str, outer: &str| inner.strip_prefix(outer).is_some_and(|rest| rest.starts_with('/'));
        columns()
            .find(|column| column.pointer == pointer)
            .or_else(|| columns().find(|column| within(pointer, column.pointer)))
            .or_else(|| columns().find(|column| !pointer.is_empty() && within(column.pointer, pointer)))
    }

    /// A fault of a cell, or of a row if no column is given.
    fn fault(
        &self,
        row: &Row,
        column: Option<ColumnPlace>,
        text: Option<String>,
        code: &str,
        detail: String,
    ) -> CellFault {
        let sheet = self.sheet.clone();
        CellFault { sheet, row: row.number, column, pointer: None, text, code: code.to_owned(), detail }
    }
}

impl Reading<'_> {
    /// The value at a pointer; none if its cell is empty or unreadable.
    pub(in crate::import) fn value(&self, pointer: &str) -> Option<&Value> {
        self.values.iter().find(|(at, _)| *at == pointer).map(|(_, value)| value)
    }

    /// Adds a fault if the cell at a pointer is empty.
    pub(in crate::import) fn require(&mut self, pointer: &'static str) {
        if self.value(pointer).is_none() && !self.failed.contains(&pointer) && !self.is_misaligned {
            self.fail(pointer, "missing", "is required");
        }
    }

    /// Adds a fault of the cell at a pointer.
    pub(in crate::import) fn fail(&mut self, pointer: &'static str, code: &str, detail: impl Into<String>) {
        self.failed.push(pointer);
        let fault = self.fault(pointer, code, detail);
        self.faults.push(fault);
    }

    /// A fault at a pointer, located in the cell that it came from.
    pub(in crate::import) fn fault(&self, pointer: &str, code: &str, detail: impl Into<String>) -> CellFault {
        let own = if pointer == "/city" { self.layout.find("city").map(|found| found.column) } else { None };
        let column = own.or_else(|| self.layout.column_of(pointer).copied());
        let found = column.as_ref().and_then(|column| self.layout.find(column.name));
        let text = found.and_then(|found| quoted(self.row.cell(found.index)));
        let place = column.map(|column| ColumnPlace {
            letters: found.map(|found| letters(found.index)),
            header: found.map_or_else(|| column.name.to_owned(), |found| found.header.clone()),
        });
        let pointer = (!pointer.is_empty()).then(|| pointer.to_owned());
        CellFault { pointer, ..self.layout.fault(self.row, place, text, code, detail.into()) }
    }
}

/// The names of the columns, for a sentence.
fn names(kind: Sheet) -> String {
    kind.columns().iter().map(|column| column.name).collect::<Vec<_>>().join(", ")
}

/// The JSON value of a cell. The rules of the record are applied later.
fn parse_cell(cell: &Cell, known: &KnownColumn) -> Result<Value, (&'static str, String)> {
    let kind = known.column.kind;
    match cell {
        Cell::Error(error) => {
            let mut message = format!("holds the error {error} in place of a value");
            if matches!(kind, Kind::Text) {
                message += &format!("; in CSV write '{error} if the text itself is meant");
            }
            return Err(("error_cell", message));
        }
        // Raised text is harmless in a note.
        Cell::Marked(_, Mark::Raised) if matches!(kind, Kind::Text) => {}
        _ => cell.unclear().map_or(Ok(()), Err)?,
    }
    match kind {
        Kind::Year => day::read_year(cell).map(|year| json!(year)).map_err(|fault| (fault.code, fault.detail)),
        Kind::Day => day::read(cell).map(|day| json!(day)).map_err(|fault| (fault.code, fault.detail)),
        Kind::Number(quantity) => parse_number(cell, quantity, known),
        Kind::Word(words) => Ok(json!(match_word(&cell.to_string(), &words()))),
        Kind::Gases => Ok(parse_gases(&cell.to_string())),
        Kind::YesNo => parse_bool(cell),
        Kind::City | Kind::Text => Ok(json!(cell.to_string())),
    }
}

/// The number in a cell, in the unit of `quantity`.
fn parse_number(cell: &Cell, quantity: Quantity, known: &KnownColumn) -> Result<Value, (&'static str, String)> {
    let refused = || ("not_a_number", "must be a number".to_owned());
    let read = match cell {
        Cell::Number(number) => known.scale.of(*number).ok_or_else(refused)?,
        Cell::Share(share) if quantity == Quantity::Percent => percent_of(*share),
        Cell::Share(_) => return Err(("unknown_unit", "is formatted as a percentage".to_owned())),
        Cell::Day(_) => {
            let message =
                "is stored as a day: spreadsheets take texts such as 1.5 for one; format the cell as a number";
            return Err(("not_a_number", message.to_owned()));
        }
        Cell::Text(text) => number::read_in(known.scale, text, quantity, known.decimal_mark)
            .map_err(|fault| (fault.code, fault.detail))?,
        _ => return Err(refused()),
    };
    // JSON has no infinite numbers.
    serde_json::Number::from_f64(read).map(Value::Number).ok_or_else(refused)
}

/// The boolean in a cell.
fn parse_bool(cell: &Cell) -> Result<Value, (&'static str, String)> {
    match (cell, cell.to_string().trim().to_ascii_lowercase().as_str()) {
        (Cell::Boolean(answer), _) => Ok(json!(answer)),
        (_, "yes" | "true") => Ok(json!(true)),
        (_, "no" | "false") => Ok(json!(false)),
        _ => Err(("not_allowed", "must be yes or no".to_owned())),
    }
}

/// The matching word of a vocabulary, ignoring case. Another text stays unchanged, and the record refuses it.
fn match_word(text: &str, words: &[&'static str]) -> String {
    let plain: String = text.chars().map(plain_digit).collect();
    let known = words.iter().find(|word| word.eq_ignore_ascii_case(plain.trim()));
    known.map_or_else(|| text.to_owned(), |word| (*word).to_owned())
}

/// The gases that a text names.
fn parse_gases(text: &str) -> Value {
    let known: Vec<&str> = crate::record::vocabulary::Gas::ALL.iter().map(|gas| gas.as_str()).collect();
    let parts = text.split([',', ';', '/', '+', ' ']).filter(|part| !part.trim().is_empty());
    parts.map(|part| match_word(part, &known)).collect::<Vec<_>>().into()
}
