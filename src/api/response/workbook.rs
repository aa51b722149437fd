//! Rows as the sheets of an XLSX workbook: numbers, days and times as such, and every text as text.

use std::borrow::Cow;
use std::io;

use chrono::{DateTime, Datelike, NaiveDate};
use rust_xlsxwriter::{DocProperties, ExcelDateTime, Format, Workbook, Worksheet, XlsxError};
use serde::Serialize;
use serde_json::value::RawValue;

use super::columns::{Kind, Shape};
use super::problem::{Code, Problem};
use super::table::{Finder, harmless, text};

/// The most characters that a cell can have.
const CELL_CHARACTERS: usize = 32_767;
/// How wide a column is, in characters.
const WIDTH: u16 = 18;

/// A workbook to which sheets are added.
pub struct Book {
    book: Workbook,
    formats: Formats,
}

/// How cells are shown.
struct Formats {
    header: Format,
    day: Format,
    time: Format,
    /// A text that would be run as a formula if it were typed: it stays a text when it is edited.
    quoted: Format,
}

impl Book {
    /// One without sheets. The same sheets give the same bytes.
    ///
    /// # Errors
    /// Never.
    pub fn new(title: &str) -> Result<Self, XlsxError> {
        let mut book = Workbook::new();
        // Without it the time of writing would be in the file.
        let created = ExcelDateTime::from_ymd(2026, 1, 1)?;
        book.set_properties(&DocProperties::new().set_title(title).set_creation_datetime(&created));
        let formats = Formats {
            header: Format::new().set_bold(),
            day: Format::new().set_num_format("yyyy-mm-dd"),
            time: Format::new().set_num_format("yyyy-mm-dd hh:mm:ss"),
            quoted: Format::new().set_quote_prefix(),
        };
        Ok(Book { book, formats })
    }

    /// Adds a sheet with a row for each of `rows`, below the names of the columns, which stay in view.
    ///
    /// # Errors
    /// When a row cannot be written, which plain data always can.
    pub fn add<T: Serialize>(
        &mut self,
        name: &str,
        shape: &Shape,
        rows: impl IntoIterator<Item = T>,
    ) -> io::Result<&mut Self> {
        let sheet = self.book.add_worksheet().set_name(name).map_err(io::Error::other)?;
        self.formats.begin(sheet, shape).map_err(io::Error::other)?;
        let mut finder = Finder::new(shape.names());
        for (row, item) in (1_u32..).zip(rows) {
            for ((column, kind), cell) in (0_u16..).zip(shape.kinds()).zip(finder.cells(&item)?) {
                if let Some(cell) = cell {
                    self.formats.write(sheet, (row, column), *kind, cell)?;
                }
            }
        }
        Ok(self)
    }

    /// Adds a sheet of lines of text.
    ///
    /// # Errors
    /// Never.
    pub fn add_text(&mut self, name: &str, lines: &[String]) -> Result<&mut Self, XlsxError> {
        let sheet = self.book.add_worksheet().set_name(name)?;
        sheet.set_column_width(0, 100)?;
        for (row, line) in (0_u32..).zip(lines) {
            self.formats.write_text(sheet, (row, 0), line)?;
        }
        Ok(self)
    }

    /// The file.
    ///
    /// # Errors
    /// Never, as it is written to memory.
    pub fn finish(&mut self) -> Result<Vec<u8>, XlsxError> {
        self.book.save_to_buffer()
    }
}

impl Formats {
    fn begin(&self, sheet: &mut Worksheet, shape: &Shape) -> Result<(), XlsxError> {
        sheet.set_freeze_panes(1, 0)?;
        for (column, name) in (0_u16..).zip(shape.names()) {
            sheet.write_string_with_format(0, column, name, &self.header)?;
            sheet.set_column_width(column, WIDTH)?;
        }
        Ok(())
    }

    fn write(&self, sheet: &mut Worksheet, at: (u32, u16), kind: Kind, cell: &RawValue) -> io::Result<()> {
        let json = cell.get();
        match kind {
            Kind::Bool => sheet.write_boolean(at.0, at.1, serde_json::from_str(json)?).map(drop),
            Kind::Int32 | Kind::Int64 | Kind::Double => {
                sheet.write_number(at.0, at.1, serde_json::from_str::<f64>(json)?).map(drop)
            }
            Kind::Day => match day(serde_json::from_str(json)?) {
                Some(day) => sheet.write_datetime_with_format(at.0, at.1, &day, &self.day).map(drop),
                None => self.write_text(sheet, at, &text(cell)?),
            },
            Kind::Time => match time(&text(cell)?) {
                Some(time) => sheet.write_datetime_with_format(at.0, at.1, &time, &self.time).map(drop),
                None => self.write_text(sheet, at, &text(cell)?),
            },
            Kind::Text => self.write_text(sheet, at, &text(cell)?),
        }
        .map_err(io::Error::other)
    }

    fn write_text(&self, sheet: &mut Worksheet, (row, column): (u32, u16), text: &str) -> Result<(), XlsxError> {
        let text = fitting(text);
        if harmless(&text) == text {
            sheet.write_string(row, column, text.as_ref())?;
        } else {
            sheet.write_string_with_format(row, column, text.as_ref(), &self.quoted)?;
        }
        Ok(())
    }
}

/// As much of a text as a cell has room for; the end of what is cut is marked. The room is counted in UTF-16.
fn fitting(text: &str) -> Cow<'_, str> {
    if text.encode_utf16().count() <= CELL_CHARACTERS {
        return text.into();
    }
    let mut units = 0;
    let is_within = |character: &char| {
        units += character.len_utf16();
        units < CELL_CHARACTERS
    };
    text.chars().take_while(is_within).chain(['…']).collect()
}

/// A day as a sheet has it; none before 1900, where its days begin.
fn day(day: NaiveDate) -> Option<ExcelDateTime> {
    let (month, of_month) = (u8::try_from(day.month()).ok()?, u8::try_from(day.day()).ok()?);
    ExcelDateTime::from_ymd(u16::try_from(day.year()).ok()?, month, of_month).ok()
}

/// A time as a sheet has it, in UTC.
fn time(text: &str) -> Option<ExcelDateTime> {
    ExcelDateTime::from_timestamp(DateTime::parse_from_rfc3339(text).ok()?.timestamp()).ok()
}

/// The answer when a workbook could not be made.
pub fn unmade(error: &dyn std::error::Error) -> Problem {
    log::error!("a workbook cannot be made: {error}");
    Problem::new(Code::Internal, "the workbook cannot be made; this has been logged")
}
