//! Reads CSV files: UTF-8, with commas, semicolons or tabs, row by row in bounded memory.

use std::io::{BufRead, ErrorKind, Read};

use crate::import::limits::{SHEET_COLUMNS, SHEET_ROW_BYTES, SHEET_ROWS};

use super::cell::{Cell, RefusedFile, Row, Table, is_error};

/// Advice on how to save a file in UTF-8.
const SAVE_AS_UTF8: &str = "save it as \"CSV UTF-8 (comma delimited)\" in Excel, or choose the character set \"Unicode (UTF-8)\" in \
                            LibreOffice; or send the workbook (.xlsx) itself";

/// The characters that may separate cells.
const DELIMITERS: [u8; 3] = [b',', b';', b'\t'];

/// Reads a whole CSV file.
///
/// # Errors
/// If it is not CSV in UTF-8, or has too many rows or columns.
pub fn read(bytes: &[u8]) -> Result<Table, RefusedFile> {
    let mut rows = Vec::new();
    for row in CsvRows::open(bytes)? {
        let row = row?;
        // The first row is the header.
        if rows.len() > SHEET_ROWS {
            return Err(too_many_rows(SHEET_ROWS));
        }
        rows.push(row);
    }
    Ok(Table { rows, ..Table::default() })
}

/// The refusal of a file with too many rows.
pub(in crate::import) fn too_many_rows(limit: usize) -> RefusedFile {
    RefusedFile::new("too_many_rows", format!("there are more than {limit} rows below the headers; send them in parts"))
}

/// The rows of a CSV file, read one by one. Blank rows and remarks are skipped.
#[derive(Debug)]
pub struct CsvRows<R> {
    source: R,
    delimiter: u8,
    /// The number of the last row that was read, as a spreadsheet counts.
    number: u64,
    /// True after the last row or an error.
    is_ended: bool,
}

impl<R: BufRead> CsvRows<R> {
    /// Opens a file: skips a byte order mark and determines the delimiter.
    ///
    /// # Errors
    /// If it is UTF-16, cannot be read, or does not show which delimiter it uses.
    pub fn open(mut source: R) -> Result<CsvRows<impl BufRead>, RefusedFile> {
        let mut head = Vec::new();
        // Enough for the remarks before the header and the header itself.
        source.by_ref().take(SHEET_ROW_BYTES as u64).read_to_end(&mut head).map_err(|e| unreadable(&e))?;
        if head.starts_with(&[0xFF, 0xFE]) || head.starts_with(&[0xFE, 0xFF]) || head.contains(&0) {
            let message = format!("the file is UTF-16 (\"Unicode text\") or no text at all: {SAVE_AS_UTF8}");
            return Err(RefusedFile::new("not_utf8", message));
        }
        if head.starts_with(&[0xEF, 0xBB, 0xBF]) {
            head.drain(..3);
        }
        let (delimiter, declared) = match declared_delimiter(&head) {
            Some((delimiter, length)) => {
                head.drain(..length);
                (delimiter, 1)
            }
            None => (guess_delimiter(&head)?, 0),
        };
        let source = std::io::Cursor::new(head).chain(source);
        Ok(CsvRows { source, delimiter, number: declared, is_ended: false })
    }

    /// Reads the next row, even an empty one; none at the end of the file.
    fn read_row(&mut self) -> Result<Option<Row>, RefusedFile> {
        self.number += 1;
        let mut splitter = Splitter::new(self.delimiter, self.number);
        loop {
            let chunk = match self.source.fill_buf() {
                Ok(chunk) => chunk,
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Err(error) => return Err(unreadable(&error)),
            };
            if chunk.is_empty() {
                if splitter.bytes == 0 {
                    return Ok(None);
                }
                splitter.row.is_cut = splitter.state != State::Returned;
                return splitter.finish().map(Some);
            }
            let (used, complete) = splitter.take(chunk)?;
            self.source.consume(used);
            if complete {
                return splitter.finish().map(Some);
            }
        }
    }
}

