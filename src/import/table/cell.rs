//! The cells of a table as its file has them, and what can be wrong with them.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::import::limits::{SHEET_OTHERS_NAMED, SHEET_QUOTED_CHARACTERS};

/// The content of a cell.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or only white space.
    #[default]
    Empty,
    /// Text; every cell of a CSV file is text.
    Text(String),
    /// A number that the file stores as one.
    Number(f64),
    /// A number displayed as a percentage: 5 % is stored as 0.05.
    Share(f64),
    /// A number displayed as another one, and its number format.
    Disguised(f64, String),
    /// A day.
    Day(NaiveDate),
    /// True or false.
    Boolean(bool),
    /// An error such as `#REF!`, in place of a value.
    Error(String),
    /// A formula whose value was never computed.
    Formula,
    /// A value with misleading formatting, so that nobody can say what is meant.
    Marked(String, Mark),
}

/// Formatting that makes the content of a cell unclear. If there are several, the last in this order counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Part of its text is raised, like a footnote mark, or lowered after a figure.
    Raised,
    /// Part of its text is struck out.
    StruckOut,
    /// It is in a hidden row or column.
    Hidden,
}

impl Mark {
    /// The code of the fault.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Mark::Raised => "raised_text",
            Mark::StruckOut => "struck_out",
            Mark::Hidden => "hidden_cell",
        }
    }

    /// What is wrong and what to do, for a person.
    #[must_use]
    pub const fn message(self) -> &'static str {
        match self {
            Mark::Raised => {
                "has raised or lowered text, such as the mark of a footnote, that would be read as a part of it: take it out"
            }
            Mark::StruckOut => "is struck out, as a whole or in part: take out what no longer counts",
            Mark::Hidden => {
                "stands in a hidden row or column: show it, so that all can be seen that is imported, or take it out"
            }
        }
    }
}

/// The error values that spreadsheets show instead of a value.
const ERRORS: [&str; 9] =
    ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#GETTING_DATA"];

/// True if a text is an error value.
#[must_use]
pub fn is_error(text: &str) -> bool {
    ERRORS.contains(&text)
}

impl Cell {
    /// The cell for a text that was typed, or that is the value of a formula. Trims white space.
    #[must_use]
    pub fn typed(text: &str) -> Cell {
        if is_error(text.trim()) { Cell::Error(text.trim().to_owned()) } else { Cell::text(text) }
    }

    /// The cell for a text that is taken literally. Trims white space.
    #[must_use]
    pub fn text(text: &str) -> Cell {
        let text = text.trim();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }

    /// True if the cell is empty.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// Why the meaning of the cell is unclear: a fault code, and a sentence. None if it is clear.
    #[must_use]
    pub fn unclear(&self) -> Option<(&'static str, String)> {
        match self {
            Cell::Formula => {
                let message = "holds a formula whose value was never computed: open the file in a spreadsheet program and save it";
                Some(("formula_without_value", message.to_owned()))
            }
            Cell::Disguised(number, _) => {
                let message = format!(
                    "holds {number}, which its number format shows as something else, so that nobody can say which is meant: \
                     format the cell as a plain number and type what is meant"
                );
                Some(("number_format", message))
            }
            Cell::Marked(_, mark) => Some((mark.code(), mark.message().to_owned())),
            _ => None,
        }
    }
}

impl fmt::Display for Cell {
    /// Writes the content so that the author would recognize it.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cell::Empty => Ok(()),
            Cell::Text(text) | Cell::Error(text) | Cell::Marked(text, _) => f.write_str(text),
            Cell::Number(number) => number.fmt(f),
            Cell::Share(share) => write!(f, "{} %", percent_of(*share)),
            Cell::Disguised(number, format) => write!(f, "{number} shown by {format}"),
            Cell::Day(day) => day.fmt(f),
            Cell::Boolean(true) => f.write_str("TRUE"),
            Cell::Boolean(false) => f.write_str("FALSE"),
            Cell::Formula => f.write_str("(a formula without a value)"),
        }
    }
}

/// The percentage stored as `share`. 0.07 gives 7, although a hundred times the binary fraction does not.
#[must_use]
pub fn percent_of(share: f64) -> f64 {
    // Twelve decimals are finer than any recorded percentage.
    (share * 1e14).round() / 1e12
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// The row number in a spreadsheet: the first line of the file is row 1.
    pub number: u64,
    /// The cells from column A on. Missing cells are empty.
    pub cells: Vec<Cell>,
    /// The number of cells in the file, including empty ones.
    pub width: usize,
    /// True if the file ends within the row, without a line end, so that it may be incomplete.
    pub is_cut: bool,
}

