//! The formats of public files, and the one door to read them.

use std::fmt;

use super::duplicates;
use super::finding::Row;
use super::source::{Sink, SourceFile, Stop};
use super::{c40, cdp, covenant, klimatkollen, uk};
use crate::import::failure::ReadError;

/// A format of public files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Format {
    /// CDP open data: yearly emissions or targets of cities, each file by itself.
    Cdp,
    /// The EU Covenant of Mayors: signatories, inventory lines and, if wanted, targets and emissions, together.
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

    /// The word it is asked for by.
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

    /// The format of a word, if there is one.
    #[must_use]
    pub fn from_word(word: &str) -> Option<Self> {
        Self::ALL.iter().copied().find(|format| format.as_str() == word)
    }

    /// Reads `files` and hands each of their rows to `sink`, in the order of the files and their rows.
    ///
    /// Only `covenant` reads its files together, whatever their order, and keeps what it joins in memory; of the others
    /// the rows of one file are kept until it has been read. When a file breaks off, the rows before are handed on. A
    /// row that states an inventory which another row of its file states too is left out, and so is the other. What is
    /// answered are sentences about whole files that whoever imports them should know.
    ///
    /// # Errors
    /// What stops a whole file, or what the sink said.
    pub fn read<E>(
        self,
        files: Vec<SourceFile<'_>>,
        sink: &mut dyn FnMut(Row) -> Result<(), E>,
    ) -> Result<Vec<String>, ReadError<E>> {
        let mut said = None;
        let mut rows = |row: Row| {
            sink(row).map_err(|error| {
                said = Some(error);
                Stop::Sink
            })
        };
        let mut hand_on = Sink { rows: &mut rows, notices: Vec::new() };
        let outcome = match self {
            Format::Covenant => covenant::read(files, &mut hand_on),
            Format::Cdp => each(files, &mut hand_on, cdp::read),
            Format::Klimatkollen => each(files, &mut hand_on, klimatkollen::read),
            Format::C40 => each(files, &mut hand_on, c40::read),
            Format::Uk => each(files, &mut hand_on, uk::read),
        };
        let notices = hand_on.notices;
        match (outcome, said) {
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

/// Reads file after file, and hands on the rows of each once it has been read: only then is it known whether a row of
/// it states what another states too.
fn each(
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
        let mut of_file = Sink { rows: &mut keep, notices: Vec::new() };
        let outcome = read(file, &mut of_file);
        sink.notices.append(&mut of_file.notices);
        duplicates::refuse(&mut rows);
        rows.into_iter().try_for_each(|row| sink.row(row))?;
        outcome?;
    }
    Ok(())
}