impl<R: BufRead> Iterator for CsvRows<R> {
    type Item = Result<Row, RefusedFile>;

    fn next(&mut self) -> Option<Self::Item> {
        while !self.is_ended {
            match self.read_row() {
                Ok(Some(row)) if row.is_blank_or_comment() => {}
                Ok(Some(row)) => return Some(Ok(row)),
                Ok(None) => self.is_ended = true,
                Err(refused) => {
                    self.is_ended = true;
                    return Some(Err(refused));
                }
            }
        }
        None
    }
}

/// The delimiter in a first line such as `sep=;`, and the length of that line.
fn declared_delimiter(head: &[u8]) -> Option<(u8, usize)> {
    let length = head.iter().position(|byte| *byte == b'\n').map_or(head.len(), |end| end + 1);
    let line = head[..length].strip_suffix(b"\n").unwrap_or(&head[..length]);
    let line = line.strip_suffix(b"\r").unwrap_or(line);
    match line {
        [s, e, p, b'=', delimiter] if [*s, *e, *p].eq_ignore_ascii_case(b"sep") && DELIMITERS.contains(delimiter) => {
            Some((*delimiter, length))
        }
        _ => None,
    }
}

/// The delimiter that the header row uses most often outside quotes.
fn guess_delimiter(head: &[u8]) -> Result<u8, RefusedFile> {
    let mut counts = [0_usize; DELIMITERS.len()];
    let mut rest = head;
    while !rest.is_empty() && is_blank_or_comment(first_line(rest)) {
        rest = rest.get(first_line(rest).len() + 1..).unwrap_or_default();
    }
    let mut inside_quotes = false;
    for byte in rest {
        inside_quotes ^= *byte == b'"';
        match DELIMITERS.iter().position(|known| known == byte) {
            _ if inside_quotes => {}
            Some(index) => counts[index] += 1,
            None if matches!(byte, b'\n' | b'\r') => break,
            None => {}
        }
    }
    let most = *counts.iter().max().unwrap_or(&0);
    let mut best = DELIMITERS.iter().zip(counts).filter(|(_, count)| *count == most);
    match (most, best.next(), best.next()) {
        (0, ..) => Ok(b','),
        (_, Some((delimiter, _)), None) => Ok(*delimiter),
        _ => Err(RefusedFile::new(
            "unclear_delimiter",
            "the header row has as many commas as semicolons or tabs: begin the file with the line `sep=,` or `sep=;`",
        )),
    }
}

fn first_line(text: &[u8]) -> &[u8] {
    text.split(|byte| matches!(byte, b'\n' | b'\r')).next().unwrap_or_default()
}

/// True if a line before the headers is blank or a remark.
fn is_blank_or_comment(line: &[u8]) -> bool {
    let line = line.trim_ascii_start();
    let bare = line.strip_prefix(b"\"").unwrap_or(line);
    bare.starts_with(b"#") || line.iter().all(|byte| DELIMITERS.contains(byte) || byte.is_ascii_whitespace())
}

/// The state of the splitter within a row.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum State {
    /// At the beginning of a cell.
    Beginning,
    /// Within an unquoted cell.
    Bare,
    /// Within quotes.
    Quoted,
    /// After a quote within quotes. It ends the cell or is half of a doubled quote.
    Closed,
    /// After a carriage return outside quotes. A line feed must follow.
    Returned,
}

/// Splits one row into cells, in whatever chunks its bytes arrive.
#[derive(Debug)]
struct Splitter {
    delimiter: u8,
    state: State,
    cell: Vec<u8>,
    row: Row,
    /// The number of bytes read so far.
    bytes: usize,
}

impl Splitter {
    fn new(delimiter: u8, number: u64) -> Self {
        let row = Row { number, ..Row::default() };
        Splitter { delimiter, state: State::Beginning, cell: Vec::new(), row, bytes: 0 }
    }

