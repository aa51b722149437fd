//! The tables of a file, whichever of the kinds that are understood it is.

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

use cell::{RefusedFile, Row, Table, some_of};
use csv::CsvRows;
use sheets::is_read_me;

/// Reads the tables of files that are sent together; those of several are told apart as `file 1`, `file 2` and on.
///
/// # Errors
/// When one of them cannot be read, or all together have too many rows.
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

/// Reads the tables of a CSV file or an XLSX workbook, told apart by their first bytes.
///
/// # Errors
/// When the file is of another kind, too large, or damaged.
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

/// An opened file that may be of any size.
pub(in crate::import) enum Opened<'a> {
    /// The rows of a CSV file, not yet read.
    Csv(Rows<'a>),
    /// The sheets of a workbook, hidden ones too.
    Workbook(Vec<Table>),
}

/// Opens a file that the command line brings in: CSV is read row by row, a workbook at once.
pub(in crate::import) fn open<'a>(reader: impl Read + 'a) -> Result<Opened<'a>, RefusedFile> {
    let mut reader = BufReader::new(reader);
    // What cannot be read is told by whoever reads on.
    let head = reader.fill_buf().unwrap_or_default();
    known_format(head)?;
    if !head.starts_with(b"PK") {
        return Ok(Opened::Csv(Box::new(CsvRows::open(reader)?)));
    }
    let mut bytes = Vec::new();
    let most = u64::try_from(IMPORT_WORKBOOK_BYTES).unwrap_or(u64::MAX);
    reader.take(most.saturating_add(1)).read_to_end(&mut bytes).map_err(|error| csv::unreadable(&error))?;
    workbook::read_every_sheet(&bytes).map(Opened::Workbook)
}

/// What is to be told of the sheets that are not read beside the one that is.
pub(in crate::import) fn unread(file: &str, read: &Table, others: &[Table]) -> Option<String> {
    let names: Vec<String> =
        others.iter().map(Table::title).filter(|name| !is_read_me(name)).map(|name| format!("\"{name}\"")).collect();
    let count = names.len();
    let message =
        || format!("of {file} only the sheet \"{}\" is read, not {}", read.title(), some_of(names.into_iter(), count));
    (count > 0).then(message)
}

/// Refuses what begins as a file of a kind that is no table, by what it is.
///
/// # Errors
/// When it does.
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
