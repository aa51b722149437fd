//! A copy of the public log, kept by an outsider: it resumes, and tells a log that was rewritten or shortened.

mod entry;
mod file;
pub mod limits;
mod source;

use std::path::Path;
use std::time::Instant;

use crate::mirror::limits::{MIRROR_PATIENCE, MIRROR_RETRY};
use crate::record::head::{LogEnd, SignedHead};
use crate::record::limits::PAGE_MAX;

pub use file::{MirrorFile, Signed};

use entry::Entry;
use source::{Page, Source};

/// Why a mirror does not go on.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The file cannot be used.
    #[error("{0}")]
    File(String),
    /// The service cannot be asked; it may be later.
    #[error("{0}")]
    Source(String),
    /// An entry is another one than the mirror has.
    #[error("THE LOG OF {url} WAS REWRITTEN: entry {first} is another one than in {file}, which stays as it is")]
    Rewritten {
        /// The service.
        url: String,
        /// The file.
        file: String,
        /// The first entry that differs.
        first: i64,
    },
    /// The log ends before the mirror does.
    #[error(
        "THE LOG OF {url} WAS SHORTENED: it ends with entry {last}, and entry {first} of {file} is the first that it \
         does not have; the file stays as it is"
    )]
    Shortened {
        /// The service.
        url: String,
        /// The file.
        file: String,
        /// The last entry of the log.
        last: i64,
        /// The first entry that is missing.
        first: i64,
    },
    /// Another key signs the log than before.
    #[error("THE KEY OF {url} HAS CHANGED: the log was signed by {before}, now by {now}")]
    KeyChanged {
        /// The service.
        url: String,
        /// The id of the key that the mirror knows.
        before: String,
        /// The id of the key now.
        now: String,
    },
    /// What is served is not what was signed, or no chain.
    #[error("THE LOG OF {url} IS NOT WHAT IT CLAIMS TO BE: {why}")]
    Forged {
        /// The service.
        url: String,
        /// What does not fit.
        why: String,
    },
}

impl MirrorError {
    fn file(path: &Path, why: impl std::fmt::Display) -> Self {
        MirrorError::File(format!("{}: {why}", path.display()))
    }

    /// Whether it may go on by itself later.
    #[must_use]
    pub fn may_pass(&self) -> bool {
        matches!(self, MirrorError::Source(_))
    }
}

/// A service and the file that mirrors its log.
#[derive(Debug)]
pub struct Mirror {
    source: Source,
    file: MirrorFile,
}

impl Mirror {
    /// Mirrors the log of the service at an address into a file.
    #[must_use]
    pub fn new(url: &str, file: MirrorFile) -> Self {
        Mirror { source: Source::new(url), file }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &MirrorFile {
        &self.file
    }

    /// Copies what is new up to the signed head; returns how many entries that were.
    ///
    /// # Errors
    /// Why it does not go on; what was copied before stays.
    pub fn copy(&mut self) -> Result<i64, MirrorError> {
        let begin = self.file.end().sequence;
        let key = self.source.key()?;
        if let Some(Signed { key: known, .. }) = self.file.signed()
            && (&known.key_id, &known.public_key) != (&key.key_id, &key.public_key)
        {
            let (url, before, now) = (self.url(), known.key_id.clone(), key.key_id);
            return Err(MirrorError::KeyChanged { url, before, now });
        }
        let head = self.head(&key)?;
        while self.file.end().sequence < head.sequence {
            self.copy_page(&head)?;
        }
        self.file.keep(Signed { key, head })?;
        Ok(self.file.end().sequence - begin)
    }

    /// The signed head of a log that has all that the file has.
    fn head(&self, key: &crate::record::head::LogKey) -> Result<SignedHead, MirrorError> {
        let begin = Instant::now();
        loop {
            let head = self.source.head()?;
            key.verify(&head).map_err(|why| self.forged(why))?;
            let end = self.file.end();
            if self.file.hash_at(head.sequence).is_some_and(|hash| hash != head.hash) {
                return Err(self.rewritten(&end)?);
            }
            if head.sequence >= end.sequence {
                return Ok(head);
            }
            // One of several nodes may be behind the others for a moment.
            if begin.elapsed() >= MIRROR_PATIENCE {
                let (url, file, last) = (self.url(), self.file.path().display().to_string(), head.sequence);
                return Err(MirrorError::Shortened { url, file, last, first: last + 1 });
            }
            std::thread::sleep(MIRROR_RETRY);
        }
    }

    /// Copies the page after what the file has, up to the head.
    fn copy_page(&mut self, head: &SignedHead) -> Result<(), MirrorError> {
        let mut end = self.file.end();
        let text = self.page_after(end.sequence)?;
        let page: Page<'_> = serde_json::from_str(&text).map_err(|error| self.forged(error.to_string()))?;
        let mut entries = Vec::with_capacity(page.items.len());
        for item in page.items {
            let entry = Entry::read(item.get()).map_err(|why| self.forged(why))?;
            if entry.sequence > head.sequence {
                break;
            }
            if entry.sequence != end.sequence + 1 || entry.previous_hash != end.hash {
                if entries.is_empty() && entry.sequence == end.sequence + 1 {
                    return Err(self.rewritten(&end)?);
                }
                return Err(self.forged(format!("entry {} does not follow the one before it", entry.sequence)));
            }
            end = LogEnd { sequence: entry.sequence, hash: entry.hash.clone() };
            if end.sequence == head.sequence && end.hash != head.hash {
                return Err(self.forged(format!("the entry {end} is not the head {} that is signed", head.end())));
            }
            entries.push((entry, item.get()));
        }
        self.file.append(&entries)
    }

    /// A page that is not empty; one of several nodes may be behind the others for a moment.
    fn page_after(&self, after: i64) -> Result<String, MirrorError> {
        let begin = Instant::now();
        loop {
            let text = self.source.page(after, PAGE_MAX)?;
            let is_empty = serde_json::from_str::<Page<'_>>(&text).is_ok_and(|page| page.items.is_empty());
            if !is_empty {
                return Ok(text);
            }
            if begin.elapsed() >= MIRROR_PATIENCE {
                return Err(
                    self.forged(format!("entry {} is not served, though it is before the signed head", after + 1))
                );
            }
            std::thread::sleep(MIRROR_RETRY);
        }
    }

    /// Looks for the first entry that differs from the file's: of chained entries all that follow one do.
    fn rewritten(&self, end: &LogEnd) -> Result<MirrorError, MirrorError> {
        let (mut same, mut other) = (0, end.sequence);
        while other - same > 1 {
            let middle = same + (other - same) / 2;
            if self.is_same(middle)? { same = middle } else { other = middle }
        }
        let (url, file) = (self.url(), self.file.path().display().to_string());
        Ok(MirrorError::Rewritten { url, file, first: other })
    }

    /// Whether the service serves an entry as the file has it.
    fn is_same(&self, sequence: i64) -> Result<bool, MirrorError> {
        let text = self.source.page(sequence - 1, 1)?;
        let page: Page<'_> = serde_json::from_str(&text).map_err(|error| self.forged(error.to_string()))?;
        let entry = page.items.first().and_then(|item| Entry::read(item.get()).ok());
        Ok(entry.is_some_and(|entry| entry.sequence == sequence && self.file.hash_at(sequence) == Some(entry.hash)))
    }

    fn url(&self) -> String {
        self.source.url().to_owned()
    }

    fn forged(&self, why: String) -> MirrorError {
        MirrorError::Forged { url: self.url(), why }
    }
}
