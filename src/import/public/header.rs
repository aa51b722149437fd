//! Columns found by what their headers mean, whatever their order and exact wording.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use crate::import::failure::FileError;
use crate::import::table::unit::{self, Scale, Substance, Unit, without_subscripts};

/// A column by what it means: the wordings it is known by, the surest first.
#[derive(Debug)]
pub(in crate::import) struct Column {
    /// What it holds, as a message names it.
    pub meaning: &'static str,
    /// The wordings, the surest first.
    pub wordings: &'static [Wording],
}

/// A wording of a header. A word with `|` in it stands for any of its parts.
#[derive(Debug)]
pub(in crate::import) struct Wording {
    /// Words that must all be there.
    pub with: &'static [&'static str],
    /// Words of which none may be there.
    pub without: &'static [&'static str],
}

/// A wording with these words, and without those.
pub(in crate::import) const fn words(with: &'static [&'static str], without: &'static [&'static str]) -> Wording {
    Wording { with, without }
}

/// The header row of a file.
#[derive(Debug)]
pub(in crate::import) struct Header {
    file: Arc<str>,
    headers: Vec<String>,
    words: Vec<Vec<String>>,
    /// The columns that were asked for and found.
    read: RefCell<BTreeSet<usize>>,
}

/// Headers that a message names at most.
const NAMED: usize = 4;
/// Headers that nothing is read from, and that a message names at most.
const UNREAD_NAMED: usize = 16;
/// Words of headers that could be those of emissions.
const OF_EMISSIONS: &str = "emissions|emission|co2|co2e|tco2e|tonnes|total|basic|basic+|scope";

