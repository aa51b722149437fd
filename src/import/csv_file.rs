//! A CSV file that is read row by row: its header, and where each row stands.

use std::cell::Cell;
use std::io::{self, Read};
use std::rc::Rc;

use csv::{ErrorKind, Reader, ReaderBuilder, StringRecord};

use super::failure::FileError;
use super::finding::{Finding, LeftOut, Place, Provenance, Row};
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
    read_of_row: Rc<Cell<usize>>,
    record: StringRecord,
    row: u64,
}

/// Bytes of a file, as long as no row is too long.
struct Bounded<'a> {
    bytes: Box<dyn Read + 'a>,
    read_of_row: Rc<Cell<usize>>,
}

impl Read for Bounded<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        if self.read_of_row.get() > ROW_BYTES {
            let told = "the row does not end; is a quotation mark not closed?";
            return Err(io::Error::new(io::ErrorKind::InvalidData, told));
        }
        let read = self.bytes.read(buffer)?;
        self.read_of_row.set(self.read_of_row.get() + read);
        Ok(read)
    }
}

/// The cells of a row.
#[derive(Debug, Clone, Copy)]
pub(super) struct Cells<'r> {
    record: &'r StringRecord,
    headers: usize,
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
        let read_of_row = Rc::new(Cell::new(0));
        let bytes = Bounded { bytes: file.reader, read_of_row: Rc::clone(&read_of_row) };
        let mut opened = CsvFile {
            header: Header::new(&StringRecord::new(), &file.provenance.file),
            provenance: file.provenance,
            reader: ReaderBuilder::new().has_headers(false).flexible(true).from_reader(bytes),
            read_of_row,
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
        Ok(Some((place, Cells { record: &self.record, headers: self.header.len() })))
    }

    /// Hands on every row: `subject` says what it is about, `read` what it comes to.
    pub fn hand_on(
        mut self,
        sink: &mut Sink<'_>,
        subject: impl Fn(&Cells<'_>) -> String,
        mut read: impl FnMut(&Cells<'_>) -> Result<Finding, LeftOut>,
    ) -> Result<(), Stop> {
        while let Some((place, cells)) = self.next_row()? {
            let outcome = cells.check_shape().and_then(|()| read(&cells));
            sink(Row { place, subject: subject(&cells), outcome })?;
        }
        Ok(())
    }

    fn advance(&mut self) -> Result<bool, FileError> {
        self.read_of_row.set(0);
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
