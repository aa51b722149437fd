//! The tables of a file, whichever of the kinds that are understood it is.

use std::sync::Arc;

use crate::record::limits::{SHEET_BYTES, SHEET_ROWS};

use super::cell::{Refused, Table};
use super::{csv_table, workbook};

/// Reads the tables of files that are sent together; those of several are told apart as `file 1`, `file 2` and on.
///
/// # Errors
/// When one of them cannot be read, or all together have too many rows.
pub fn read_all<F: AsRef<[u8]>>(files: &[F]) -> Result<Vec<Table>, Refused> {
    if let [file] = files {
        return read(file.as_ref());
    }
    let mut tables = Vec::new();
    let mut figures = 0;
    for (number, file) in (1..).zip(files) {
        let name = format!("file {number}");
        let read = read(file.as_ref())
            .map_err(|refused| Refused { detail: format!("{name}: {}", refused.detail), ..refused })?;
        figures += read.iter().map(Table::figures).sum::<usize>();
        if figures > SHEET_ROWS {
            return Err(csv_table::too_many_rows());
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
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, Refused> {
    if bytes.len() > SHEET_BYTES {
        let told = format!("the file has {} bytes; at most {SHEET_BYTES} are allowed", bytes.len());
        return Err(Refused::new("file_too_large", told));
    }
    if bytes.starts_with(b"PK") {
        return workbook::read(bytes);
    }
    let other = [
        (&b"\xd0\xcf\x11\xe0"[..], "an old or encrypted Excel workbook"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a text document"),
        (b"<", "a web page or XML"),
    ];
    if let Some((_, kind)) = other.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        let told =
            format!("the file is {kind}: save it as \"Excel Workbook (.xlsx)\" without a password, or as CSV in UTF-8");
        return Err(Refused::new("unknown_format", told));
    }
    csv_table::read(bytes).map(|table| vec![table])
}
