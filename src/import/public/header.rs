//! Finds columns by the meaning of their headers, whatever their order and exact wording.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::sync::Arc;

use unicode_normalization::UnicodeNormalization;

use crate::import::failure::FileError;
use crate::import::table::unit::{self, Scale, Substance, Unit, without_subscripts};

/// A column, defined by its meaning: the wordings of its header, most reliable first.
#[derive(Debug)]
pub(in crate::import) struct Column {
    /// What it holds, for use in a message.
    pub meaning: &'static str,
    /// The wordings, most reliable first.
    pub wordings: &'static [Wording],
}

/// A wording of a header. A word with `|` stands for any of its alternatives.
#[derive(Debug)]
pub(in crate::import) struct Wording {
    /// Words that must all occur.
    pub with: &'static [&'static str],
    /// Words that must not occur.
    pub without: &'static [&'static str],
}

/// A wording that requires some words and excludes others.
pub(in crate::import) const fn words(with: &'static [&'static str], without: &'static [&'static str]) -> Wording {
    Wording { with, without }
}

/// The header row of a file.
#[derive(Debug)]
pub(in crate::import) struct Header {
    file: Arc<str>,
    headers: Vec<String>,
    words: Vec<Vec<String>>,
    /// The columns that were looked up and found.
    read: RefCell<BTreeSet<usize>>,
}

/// The most headers that a message names.
const NAMED: usize = 4;
/// The most unread headers that a message names.
const UNREAD_NAMED: usize = 16;
/// Words that suggest a column of emissions.
const EMISSIONS_WORDS: &str = "emissions|emission|co2|co2e|tco2e|tonnes|total|basic|basic+|scope";

