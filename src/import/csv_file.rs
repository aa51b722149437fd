//! A CSV file that is read row by row: its header, and where each row stands.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::failure::FileError;
use super::finding::{Finding, LeftOut, Place, Provenance, Row, UNFINISHED, breaks_off};
use super::format::{Sink, SourceFile, Stop};
use super::header::{Header, is_zero_width};
use super::records::left_out;

/// Longest row, in bytes: a quotation mark that is never closed must not take the whole file for one cell.
const ROW_BYTES: usize = 1024 * 1024;

/// An opened file, its header read.
pub(super) struct CsvFile<'a> {
    /// What is known of the file.
    pub provenance: Provenance,
    /// Its header.
    pub header: Header,
    reader: Reader<Bounded<'a>>,
    reading: Rc<Reading>,
    record: StringRecord,
    row: u64,
}

/// How far a file has been read.
#[derive(Default)]
struct Reading {
    /// Bytes since the last row began.
    of_row: Cell<usize>,
    /// The last byte.
    last: Cell<u8>,
    /// Whether there are no more.
    ended: Cell<bool>,
}

impl Reading {
    /// Whether the end was met before the end of a line: while a row is read, by that row.
    fn is_unfinished(&self) -> bool {
        self.ended.get() && !matches!(self.last.get(), b'\n' | b'\r')
    }
}

/// Bytes of a file, as long as no row is too long.
struct Bounded<'a> {
    bytes: Box<dyn Read + 'a>,
    reading: Rc<Reading>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.reading.of_row.get() > ROW_BYTES {
            let told = "the row does not end; is a quotation mark not closed?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, told));
        }
        let read = self.bytes.read(buffer)?;
        self.reading.of_row.set(self.reading.of_row.get() + read);
        match buffer[..read].last() {
            Some(last) => self.reading.last.set(*last),
            None => self.reading.ended.set(true),
        }
        Ok(read)
    }
}

/// The cells of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'r> {
    record: &'r StringRecord,
    headers: usize,
    /// What is to be remarked on the row, whatever it says.
    pub remark: Option<&'static str>,
}

impl<'r> Cells<'r> {
    /// The text of a cell without white space around it; empty where the row ends before.
    pub fn at(&self, index: usize) -> &'r str {
        let unseen = |c: char| c.is_whitespace() || is_zero_width(c);
        self.record.get(index).unwrap_or_default().trim_matches(unseen)
    }

    /// The same of a column that may not be there.
    pub fn maybe(&self, index: Option<usize>) -> &'r str {
        index.map_or("", |index| self.at(index))
    }

    /// Refuses a row that has not one cell under each header: nobody can say which is which.
    pub fn check_shape(&self) -> Result<(), LeftOut> {
        let (cells, headers) = (self.record.len(), self.headers);
        if cells == headers {
            return Ok(());
        }
        Err(left_out("row_shape", format!("The row has {cells} cells, the header row {headers}.")))
    }
}

impl<'a> CsvFile<'a> {
    /// Opens a file and reads its header.
    pub fn open(file: SourceFile<'a>) -> Result<Self, FileError> {
        let reading = Rc::new(Reading::default());
        let bytes = Bounded { bytes: file.reader, reading: Rc::clone(&reading) };
        let mut opened = CsvFile {
            header: Header::new(&StringRecord::new(), &file.provenance.file),
            provenance: file.provenance,
            reader: ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes),
            reading,
            record: StringRecord::new(),
            row: 0,
        };
        if !opened.advance()? {
            return Err(FileError::Empty { file: opened.provenance.file });
        }
        opened.header = Header::new(&opened.record, &opened.provenance.file);
        Ok(opened)
    }

    /// Reads the next row; none at the end of the file. Blank lines are no rows.
    pub fn next_row(&mut self) -> Result<Option<(Place, Cells<'_>)>, FileError> {
        if !self.advance()? {
            return Ok(None);
        }
        let place = Place { file: self.provenance.file.clone(), sheet: None, row: self.row };
        let remark = self.reading.is_unfinished().then_some(UNFINISHED);
        Ok(Some((place, Cells { record: &self.record, headers: self.header.len(), remark })))
    }

    /// What is to be told of the file once it has been read: whether its last row may be cut off.
    pub fn ending(&self) -> Option<String> {
        let row = self.row.saturating_sub(1);
        self.reading.is_unfinished().then(|| breaks_off(&self.provenance.file, row))
    }

    /// Hands on every row: `subject` says what it is about, `read` what it comes to.
    pub fn hand_on(
        mut self,
        sink: &mut Sink<'_>,
        subject: impl Fn(&Cells<'_>) -> String,
        mut read: impl FnMut(&Cells<'_>) -> Result<Finding, LeftOut>,
    ) -> Result<(), Stop> {
        while let Some((place, cells)) = self.next_row()? {
            let mut outcome = cells.check_shape().and_then(|()| read(&cells));
            if let Ok(finding) = &mut outcome {
                finding.remarks.extend(cells.remark.map(str::to_owned));
            }
            sink.row(Row { place, subject: subject(&cells), outcome })?;
        }
        sink.notice(self.ending());
        Ok(())
    }

    fn advance(&mut self) -> Result<bool, FileError> {
        self.reading.of_row.set(0);
        self.row += 1;
        let (file, row) = (self.provenance.file.clone(), self.row);
        self.reader.read_record(&mut self.record).map_err(|error| match error.into_kind() {
            ErrorKind::Utf8 { .. } => FileError::NotUtf8 { file, row },
            ErrorKind::Io(cause) if cause.kind() == io::ErrorKind::InvalidData => {
                FileError::NotCsv { file, row, detail: cause.to_string() }
            }
            ErrorKind::Io(cause) => FileError::Unreadable { file, cause },
            other => FileError::NotCsv { file, row, detail: format!("{other:?}") },
        })
    }
}
