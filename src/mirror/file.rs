//! The file of a mirror: one entry a line, exactly as it was served. A second file holds the last signed head.

use std::ffi::OsString;
use std::fs::{File, TryLockError};
use std::io::{BufRead, BufReader, Seek, SeekFrom, Write};
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::entry::Entry;
use super::error::MirrorError;
use crate::record::change::GENESIS;
use crate::record::head::{LogEnd, LogKey, SignedHead};

/// The content of the second file: the signed head, and the key that signed it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Signed {
    /// The key that signed the head.
    pub key: LogKey,
    /// The head.
    pub head: SignedHead,
}

/// A mirror of a log.
#[derive(Debug)]
pub struct MirrorFile {
    path: PathBuf,
    file: File,
    /// The hash of each entry, in order.
    hashes: Vec<[u8; 32]>,
    signed: Option<Signed>,
}

impl MirrorFile {
    /// Opens a mirror to add to it, or creates one. Drops an incomplete last line.
    ///
    /// # Errors
    /// If it cannot be opened, another process has it open, or its entries are not a chain.
    pub fn open(path: &Path) -> Result<Self, MirrorError> {
        let failed = |error: std::io::Error| MirrorError::file(path, error);
        let file = File::options().read(true).append(true).create(true).open(path).map_err(failed)?;
        match file.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Err(MirrorError::file(path, "another process writes this mirror")),
            Err(TryLockError::Error(error)) => return Err(failed(error)),
        }
        let (mirror, complete_bytes) = Self::read_from(path, file)?;
        if mirror.file.metadata().map_err(failed)?.len() > complete_bytes {
            log::warn!("{}: the last line is incomplete and is dropped", path.display());
            mirror.file.set_len(complete_bytes).map_err(failed)?;
            mirror.file.sync_all().map_err(failed)?;
        }
        Ok(mirror)
    }

    /// Reads a mirror without changing it.
    ///
    /// # Errors
    /// If it cannot be opened, or its entries are not a chain.
    pub fn read(path: &Path) -> Result<Self, MirrorError> {
        let file = File::open(path).map_err(|error| MirrorError::file(path, error))?;
        Ok(Self::read_from(path, file)?.0)
    }

    /// Reads the complete lines. Also returns their length in bytes.
    fn read_from(path: &Path, mut file: File) -> Result<(Self, u64), MirrorError> {
        let failed = |error: std::io::Error| MirrorError::file(path, error);
        file.seek(SeekFrom::Start(0)).map_err(failed)?;
        let (mut hashes, mut complete_bytes, mut last) = (Vec::new(), 0, GENESIS.to_owned());
        let mut lines = BufReader::new(&file);
        let mut line = String::new();
        loop {
            line.clear();
            // An incomplete line may end within a character.
            match lines.read_line(&mut line) {
                Ok(read) if read > 0 && line.ends_with('\n') => {
                    let at_line = |message| MirrorError::file(path, format!("line {}: {message}", hashes.len() + 1));
                    let entry = Entry::read(&line).map_err(at_line)?;
                    if entry.sequence != sequence(hashes.len()) + 1 || entry.previous_hash != last {
                        return Err(at_line(format!("entry {} does not follow the one before it", entry.sequence)));
                    }
                    hashes.push(bytes(&entry.hash).ok_or_else(|| at_line("its hash is not a SHA-256".to_owned()))?);
                    complete_bytes += u64::try_from(read).unwrap_or(u64::MAX);
                    last = entry.hash;
                }
                Ok(_) => break,
                Err(error) if error.kind() == std::io::ErrorKind::InvalidData => break,
                Err(error) => return Err(failed(error)),
            }
        }
        let signed = read_signed(&with_suffix(path, ".head"))?;
        let mirror = MirrorFile { path: path.to_owned(), file, hashes, signed };
        mirror.check_signed()?;
        Ok((mirror, complete_bytes))
    }

    /// Checks that the stored head has a valid signature and is one of the entries.
    fn check_signed(&self) -> Result<(), MirrorError> {
        let Some(Signed { key, head }) = &self.signed else { return Ok(()) };
        let failed = |message| MirrorError::file(&with_suffix(&self.path, ".head"), message);
        key.verify(head).map_err(failed)?;
        if self.hash_at(head.sequence).as_ref() != Some(&head.hash) {
            return Err(failed(format!(
                "the mirror does not have the entry {} that was signed as the head",
                head.end()
            )));
        }
        Ok(())
    }

    /// The path of the file.
    #[must_use]
    pub fn path(&self) -> &Path {
        &self.path
    }

    /// The last entry of the mirror.
    #[must_use]
    pub fn end(&self) -> LogEnd {
        let sequence = sequence(self.hashes.len());
        LogEnd { sequence, hash: self.hash_at(sequence).unwrap_or_else(|| GENESIS.to_owned()) }
    }

    /// The hash of an entry; none if the mirror lacks it. Entry 0 has the hash of 64 zeros.
    #[must_use]
    pub fn hash_at(&self, sequence: i64) -> Option<String> {
        if sequence == 0 {
            return Some(GENESIS.to_owned());
        }
        let index = usize::try_from(sequence.checked_sub(1)?).ok()?;
        self.hashes.get(index).map(hex::encode)
    }

    /// The last signed head, if any.
    #[must_use]
    pub fn signed(&self) -> Option<&Signed> {
        self.signed.as_ref()
    }

    /// Appends entries that follow the end, and waits until they are on disk.
    pub(super) fn append(&mut self, entries: &[(Entry, &str)]) -> Result<(), MirrorError> {
        let mut lines = String::new();
        for (_, text) in entries {
            lines.push_str(text);
            lines.push('\n');
        }
        let written = self.file.write_all(lines.as_bytes()).and_then(|()| self.file.sync_data());
        written.map_err(|error| MirrorError::file(&self.path, error))?;
        self.hashes.extend(entries.iter().filter_map(|(entry, _)| bytes(&entry.hash)));
        Ok(())
    }

    /// Replaces the signed head.
    pub(super) fn save_head(&mut self, signed: Signed) -> Result<(), MirrorError> {
        let (path, draft) = (with_suffix(&self.path, ".head"), with_suffix(&self.path, ".head.new"));
        let write = || {
            let mut file = File::create(&draft)?;
            serde_json::to_writer(&mut file, &signed)?;
            file.write_all(b"\n")?;
            file.sync_all()?;
            std::fs::rename(&draft, &path)
        };
        write().map_err(|error: std::io::Error| MirrorError::file(&path, error))?;
        self.signed = Some(signed);
        Ok(())
    }
}

fn read_signed(path: &Path) -> Result<Option<Signed>, MirrorError> {
    match std::fs::read(path) {
        Ok(text) => serde_json::from_slice(&text).map(Some).map_err(|error| MirrorError::file(path, error)),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(MirrorError::file(path, error)),
    }
}

fn with_suffix(path: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(suffix);
    name.into()
}

fn sequence(entries: usize) -> i64 {
    i64::try_from(entries).unwrap_or(i64::MAX)
}

fn bytes(hash: &str) -> Option<[u8; 32]> {
    hex::decode(hash).ok()?.try_into().ok()
}