impl Header {
    /// The header row of `file` with these texts.
    pub fn new<'t>(texts: impl IntoIterator<Item = &'t str>, file: &Arc<str>) -> Self {
        let headers: Vec<String> = texts.into_iter().map(visible).collect();
        let words = headers.iter().map(|header| words_of(header)).collect();
        Header { file: file.clone(), headers, words, read: RefCell::default() }
    }

    /// The number of columns.
    pub fn len(&self) -> usize {
        self.headers.len()
    }

    /// The header of a column that is read; none if it is not read.
    pub fn read_header(&self, index: usize) -> Option<&str> {
        self.read.borrow().contains(&index).then(|| self.headers[index].as_str())
    }

    /// The index of the column with exactly this header; none if there is none.
    pub fn find_exact(&self, name: &str) -> Option<usize> {
        let index = self.headers.iter().position(|header| header == name);
        self.read.borrow_mut().extend(index);
        index
    }

    /// Refuses a file that lacks columns of its layout. Otherwise a renamed column would count as missing. If the file
    /// may lack them, returns a notice about what is missing.
    pub fn check_complete(&self, expected: &[&Column], may_lack: bool) -> Result<Option<String>, FileError> {
        let absent = |column: &&&Column| matches!(self.look_up(column), Ok(None));
        let missing: Vec<&'static str> = expected.iter().filter(absent).map(|column| column.meaning).collect();
        if missing.is_empty() {
            return Ok(None);
        }
        let error = FileError::ColumnsMissing { file: self.file.clone(), missing, unread: self.unread() };
        if may_lack { Ok(Some(format!("{error}."))) } else { Err(error) }
    }

    /// Headers that are not read, first those that could hold emissions.
    fn unread(&self) -> Vec<String> {
        let read = self.read.borrow();
        let mut unread: Vec<usize> = (0..self.len()).filter(|index| !read.contains(index)).collect();
        unread.retain(|index| !self.headers[*index].is_empty());
        unread.sort_by_key(|index| !self.words[*index].iter().any(|word| matches_word(word, EMISSIONS_WORDS)));
        unread.iter().take(UNREAD_NAMED).map(|index| self.headers[*index].clone()).collect()
    }

    /// The index of a column; none if the file lacks it.
    ///
    /// If a wording fits several headers, the one with the fewest words is chosen.
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

    /// The index of a column that the file must have.
    pub fn require(&self, column: &Column) -> Result<usize, FileError> {
        self.find(column)?.ok_or_else(|| FileError::NoColumn {
            file: self.file.clone(),
            meaning: column.meaning,
            headers: self.nearest(column),
        })
    }

    /// The unit in a column's header; none if it names none. Accepts units of CO2e, and of one of these gases alone.
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
    pub fn require_unit(&self, index: usize, gases: &[&str]) -> Result<Unit, FileError> {
        self.unit(index, gases)?.ok_or_else(|| FileError::Unit {
            file: self.file.clone(),
            header: self.headers[index].clone(),
            message: "names no unit that is understood, such as t CO2e or kt CO2e".to_owned(),
        })
    }

    /// The scale of a column of CO2e, in tonnes unless its header says otherwise.
    pub fn scale(&self, index: usize) -> Result<Scale, FileError> {
        Ok(self.unit(index, &[])?.map_or(Scale::ONE, |unit| unit.scale))
    }

    /// Refuses a column whose header names another unit than tonnes of CO2e.
    pub fn require_tonnes(&self, index: usize) -> Result<usize, FileError> {
        let message = "is not in t CO2e, as in files of its layout".to_owned();
        let (file, header) = (self.file.clone(), self.headers[index].clone());
        if self.scale(index)? == Scale::ONE { Ok(index) } else { Err(FileError::Unit { file, header, message }) }
    }

    /// True if the file has all these columns.
    pub fn has(&self, columns: &[&Column]) -> bool {
        columns.iter().all(|column| matches!(self.look_up(column), Ok(Some(_)) | Err(_)))
    }

    /// The error for a file that is not one of the format.
    pub fn not_of_format(&self, known: &'static str) -> FileError {
        let headers = self.headers.iter().take(NAMED).cloned().collect();
        FileError::NotOfFormat { file: self.file.clone(), known, headers }
    }

    /// The headers that share the most words with a column's wordings.
    fn nearest(&self, column: &Column) -> Vec<String> {
        let shared = |index: &usize| {
            let has = |word: &&str| self.words[*index].iter().any(|own| matches_word(own, word));
            column.wordings.iter().map(|wording| wording.with.iter().copied().filter(has).count()).max().unwrap_or(0)
        };
        let mut near: Vec<usize> = (0..self.len()).filter(|index| shared(index) > 0).collect();
        near.sort_by_key(|index| (std::cmp::Reverse(shared(index)), self.words[*index].len()));
        near.iter().take(NAMED).map(|index| self.headers[*index].clone()).collect()
    }
}

impl Wording {
    fn fits(&self, words: &[String]) -> bool {
        let has = |word: &str| words.iter().any(|own| matches_word(own, word));
        self.with.iter().all(|word| has(word)) && !self.without.iter().any(|word| has(word))
    }
}

/// True if a header's word is the wanted one, or one of its alternatives.
fn matches_word(own: &str, wanted: &str) -> bool {
    wanted.split('|').any(|wanted| wanted == own)
}

/// A header for a message: on one line, without invisible characters.
fn visible(header: &str) -> String {
    let characters = header.nfc().filter(|c| !is_zero_width(*c));
    characters.collect::<String>().split_whitespace().collect::<Vec<_>>().join(" ")
}

/// The words of a header in lower case. `+` is part of its word, other punctuation is not.
fn words_of(header: &str) -> Vec<String> {
    let lower = without_subscripts(header).to_lowercase();
    let words = lower.split(|c: char| !(c.is_alphanumeric() || c == '+')).filter(|word| !word.is_empty());
    words.map(str::to_owned).collect()
}

/// True if a character is invisible and has no width.
pub(in crate::import) const fn is_zero_width(c: char) -> bool {
    matches!(c, '\u{200B}'..='\u{200F}' | '\u{2060}' | '\u{FEFF}' | '\u{00AD}')
}
