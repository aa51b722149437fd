//! The formats of public files, and the function that reads them.

use std::fmt;

use super::duplicates;
use super::finding::Row;
use super::source::{Sink, SourceFile, Stop};
use super::{c40, cdp, covenant, klimatkollen, uk};
use crate::import::failure::ReadError;

/// A format of public files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// CDP open data: yearly emissions or targets of cities. Each file is read by itself.
    Cdp,
    /// The EU Covenant of Mayors: signatories, inventory lines and, optionally, targets and emissions, read together.
    Covenant,
    /// Klimatkollen: yearly emissions of Swedish municipalities.
    Klimatkollen,
    /// C40: GPC inventories line by line.
    C40,
    /// UK local authorities: yearly CO2 emissions.
    Uk,
}

impl Format {
    /// Every format.
    pub const ALL: &'static [Format] = &[Format::Cdp, Format::Covenant, Format::Klimatkollen, Format::C40, Format::Uk];

    /// The name of the format on the command line.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Format::Cdp => "cdp",
            Format::Covenant => "covenant",
            Format::Klimatkollen => "klimatkollen",
            Format::C40 => "c40",
            Format::Uk => "uk",
        }
    }

    /// The format with a name; none if there is no such format.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }

    /// Reads `files` and passes each row to `sink`, in the order of the files and their rows.
    ///
    /// Only `covenant` reads its files together, in any order, and keeps what it joins in memory. The other formats
    /// keep the rows of one file until it has been read. If a file breaks off, the rows before are passed on. If two
    /// rows of a file state the same inventory, both are left out. Returns sentences about whole files for the user.
    ///
    /// # Errors
    /// What stops a whole file, or the error of the sink.
    pub fn read<E>(
        self,
        files: Vec<SourceFile<'_>>,
        sink: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<Vec<String>, ReadError<E>> {
        let mut sink_error = None;
        let mut rows = |row: Row| {
            sink(row).map_err(|error| {
                sink_error = Some(error);
                Stop::Sink
            })
        };
        let mut sink = Sink { rows: &mut rows, notices: Vec::new() };
        let outcome = match self {
            Format::Covenant => covenant::read(files, &mut sink),
            Format::Cdp => read_each(files, &mut sink, cdp::read),
            Format::Klimatkollen => read_each(files, &mut sink, klimatkollen::read),
            Format::C40 => read_each(files, &mut sink, c40::read),
            Format::Uk => read_each(files, &mut sink, uk::read),
        };
        let notices = sink.notices;
        match (outcome, sink_error) {
            (_, Some(error)) => Err(ReadError::Sink(error)),
            (Err(Stop::File(error)), None) => Err(ReadError::File(error)),
            _ => Ok(notices),
        }
    }
}

impl fmt::Display for Format {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// Reads file after file. Passes on the rows of a file once all of it has been read, since only then are duplicates
/// known.
fn read_each(
    files: Vec<SourceFile<'_>>,
    sink: &mut Sink<'_>,
    read: impl Fn(SourceFile<'_>, &mut Sink<'_>) -> Result<(), Stop>,
) -> Result<(), Stop> {
    for file in files {
        let mut rows = Vec::new();
        let mut keep = |row| {
            rows.push(row);
            Ok(())
        };
        let mut file_sink = Sink { rows: &mut keep, notices: Vec::new() };
        let outcome = read(file, &mut file_sink);
        sink.notices.append(&mut file_sink.notices);
        duplicates::refuse(&mut rows);
        rows.into_iter().try_for_each(|row| sink.row(row))?;
        outcome?;
    }
    Ok(())
}
