//! The cells of a table as its file has them, and what can be wrong with one.

use std::fmt;
use std::sync::Arc;

use chrono::NaiveDate;

use crate::import::limits::{SHEET_OTHERS_NAMED, SHEET_QUOTED_CHARACTERS};

/// What a cell of a file holds.
#[derive(Debug, Clone, PartialEq, Default)]
pub enum Cell {
    /// Nothing, or white space only.
    #[default]
    Empty,
    /// What somebody typed; every cell of a CSV file is text.
    Text(String),
    /// A number that the file stores as one.
    Number(f64),
    /// A number that is shown as a percentage: 5 % is stored as 0.05.
    Share(f64),
    /// A number that is shown as another one, and the number format that does so.
    Disguised(f64, String),
    /// A day.
    Day(NaiveDate),
    /// True or false.
    Boolean(bool),
    /// An error such as `#REF!`, in place of a value.
    Error(String),
    /// A formula whose value was never computed.
    Formula,
    /// What a cell holds that is not shown as such: nobody can say what whoever typed it means.
    Marked(String, Mark),
}

/// How a cell is shown, where that is not what it holds; of several the last counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mark {
    /// Some of its text is raised, as the mark of a footnote is, or lowered behind a figure.
    Raised,
    /// Some of its text is struck out.
    StruckOut,
    /// It stands in a row or a column that is hidden.
    Hidden,
}

impl Mark {
    /// The word for it among the kinds of faults.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Mark::Raised => "raised_text",
            Mark::StruckOut => "struck_out",
            Mark::Hidden => "hidden_cell",
        }
    }

    /// What is wrong with it and what would be right, for a person.
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

/// The words that spreadsheets put in place of a value that they could not compute.
const ERRORS: [&str; 9] =
    ["#REF!", "#N/A", "#DIV/0!", "#VALUE!", "#NAME?", "#NUM!", "#NULL!", "#SPILL!", "#GETTING_DATA"];

/// Whether a text is the word of an error.
#[must_use]
pub fn is_error(text: &str) -> bool {
    ERRORS.contains(&text)
}

impl Cell {
    /// The cell that was typed as `text`, or came to be it as the value of a formula; outer white space is cut.
    #[must_use]
    pub fn typed(text: &str) -> Cell {
        if is_error(text.trim()) { Cell::Error(text.trim().to_owned()) } else { Cell::text(text) }
    }

    /// The cell that holds `text` and nothing else; outer white space is cut.
    #[must_use]
    pub fn text(text: &str) -> Cell {
        let text = text.trim();
        if text.is_empty() { Cell::Empty } else { Cell::Text(text.to_owned()) }
    }

    /// Whether there is nothing in it.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        matches!(self, Cell::Empty)
    }

    /// Why nobody can say what is meant by what it holds, if so: the kind of fault, and what is wrong.
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
    /// Writes what the cell holds, as one who typed it would know it again.
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

/// The percentage that is stored as `share`: 0.07 is 7, though a hundred times the binary fraction is not.
#[must_use]
pub fn percent_of(share: f64) -> f64 {
    // Twelve decimals are finer than any percentage that is recorded.
    (share * 1e14).round() / 1e12
}

/// A row of a table.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Row {
    /// Its number as a spreadsheet counts: the first line of the file is row 1.
    pub number: u64,
    /// Its cells from column A on; cells that are not there are empty.
    pub cells: Vec<Cell>,
    /// Cells that the file gives it, empty ones among them.
    pub width: usize,
    /// Whether the file ends within it, without a line end, so that it may be cut off.
    pub is_cut: bool,
}

impl Row {
    /// The cell of the column `index`, the first being 0.
    #[must_use]
    pub fn cell(&self, index: usize) -> &Cell {
        self.cells.get(index).unwrap_or(&Cell::Empty)
    }

    /// Whether there is nothing to read in it: no value, or a remark, each of whose values begins with `#`.
    #[must_use]
    pub fn is_blank_or_comment(&self) -> bool {
        let is_remark = |cell: &Cell| matches!(cell, Cell::Text(text) | Cell::Marked(text, _) if text.starts_with('#'));
        self.cells.iter().all(|cell| cell.is_empty() || is_remark(cell))
    }
}

/// A table of a file: a sheet of a workbook, or a whole CSV file.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Table {
    /// The sheet's name; none for a CSV file.
    pub sheet: Option<Arc<str>>,
    /// Which of several files it is in; none when there is only one.
    pub file: Option<Arc<str>>,
    /// The headers, and the rows of figures below them, in order; empty ones and remarks are left out.
    pub rows: Vec<Row>,
    /// Whether it was left unread: a sheet that is hidden, or that stands beside those that are wanted.
    pub is_unread: bool,
    /// Whether it is a sheet that is hidden.
    pub is_hidden: bool,
}

impl Table {
    /// What it is called where rows of several tables are told apart; none for a CSV file sent alone.
    #[must_use]
    pub fn name(&self) -> Option<Arc<str>> {
        match (&self.sheet, &self.file) {
            (Some(sheet), Some(file)) => Some(format!("{sheet} of {file}").into()),
            (Some(name), None) | (None, Some(name)) => Some(name.clone()),
            (None, None) => None,
        }
    }

    /// The name of its sheet; nothing for a CSV file.
    #[must_use]
    pub fn title(&self) -> String {
        self.sheet.as_deref().unwrap_or_default().to_owned()
    }

    /// How many rows of figures it has.
    #[must_use]
    pub fn figures(&self) -> usize {
        self.rows.len().saturating_sub(1)
    }
}

/// Where a column stands in its sheet, and what it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnPlace {
    /// Its letters, `A` to `XFD`; none when the file has no such column.
    pub letters: Option<String>,
    /// Its header as the file has it, or as the template would.
    pub header: String,
}

/// One thing that is wrong with a file, and the cell where it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CellFault {
    /// The sheet or, of several files, which of them; none for CSV sent alone and for JSON.
    pub sheet: Option<Arc<str>>,
    /// The row as a spreadsheet counts it; of JSON the index of the report, from 0.
    pub row: u64,
    /// The column; none when the fault is the whole row's, and for JSON.
    pub column: Option<ColumnPlace>,
    /// The JSON pointer of what is wrong, into the body of the report; none when it has no place there.
    pub pointer: Option<String>,
    /// What the cell holds, as it was typed, cut after 100 characters; none when it is empty.
    pub text: Option<String>,
    /// What kind of fault it is; stable.
    pub code: String,
    /// What is wrong and what would be right, for a person.
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
    /// What kind of fault it is; stable.
    pub code: &'static str,
    /// What is wrong and what would be right, for a person.
    pub detail: String,
    /// What is wrong with its headers, cell by cell; empty when the fault is the whole file's.
    pub faults: Vec<CellFault>,
}

impl RefusedFile {
    /// The refusal of a file as a whole.
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

/// What a cell holds, for a message: none when it is empty, cut when it is long.
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

/// The first few of `count` names, as many as a fault names, and how many more there are.
#[must_use]
pub fn some_of(names: impl Iterator<Item = String>, count: usize) -> String {
    let message = names.take(SHEET_OTHERS_NAMED).collect::<Vec<_>>().join(", ");
    match count.saturating_sub(SHEET_OTHERS_NAMED) {
        0 => message,
        more => format!("{message} and {more} more"),
    }
}

/// The letters of a column, the first being 0: `A`, `Z`, `AA`, `XFD`.
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