impl Row {
    /// The cell in the column `index`, counted from 0.
    #[must_use]
    pub fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }

    /// True if the row has nothing to read: no value, or only values that begin with `#`.
    #[must_use]
    pub fn is_blank_or_comment(&self) -> bool {
        let is_remark = |cell: &Cell| matches!(cell, Cell::Text(text) | Cell::Marked(text, _) if text.starts_with('#'));
        self.cells.iter().all(|cell| cell.is_empty() || is_remark(cell))
    }
}

/// A table in a file: a sheet of a workbook, or a whole CSV file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The sheet's name; none for a CSV file.
    pub sheet: Option<Arc<str>>,
    /// The file that it is in, if there are several.
    pub file: Option<Arc<str>>,
    /// The header row, and the rows of figures below it. Blank rows and remarks are left out.
    pub rows: Vec<Row>,
    /// True if it was not read: a hidden sheet, or one besides the wanted ones.
    pub is_unread: bool,
    /// True if the sheet is hidden.
    pub is_hidden: bool,
}

impl Table {
    /// The name that tells several tables apart; none for a single CSV file.
    #[must_use]
    pub fn name(&self) -> Option<Arc<str>> {
        match (&self.sheet, &self.file) {
            (Some(sheet), Some(file)) => Some(format!("{sheet} of {file}").into()),
            (Some(name), None) | (None, Some(name)) => Some(name.clone()),
            (None, None) => None,
        }
    }

    /// The name of the sheet; empty for a CSV file.
    #[must_use]
    pub fn title(&self) -> String {
        self.sheet.as_deref().unwrap_or_default().to_owned()
    }

    /// The number of rows of figures.
    #[must_use]
    pub fn figures(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }
}

/// The place of a column in its sheet, and its header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlace {
    /// The letters `A` to `XFD`; none if the file lacks the column.
    pub letters: Option<String>,
    /// The header in the file, or in the template if the file lacks the column.
    pub header: String,
}

/// A fault in a file, and its cell.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The sheet, or the file if there are several; none for a single CSV file and for JSON.
    pub sheet: Option<Arc<str>>,
    /// The row number in a spreadsheet; in JSON the index of the report, from 0.
    pub row: u64,
    /// The column; none if the fault concerns the whole row, and for JSON.
    pub column: Option<ColumnPlace>,
    /// The JSON pointer into the body of the report; none if the fault has no place there.
    pub pointer: Option<String>,
    /// The content of the cell as typed, cut after 100 characters; none if it is empty.
    pub text: Option<String>,
    /// The code of the fault, which is stable.
    pub code: String,
    /// What is wrong and what to do, for a person.
    pub detail: String,
}

impl fmt::Display for CellFault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if let Some(sheet) = &self.sheet {
            write!(f, "sheet {sheet}, ")?;
        }
        write!(f, "row {}", self.row)?;
        if let Some(column) = &self.column {
            match &column.letters {
                Some(letters) => write!(f, ", column {letters} ({})", column.header)?,
                None => write!(f, ", column {}", column.header)?,
            }
        }
        if let Some(text) = &self.text {
            write!(f, ", \"{text}\"")?;
        }
        write!(f, ": {}", self.detail)
    }
}

/// Why a whole file is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedFile {
    /// The code of the fault, which is stable.
    pub code: &'static str,
    /// What is wrong and what to do, for a person.
    pub detail: String,
    /// The faults in its headers; empty if the whole file is refused.
    pub faults: Vec<CellFault>,
}

impl RefusedFile {
    /// Refuses a file as a whole.
    pub fn new(code: &'static str, detail: impl Into<String>) -> Self {
        RefusedFile { code, detail: detail.into(), faults: Vec::new() }
    }
}

impl fmt::Display for RefusedFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.detail)?;
        self.faults.iter().try_for_each(|fault| write!(f, "; {fault}"))
    }
}

impl std::error::Error for RefusedFile {}

/// The content of a cell for a message, cut if it is long; none if it is empty.
#[must_use]
pub fn quoted(cell: &Cell) -> Option<String> {
    (!cell.is_empty()).then(|| {
        let text = cell.to_string();
        match text.char_indices().nth(SHEET_QUOTED_CHARACTERS) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    })
}

/// The first few of `count` names, and how many more there are.
#[must_use]
pub fn first_few(names: impl Iterator<Item = String>, count: usize) -> String {
    let message = names.take(SHEET_OTHERS_NAMED).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(SHEET_OTHERS_NAMED) {
        0 => message,
        more => format!("{message} and {more} more"),
    }
}

/// The letters of a column, counted from 0: `A`, `Z`, `AA`, `XFD`.
#[must_use]
pub fn letters(index: usize) -> String {
    let mut rest = index;
    let mut letters = Vec::new();
    loop {
        letters.push(char::from(b"ABCDEFGHIJKLMNOPQRSTUVWXYZ"[rest % 26]));
        if rest < 26 {
            return letters.iter().rev().collect();
        }
        rest = rest / 26 - 1;
    }
}
