//! The package of a workbook: a ZIP archive that is unpacked within limits before anything else reads it.

use std::collections::HashSet;
use std::io::{Cursor, Read, Write};

use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::import::limits::{
    WORKBOOK_ELEMENT_BYTES, WORKBOOK_ELEMENTS, WORKBOOK_PARTS, WORKBOOK_SHEETS, WORKBOOK_STRETCH_BYTES,
    WORKBOOK_STYLE_ELEMENTS,
};

use super::cell::RefusedFile;

/// Limits of a workbook's parts. Memory use is a few times these sizes.
#[derive(Debug, Clone, Copy)]
pub(in crate::import) struct Bounds {
    /// The bytes of all parts, unpacked.
    pub bytes: u64,
    /// The shared strings.
    pub strings: usize,
    /// The cell formats.
    pub formats: usize,
}

/// Repacks the parts of an XLSX file, without compression and without pictures and programs.
///
/// The result is no larger than the limit, whatever sizes the archive declares, and is safe to read.
///
/// # Errors
/// If it is not an archive, is damaged, has another format or too many parts, or unpacks to more than the limit.
pub(in crate::import) fn repack(bytes: &[u8], bounds: Bounds) -> Result<Vec<u8>, RefusedFile> {
    let mut archive = ZipArchive::new(Cursor::new(bytes)).map_err(|_| damaged())?;
    if archive.len() > WORKBOOK_PARTS {
        let message = format!("the workbook has {} parts; at most {WORKBOOK_PARTS} are read", archive.len());
        return Err(RefusedFile::new("workbook_too_large", message));
    }
    check_format(&archive)?;
    let mut declared: u64 = 0;
    for index in 0..archive.len() {
        let part = archive.by_index_raw(index).map_err(|_| damaged())?;
        declared = declared.saturating_add(part.size());
    }
    if declared > bounds.bytes {
        return Err(too_large(bounds));
    }
    let too_large = || too_large(bounds);
    let mut left = bounds.bytes;
    let mut elements_left = WORKBOOK_ELEMENTS;
    // Reserves memory for the declared size. Growing step by step could take three times as much.
    let room = usize::try_from(declared).unwrap_or(0);
    let mut packed = ZipWriter::new(Cursor::new(Vec::with_capacity(room)));
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    for index in 0..archive.len() {
        let part = archive.by_index(index).map_err(|_| damaged())?;
        let name = part.name().map_err(|_| damaged())?.into_owned();
        let kind = name.rsplit('.').next().unwrap_or_default();
        if !(kind.eq_ignore_ascii_case("xml") || kind.eq_ignore_ascii_case("rels")) {
            continue;
        }
        let mut content = Vec::with_capacity(usize::try_from(part.size()).unwrap_or(0).min(room));
        // Declared sizes may be wrong. Reading one byte more than allowed shows that there is more.
        part.take(left + 1).read_to_end(&mut content).map_err(|_| damaged())?;
        left = left.checked_sub(content.len() as u64).ok_or_else(too_large)?;
        let elements = content.split(|byte| *byte == b'<').skip(1).count();
        elements_left =
            elements_left.checked_sub(elements).ok_or_else(|| too_many(WORKBOOK_ELEMENTS, "elements of XML"))?;
        check_part(&name, &content, bounds)?;
        packed.start_file(name, stored).map_err(|_| damaged())?;
        packed.write_all(&content).map_err(|_| damaged())?;
    }
    packed.finish().map(Cursor::into_inner).map_err(|_| damaged())
}

/// Refuses archives that are not XLSX workbooks.
fn check_format(archive: &ZipArchive<Cursor<&[u8]>>) -> Result<(), RefusedFile> {
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
    Err(RefusedFile::new(
        "unknown_format",
        format!("the file is {kind}: save it as \"Excel Workbook (.xlsx)\", or as CSV in UTF-8"),
    ))
}