    /// Reads bytes up to the end of the row. Returns how many, and whether the row is complete.
    fn take(&mut self, chunk: &[u8]) -> Result<(usize, bool), RefusedFile> {
        for (index, byte) in chunk.iter().enumerate() {
            self.bytes += 1;
            if self.bytes > SHEET_ROW_BYTES {
                let message =
                    format!("row {} has more than {SHEET_ROW_BYTES} bytes: is a quote not closed?", self.row.number);
                return Err(RefusedFile::new("row_too_long", message));
            }
            match (self.state, *byte) {
                (State::Quoted, b'"') => self.state = State::Closed,
                (State::Quoted, byte) => self.cell.push(byte),
                (State::Closed, b'"') => {
                    self.cell.push(b'"');
                    self.state = State::Quoted;
                }
                (_, b'\n') => return Ok((index + 1, true)),
                (State::Returned, _) => {
                    let message =
                        format!("row {} ends with a carriage return alone: save the file anew", self.row.number);
                    return Err(RefusedFile::new("old_line_ends", message));
                }
                (_, b'\r') => self.state = State::Returned,
                (_, byte) if byte == self.delimiter => self.end_cell()?,
                (State::Beginning | State::Closed, b' ') => {}
                (State::Beginning, b'"') => self.state = State::Quoted,
                (State::Beginning | State::Bare, byte) => {
                    self.cell.push(byte);
                    self.state = State::Bare;
                }
                (State::Closed, _) => {
                    let message = format!(
                        "row {}: text follows a closing quote; double the quotes within a cell",
                        self.row.number
                    );
                    return Err(RefusedFile::new("misplaced_quote", message));
                }
            }
        }
        Ok((chunk.len(), false))
    }

    /// Ends the current cell.
    fn end_cell(&mut self) -> Result<(), RefusedFile> {
        let Ok(text) = std::str::from_utf8(&self.cell) else {
            let message =
                format!("row {} is not in UTF-8, so its letters can only be guessed: {SAVE_AS_UTF8}", self.row.number);
            return Err(RefusedFile::new("not_utf8", message));
        };
        let cell = cell_of(text);
        self.row.width += 1;
        if !cell.is_empty() {
            if self.row.width > SHEET_COLUMNS {
                let message = format!("row {} has more than {SHEET_COLUMNS} columns", self.row.number);
                return Err(RefusedFile::new("too_many_columns", message));
            }
            self.row.cells.resize(self.row.width - 1, Cell::Empty);
            self.row.cells.push(cell);
        }
        self.cell.clear();
        self.state = State::Beginning;
        Ok(())
    }

    /// Ends the row.
    fn finish(mut self) -> Result<Row, RefusedFile> {
        if self.state == State::Quoted {
            let message = format!("a quote that opens in row {} is never closed", self.row.number);
            return Err(RefusedFile::new("misplaced_quote", message));
        }
        self.end_cell()?;
        Ok(self.row)
    }
}

/// True if a spreadsheet could take a text for a formula or an error, or if it already has an apostrophe against that.
pub(in crate::import) fn needs_apostrophe(text: &str) -> bool {
    let bare = text.trim_start_matches('\'');
    bare.starts_with(['=', '+', '-', '@']) || is_error(bare)
}

/// The cell for a text, without the protecting apostrophe.
fn cell_of(text: &str) -> Cell {
    match text.strip_prefix('\'').filter(|rest| needs_apostrophe(rest)) {
        Some(rest) => Cell::text(rest),
        None => Cell::typed(text),
    }
}

/// The refusal of a file that could not be read.
pub(in crate::import) fn unreadable(error: &std::io::Error) -> RefusedFile {
    // What the system says of a file on disk is for its owner; what a decoder says is for programmers.
    let cause = match error.raw_os_error() {
        Some(_) => error.to_string(),
        None => "it is damaged, or breaks off".to_owned(),
    };
    RefusedFile::new("unreadable", format!("the file could not be read: {cause}"))
}