impl Header {
    /// The header row of `file` that has these texts.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>, file: &Arc<str>) -> Self {
        let headers: Vec<String> = texts.into_iter().map(shown).collect();
        let words = headers.iter().map(|header| words_of(header)).collect();
        Header { file: file.clone(), headers, words, read: RefCell::default() }
    }

    /// How many columns there are.
    pub fn len(&self) -> usize {
        self.headers.len()
    }

    /// The header of a column from which something is read; none where nothing is.
    pub fn read_from(&self, index: usize) -> Option<&str> {
        self.read.borrow().contains(&index).then(|| self.headers[index].as_str())
    }

    /// The index of the column with just this header, if it is there.
    pub fn named(&self, name: &str) -> Option<usize> {
        let index = self.headers.iter().position(|header| header == name);
        self.read.borrow_mut().extend(index);
        index
    }

    /// Refuses a file without columns that those of its layout have, so that one that is called otherwise is not
    /// taken for one that is not there; where the file may lack them, what is missing is told.
    pub fn complete(&self, expected: &[&Column], may_lack: bool) -> Result<Option<String>, FileError> {
        let absent = |column: &&&Column| matches!(self.look_up(column), Ok(None));
        let missing: Vec<&'static str> = expected.iter().filter(absent).map(|column| column.meaning).collect();
        if missing.is_empty() {
            return Ok(None);
        }
        let error = FileError::ColumnsMissing { file: self.file.clone(), missing, unread: self.unread() };
        if may_lack { Ok(Some(format!("{error}."))) } else { Err(error) }
    }

    /// Headers that nothing is read from, those first that could hold emissions.
    fn unread(&self) -> Vec<String> {
        let read = self.read.borrow();
        let mut unread: Vec<usize> = (0..self.len()).filter(|index| !read.contains(index)).collect();
        unread.retain(|index| !self.headers[*index].is_empty());
        unread.sort_by_key(|index| !self.words[*index].iter().any(|word| alike(word, OF_EMISSIONS)));
        unread.iter().take(UNREAD_NAMED).map(|index| self.headers[*index].clone()).collect()
    }

    /// The index of a column, if it is there.
    ///
    /// Of several headers that a wording fits, the one with the fewest words is meant.
    pub fn find(&self, column: &Column) -> Result<Option<usize>, FileError> {
        let index = self.look_up(column)?;
        self.read.borrow_mut().extend(index);
        Ok(index)
    }

    fn look_up(&self, column: &Column) -> Result<Option<usize>, FileError> {
        for wording in column.wordings {
            let mut fits: Vec<usize> = (0..self.len()).filter(|index| wording.fits(&self.words[*index])).collect();
            fits.sort_by_key(|index| self.words[*index].len());
            match fits[..] {
                [] => {}
                [first, second, ..] if self.words[first].len() == self.words[second].len() => {
                    return Err(FileError::TwoColumns {
                        file: self.file.clone(),
                        meaning: column.meaning,
                        headers: fits.iter().take(NAMED).map(|index| self.headers[*index].clone()).collect(),
                    });
                }
                [first, ..] => return Ok(Some(first)),
            }
        }
        Ok(None)
    }

    /// The index of a column that must be there.
    pub fn need(&self, column: &Column) -> Result<usize, FileError> {
        self.find(column)?.ok_or_else(|| FileError::NoColumn {
            file: self.file.clone(),
            meaning: column.meaning,
            headers: self.nearest(column),
        })
    }

    /// The unit that the header of a column names, if it names one: of CO2e, or of one of these gases alone.
    fn unit(&self, index: usize, gases: &[&str]) -> Result<Option<Unit>, FileError> {
        let header = &self.headers[index];
        let refused = |message| FileError::Unit { file: self.file.clone(), header: header.clone(), message };
        match unit::in_header(header) {
            Ok(Some((Unit { of: Substance::Gas(gas), .. }, _))) if !gases.contains(&gas) => {
                Err(refused(format!("is an amount of {gas}, not of CO2e")))
            }
            Ok(unit) => Ok(unit.map(|(unit, _)| unit)),
            Err((text, could_mean)) => Err(refused(format!("names a unit, \"{text}\", that could mean {could_mean}"))),
        }
    }

    /// The unit that the header of a column must name.
    pub fn need_unit(&self, index: usize, gases: &[&str]) -> Result<Unit, FileError> {
        self.unit(index, gases)?.ok_or_else(|| FileError::Unit {
            file: self.file.clone(),
            header: self.headers[index].clone(),
            message: "names no unit that is understood, such as t CO2e or kt CO2e".to_owned(),
        })
    }

    /// The unit of a column of CO2e that is in tonnes unless its header says otherwise.
    pub fn scale(&self, index: usize) -> Result<Scale, FileError> {
        Ok(self.unit(index, &[])?.map_or(Scale::ONE, |unit| unit.scale))
    }

    /// Refuses a column whose header names another unit than the tonnes of CO2e that files of its layout have.
    pub fn in_tonnes(&self, index: usize) -> Result<usize, FileError> {
        let message = "is not in t CO2e, as in files of its layout".to_owned();
        let (file, header) = (self.file.clone(), self.headers[index].clone());
        if self.scale(index)? == Scale::ONE { Ok(index) } else { Err(FileError::Unit { file, header, message }) }
    }

    /// Whether all these columns are there.
    pub fn has(&self, columns: &[&Column]) -> bool {
        columns.iter().all(|column| matches!(self.look_up(column), Ok(Some(_)) | Err(_)))
    }

    /// Says that the file is none of those that a format reads.
    pub fn not_of_format(&self, known: &'static str) -> FileError {
        let headers = self.headers.iter().take(NAMED).cloned().collect();
        FileError::NotOfFormat { file: self.file.clone(), known, headers }
    }

    /// The headers that share most words with what was looked for.
    fn nearest(&self, column: &Column) -> Vec<String> {
        let shared = |index: &usize| {
            let has = |word: &&str| self.words[*index].iter().any(|own| alike(own, word));
            column.wordings.iter().map(|wording| wording.with.iter().copied().filter(has).count()).max().unwrap_or(0)
        };
        let mut near: Vec<usize> = (0..self.len()).filter(|index| shared(index) > 0).collect();
        near.sort_by_key(|index| (std::cmp::Reverse(shared(index)), self.words[*index].len()));
        near.iter().take(NAMED).map(|index| self.headers[*index].clone()).collect()
    }
}

impl Wording {
    fn fits(&self, words: &[String]) -> bool {
        let has = |word: &str| words.iter().any(|own| alike(own, word));
        self.with.iter().all(|word| has(word)) && !self.without.iter().any(|word| has(word))
    }
}

/// Whether a header's word is the one looked for, or one of those.
fn alike(own: &str, wanted: &str) -> bool {
    wanted.split('|').any(|wanted| wanted == own)
}

/// A header as a message shows it: on one line, without what is not seen.
fn shown(header: &str) -> String {
    let visible = header.nfc().filter(|c| !is_zero_width(*c));
    visible.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a header, in lower case; `+` belongs to its word, other punctuation to none.
fn words_of(header: &str) -> Vec<String> {
    let lower = without_subscripts(header).to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '+')).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// Whether a character takes no room.
pub(in crate::import) const fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}