/// Refuses a part that no spreadsheet program writes and that could mislead its reader or cost it much.
fn check_part(name: &str, content: &[u8], bounds: Bounds) -> Result<(), RefusedFile> {
    let text = std::str::from_utf8(content).map_err(|_| damaged())?;
    // XML allows no other control characters. They could also hide text from the search below, as UTF-16 does.
    if text.bytes().any(|byte| byte < b' ' && !matches!(byte, b'\t' | b'\n' | b'\r')) {
        return Err(damaged());
    }
    if text.split('<').any(|stretch| stretch.len() > WORKBOOK_STRETCH_BYTES) {
        return Err(damaged());
    }
    // The reader reserves memory for the declared count of strings.
    for (at, count) in text.match_indices("uniqueCount") {
        let rest =
            text[at + count.len()..].trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '=' | '"' | '\''));
        let digits = rest.len() - rest.trim_start_matches(|c: char| c.is_ascii_digit()).len();
        let declared = rest[..digits].parse::<usize>();
        if digits > 0 && declared.as_ref().map_or(true, |declared| *declared > content.len()) {
            return Err(damaged());
        }
        if declared.is_ok_and(|declared| declared > bounds.strings) {
            return Err(too_many(bounds.strings, TEXTS));
        }
    }
    for (element, limit, meaning) in [
        ("sheet", WORKBOOK_SHEETS, "sheets"),
        ("si", bounds.strings, TEXTS),
        ("xf", bounds.formats, "formats of cells"),
    ] {
        if elements(text, element).nth(limit).is_some() {
            return Err(too_many(limit, meaning));
        }
    }
    let name = name.to_ascii_lowercase();
    let is_styles = name.ends_with("styles.xml");
    if is_styles && text.split('<').nth(WORKBOOK_STYLE_ELEMENTS).is_some() {
        return Err(too_many(WORKBOOK_STYLE_ELEMENTS, "elements of its styles"));
    }
    // The reader may copy each for every cell format.
    if is_styles && text.split('<').any(|element| element.len() > WORKBOOK_ELEMENT_BYTES) {
        return Err(damaged());
    }
    check_sheets(text)
}

/// Refuses two sheets with the same part: a small file could then be read many times.
fn check_sheets(text: &str) -> Result<(), RefusedFile> {
    let mut relations = HashSet::new();
    for sheet in elements(text, "sheet") {
        let is_id = |key: &str| key == "id" || key.ends_with(":id");
        let id = attributes(sheet).find(|(key, _)| is_id(key)).ok_or_else(damaged)?.1;
        if !relations.insert(id) {
            return Err(damaged());
        }
    }
    let mut parts = HashSet::new();
    for relation in elements(text, "Relationship") {
        let attribute = |wanted: &str| attributes(relation).find(|(key, _)| *key == wanted).map(|(_, value)| value);
        let kind = attribute("Type").ok_or_else(damaged)?;
        let target = attribute("Target").ok_or_else(damaged)?.to_ascii_lowercase();
        // The reader copies the path for every sheet that names it.
        if kind.ends_with("sheet") && target.len() > WORKBOOK_ELEMENT_BYTES {
            return Err(damaged());
        }
        // Several paths can name one part, but no program gives two sheets the same file name.
        let file = target.rsplit(['/', '\\']).next().unwrap_or_default().to_owned();
        if kind.ends_with("/worksheet") && !parts.insert(file) {
            return Err(damaged());
        }
    }
    Ok(())
}

/// The text after the name of each opening element with this name, in any namespace.
fn elements<'t>(text: &'t str, name: &'t str) -> impl Iterator<Item = &'t str> {
    let is_mark = |c: char| c.is_ascii_whitespace() || matches!(c, '<' | '/' | '>');
    text.match_indices(name).filter_map(move |(at, _)| {
        let (before, rest) = (&text[..at], &text[at + name.len()..]);
        let before = match before.strip_suffix(':') {
            Some(namespace) if rest.starts_with(is_mark) => namespace.trim_end_matches(|c| !is_mark(c)),
            _ => before,
        };
        (before.ends_with('<') && rest.starts_with(is_mark)).then_some(rest)
    })
}

/// The names and values of an element's attributes, from the text after its name.
fn attributes(element: &str) -> impl Iterator<Item = (&str, &str)> {
    let mut rest = element;
    std::iter::from_fn(move || {
        let (key, after) = rest.split_once('=')?;
        let after = after.trim_ascii_start();
        let quote = after.chars().next().filter(|c| matches!(c, '"' | '\''))?;
        let (value, after) = after[1..].split_once(quote)?;
        rest = after;
        // The end of the element ends its attributes.
        (!key.contains(['<', '>'])).then_some((key.trim_ascii(), value))
    })
}

/// The name of shared strings in messages.
const TEXTS: &str = "texts";

fn too_many(limit: usize, meaning: &str) -> RefusedFile {
    let message = format!("the workbook has more than {limit} {meaning}: copy the table into a new one");
    RefusedFile::new("workbook_too_large", message)
}

pub(in crate::import) fn damaged() -> RefusedFile {
    RefusedFile::new(
        "damaged_workbook",
        "the workbook cannot be read: open it in a spreadsheet program and save it anew as .xlsx",
    )
}

fn too_large(bounds: Bounds) -> RefusedFile {
    let message = format!("the workbook unpacks to more than {} bytes", bounds.bytes);
    RefusedFile::new("workbook_too_large", message)
}
