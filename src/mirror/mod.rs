//! A copy of the public log, kept by an outsider. Copying can resume. The mirror notices a log that was rewritten or
//! shortened.

mod entry;
mod error;
mod file;
pub mod limits;
mod source;

use std::time::Instant;

use crate::mirror::limits::{MIRROR_PATIENCE, MIRROR_RETRY};
use crate::record::head::{LogEnd, SignedHead};
use crate::record::limits::PAGE_MAX;

pub use error::MirrorError;
pub use file::{MirrorFile, Signed};

use entry::Entry;
use source::{Page, Source};

/// A service and the file that mirrors its log.
#[derive(Debug)]
pub struct Mirror {
    source: Source,
    file: MirrorFile,
}

impl Mirror {
    /// A mirror of the service at `url` in a file.
    #[must_use]
    pub fn new(url: &str, file: MirrorFile) -> Self {
        Mirror { source: Source::new(url), file }
    }

    /// The file.
    #[must_use]
    pub fn file(&self) -> &MirrorFile {
        &self.file
    }

    /// Copies new entries up to the signed head. Returns how many.
    ///
    /// # Errors
    /// Why it cannot go on. Entries copied before stay.
    pub fn copy(&mut self) -> Result<i64, MirrorError> {
        let start = self.file.end().sequence;
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
        self.file.save_head(Signed { key, head })?;
        Ok(self.file.end().sequence - start)
    }

    /// Gets the signed head of a log that is at least as long as the file.
    fn head(&self, key: &crate::record::head::LogKey) -> Result<SignedHead, MirrorError> {
        let start = Instant::now();
        loop {
            let head = self.source.head()?;
            key.verify(&head).map_err(|message| self.forged(message))?;
            let end = self.file.end();
            if self.file.hash_at(head.sequence).is_some_and(|hash| hash != head.hash) {
                return Err(self.rewritten(&end)?);
            }
            if head.sequence >= end.sequence {
                return Ok(head);
            }
            // One of several nodes may be briefly behind the others.
            if start.elapsed() >= MIRROR_PATIENCE {
                let (url, file, last) = (self.url(), self.file.path().display().to_string(), head.sequence);
                return Err(MirrorError::Shortened { url, file, last, first: last + 1 });
            }
            std::thread::sleep(MIRROR_RETRY);
        }
    }

    /// Copies the page after the end of the file, up to the head.
    fn copy_page(&mut self, head: &SignedHead) -> Result<(), MirrorError> {
        let mut end = self.file.end();
        let text = self.page_after(end.sequence)?;
        let page: Page<'_> = serde_json::from_str(&text).map_err(|error| self.forged(error.to_string()))?;
        let mut entries = Vec::with_capacity(page.items.len());
        for item in page.items {
            let entry = Entry::read(item.get()).map_err(|message| self.forged(message))?;
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
                return Err(self.forged(format!("entry {end} is not the signed head {}", head.end())));
            }
            entries.push((entry, item.get()));
        }
        self.file.append(&entries)
    }

    /// Gets a page that is not empty. One of several nodes may be briefly behind the others.
    fn page_after(&self, after: i64) -> Result<String, MirrorError> {
        let start = Instant::now();
        loop {
            let text = self.source.page(after, PAGE_MAX)?;
            let is_empty = serde_json::from_str::<Page<'_>>(&text).is_ok_and(|page| page.items.is_empty());
            if !is_empty {
                return Ok(text);
            }
            if start.elapsed() >= MIRROR_PATIENCE {
                return Err(
                    self.forged(format!("entry {} is not served, although the signed head comes after it", after + 1))
                );
            }
            std::thread::sleep(MIRROR_RETRY);
        }
    }

    /// Finds the first entry that differs from the file, by binary search: in a chain all later entries differ too.
    fn rewritten(&self, end: &LogEnd) -> Result<MirrorError, MirrorError> {
        let (mut same, mut different) = (0, end.sequence);
        while different - same > 1 {
            let middle = same + (different - same) / 2;
            if self.is_same(middle)? { same = middle } else { different = middle }
        }
        let (url, file) = (self.url(), self.file.path().display().to_string());
        Ok(MirrorError::Rewritten { url, file, first: different })
    }

    /// True if the service serves the same entry as the file has.
    fn is_same(&self, sequence: i64) -> Result<bool, MirrorError> {
        let text = self.source.page(sequence - 1, 1)?;
        let page: Page<'_> = serde_json::from_str(&text).map_err(|error| self.forged(error.to_string()))?;
        let entry = page.items.first().and_then(|item| Entry::read(item.get()).ok());
        Ok(entry.is_some_and(|entry| entry.sequence == sequence && self.file.hash_at(sequence) == Some(entry.hash)))
    }

    fn url(&self) -> String {
        self.source.url().to_owned()
    }

    fn forged(&self, message: String) -> MirrorError {
        MirrorError::Forged { url: self.url(), message }
    }
}
