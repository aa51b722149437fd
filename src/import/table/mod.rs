//! Reads the tables of a file in any of the supported formats.

pub(in crate::import) mod blank_cell;
pub mod cell;
pub mod csv;
pub mod day;
pub(in crate::import) mod duplicates;
pub(in crate::import) mod figure;
pub mod number;
pub(in crate::import) mod package;
pub mod sheets;
pub(in crate::import) mod shown;
pub(in crate::import) mod styles;
pub mod unit;
pub mod workbook;

use std::io::{BufRead, BufReader, Read};
use std::sync::Arc;

use crate::import::limits::{IMPORT_WORKBOOK_BYTES, SHEET_BYTES, SHEET_ROWS};

use cell::{RefusedFile, Row, Table, first_few};
use csv::CsvRows;
use sheets::is_read_me;

/// Reads the tables of files that are sent together. Several files are named `file 1`, `file 2` and so on.
///
/// # Errors
/// If one of them cannot be read, or all together have too many rows.
pub fn read_all<F: AsRef<[u8]>>(files: &[F]) -> Result<Vec<Table>, RefusedFile> {
    if let [file] = files {
        return read(file.as_ref());
    }
    let mut tables = Vec::new();
    let mut figures = 0;
    for (number, file) in (1..).zip(files) {
        let name = format!("file {number}");
        let read = read(file.as_ref())
            .map_err(|refused| RefusedFile { detail: format!("{name}: {}", refused.detail), ..refused })?;
        figures += read.iter().map(Table::figures).sum::<usize>();
        if figures > SHEET_ROWS {
            return Err(csv::too_many_rows(SHEET_ROWS));
        }
        let name: Arc<str> = name.into();
        tables.extend(read.into_iter().map(|table| Table { file: Some(name.clone()), ..table }));
    }
    Ok(tables)
}

/// Reads the tables of a CSV file or an XLSX workbook, recognized by the first bytes.
///
/// # Errors
/// If the file has another format, is too large, or is damaged.
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, RefusedFile> {
    if bytes.len() > SHEET_BYTES {
        let message = format!("the file has {} bytes; at most {SHEET_BYTES} are allowed", bytes.len());
        return Err(RefusedFile::new("file_too_large", message));
    }
    if bytes.starts_with(b"PK") {
        return workbook::read(bytes);
    }
    known_format(bytes)?;
    csv::read(bytes).map(|table| vec![table])
}

/// The rows of a table, read one by one.
pub(in crate::import) type Rows<'a> = Box<dyn Iterator<Item = Result<Row, RefusedFile>> + 'a>;

/// An opened file of any size.
pub(in crate::import) enum Opened<'a> {
    /// The rows of a CSV file, not read yet.
    Csv(Rows<'a>),
    /// The sheets of a workbook, including hidden ones.
    Workbook(Vec<Table>),
}

/// Opens a file for the command line. CSV is read row by row, a workbook at once.
pub(in crate::import) fn open<'a>(reader: impl Read + 'a) -> Result<Opened<'a>, RefusedFile> {
    let mut reader = BufReader::new(reader);
    // A read error here appears again when reading goes on.
    let head = reader.fill_buf().unwrap_or_default();
    known_format(head)?;
    if !head.starts_with(b"PK") {
        return Ok(Opened::Csv(Box::new(CsvRows::open(reader)?)));
    }
    let mut bytes = Vec::new();
    let limit = u64::try_from(IMPORT_WORKBOOK_BYTES).unwrap_or(u64::MAX);
    reader.take(limit.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| csv::unreadable(&error))?;
    workbook::read_every_sheet(&bytes).map(Opened::Workbook)
}

/// The notice about the sheets that are not read; none if there are none.
pub(in crate::import) fn unread_notice(file: &str, read: &Table, others: &[Table]) -> Option<String> {
    let names: Vec<String> =
        others.iter().map(Table::title).filter(|name| !is_read_me(name)).map(|name| format!("\"{name}\"")).collect();
    let count = names.len();
    let message = || {
        format!("of {file} only the sheet \"{}\" is read, not {}", read.title(), first_few(names.into_iter(), count))
    };
    (count > 0).then(message)
}

/// Refuses known formats that are not tables, by their first bytes.
///
/// # Errors
/// If the file has such a format.
pub(in crate::import) fn known_format(head: &[u8]) -> Result<(), RefusedFile> {
    let other = [
        (&b"\xd0\xcf\x11\xe0"[..], "an old or encrypted Excel workbook"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a text document"),
        (b"<", "a web page or XML"),
    ];
    let Some((_, kind)) = other.iter().find(|(mark, _)| head.starts_with(mark)) else { return Ok(()) };
    let message =
        format!("the file is {kind}: save it as \"Excel Workbook (.xlsx)\" without a password, or as CSV in UTF-8");
    Err(RefusedFile::new("unknown_format", message))
}
