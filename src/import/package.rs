//! The package that a workbook is: a ZIP archive, unpacked within limits before anything is read from it.

use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::record::limits::{WORKBOOK_BYTES, WORKBOOK_PARTS};

use super::cell::Refused;

/// Packs the parts of an XLSX file anew, without compression and without pictures and programs.
///
/// What comes out is no larger than the limit, whatever sizes the archive declares, and can be read without surprise.
///
/// # Errors
/// When it is no archive, damaged, of another format, has too many parts, or unpacks to more than the limit.
pub(super) fn repack(bytes: &[u8]) -> Result<Vec<u8>, Refused> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > WORKBOOK_PARTS {
        let told = format!("the workbook has {} parts; at most {WORKBOOK_PARTS} are read", archive.len());
        return Err(Refused::new("workbook_too_large", told));
    }
    check_format(&archive)?;
    let mut declared: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| damaged())?;
        declared = declared.saturating_add(part.size());
    }
    if declared > WORKBOOK_BYTES {
        return Err(too_large());
    }
    let mut left = WORKBOOK_BYTES;
    let mut packed = ZipWriter::new(Cursor::new(Vec::new()));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| damaged())?;
        let name = part.name().map_err(|_| damaged())?.into_owned();
        let kind = name.rsplit('.').next().unwrap_or_default();
        if !(kind.eq_ignore_ascii_case("xml") || kind.eq_ignore_ascii_case("rels")) {
            continue;
        }
        let mut content = Vec::new();
        // Declared sizes may lie: one byte more than is left tells that there is more.
        part.take(left + 1).read_to_end(&mut content).map_err(|_| damaged())?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_large)?;
        check_part(&content)?;
        packed.start_file(name, stored).map_err(|_| damaged())?;
        packed.write_all(&content).map_err(|_| damaged())?;
    }
    packed.finish().map(Cursor::into_inner).map_err(|_| damaged())
}

/// Refuses archives that are something else than an XLSX workbook.
fn check_format(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), Refused> {
    let has = |wanted: &str| archive.file_names().flatten().any(|name| name.eq_ignore_ascii_case(wanted));
    let kind = if has("xl/workbook.bin") {
        "a binary Excel workbook (.xlsb)"
    } else if has("content.xml") || has("mimetype") {
        "an OpenDocument file (.ods)"
    } else if has("word/document.xml") {
        "a text document (.docx)"
    } else if has("[Content_Types].xml") {
        return Ok(());
    } else {
        "a ZIP archive but no workbook"
    };
    Err(Refused::new(
        "unknown_format",
        format!("the file is {kind}: save it as \"Excel Workbook (.xlsx)\", or as CSV in UTF-8"),
    ))
}

/// Refuses a part that no spreadsheet program writes and that could lead its reader astray.
fn check_part(content: &[u8]) -> Result<(), Refused> {
    let text = std::str::from_utf8(content).map_err(|_| damaged())?;
    // XML allows no others; they would also hide text from the search below, as UTF-16 does.
    if text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err(damaged());
    }
    // The count of texts is believed by the reader, which makes room for them beforehand.
    for (at, count) in text.match_indices("uniqueCount") {
        let rest =
            text[at + count.len()..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        if digits > 0 && rest[..digits].parse::<usize>().map_or(true, |declared| declared > content.len()) {
            return Err(damaged());
        }
    }
    Ok(())
}

pub(super) fn damaged() -> Refused {
    Refused::new(
        "damaged_workbook",
        "the workbook cannot be read: open it in a spreadsheet program and save it anew as .xlsx",
    )
}

fn too_large() -> Refused {
    let told = format!("the workbook unpacks to more than {WORKBOOK_BYTES} bytes");
    Refused::new("workbook_too_large", told)
}
