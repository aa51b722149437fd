//! Reads a mirror of the public log, to compare it with a backup: lines of JSON with `sequence` and `hash`, in order.

use std::io::{BufRead, Read};

use serde::Deserialize;

use super::backup::Failure;
use crate::store::limits::BACKUP_LINE_BYTES;

/// The members of a line that are compared. A line without a sequence is not an entry.
#[derive(Deserialize)]
struct MirrorLine {
    sequence: Option<i64>,
    hash: Option<String>,
}

/// The lines of a mirror, read only as far as they are needed.
pub(super) struct MirrorLines<'a> {
    file: &'a mut dyn BufRead,
    line: u64,
    /// The last entry that was read.
    last: Option<(i64, String)>,
}

impl<'a> MirrorLines<'a> {
    pub(super) fn new(file: &'a mut dyn BufRead) -> Self {
        MirrorLines { file, line: 0, last: None }
    }

    /// Checks that the mirror has the same hash for this entry. Passes if the mirror lacks the entry.
    pub(super) fn compare(&mut self, sequence: i64, hash: &str) -> Result<(), Failure> {
        while self.last.as_ref().is_none_or(|(read, _)| *read < sequence) && self.read()? {}
        match &self.last {
            Some((read, other)) if *read == sequence && other != hash => Err(Failure::Unfit(format!(
                "entry {sequence} has the hash {hash} in the backup and {other} in the mirror: one of them is of \
                 another log, or was rewritten"
            ))),
            _ => Ok(()),
        }
    }

    /// Reads to the end and returns the last entry of the mirror.
    pub(super) fn end(&mut self) -> Result<i64, Failure> {
        while self.read()? {}
        let last = self.last.as_ref().map(|(sequence, _)| *sequence);
        last.ok_or_else(|| Failure::Unfit("the mirror has no entries".to_owned()))
    }

    /// Reads the next entry. Returns false at the end.
    fn read(&mut self) -> Result<bool, Failure> {
        loop {
            let mut text = Vec::new();
            Read::take(&mut *self.file, BACKUP_LINE_BYTES).read_until(b'\n', &mut text)?;
            if text.is_empty() {
                return Ok(false);
            }
            self.line += 1;
            let unfit = |message: &str| Failure::Unfit(format!("line {} of the mirror {message}", self.line));
            let line: MirrorLine = serde_json::from_slice(&text).map_err(|_| unfit("cannot be read"))?;
            let Some(sequence) = line.sequence else { continue };
            if self.last.as_ref().is_some_and(|(last, _)| *last >= sequence) {
                return Err(unfit("is not in order"));
            }
            self.last = Some((sequence, line.hash.ok_or_else(|| unfit("has no hash"))?));
            return Ok(true);
        }
    }
}
