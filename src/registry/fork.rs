//! Forks of the log. A log that does not continue what this node has seen is never followed silently. Writes stop, what
//! the node holds stays readable, and only an operator decides how to go on.

use std::path::Path;
use std::time::Instant;

use super::lost::Saved;
use crate::record::head::LogEnd;
use crate::store::{self, AnyConnection, StoreError};

/// A log in the database that does not continue what a node has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The last entry that the node had seen.
    pub kept: LogEnd,
    /// The last entry of the log in the database when the fork was found.
    pub seen: LogEnd,
    /// True if this node holds the entries up to `kept`. False if another node found the fork, or this one before a
    /// restart; then this node holds the log of the database.
    pub is_own: bool,
    pub(super) saved: Saved,
    /// Why the fork could not be reported to the database; none if it was.
    pub(super) report_error: Option<String>,
    /// When this node last tried to save its writes or to load the log.
    pub(super) tried_at: Instant,
}

impl Fork {
    /// The fork in one sentence, for a client that wants to write.
    #[must_use]
    pub fn message(&self) -> String {
        let Fork { kept, seen, .. } = self;
        format!("the log of the database, which ended with {seen}, does not continue the one that ended with {kept}")
    }

    /// The fork, what an operator has to do, and where the writes are that the database lacks.
    #[must_use]
    pub fn detail(&self) -> String {
        let Fork { kept, seen, .. } = self;
        let saved = match &self.saved {
            Saved::Before(files) => {
                let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                format!("; entries that the database does not have were saved in {}", files.join(", "))
            }
            _ if !self.is_own => String::new(),
            Saved::NotYet => "; the writes that only this node holds are being saved".to_owned(),
            Saved::Nothing => "; this node holds no write that the database does not have".to_owned(),
            Saved::InFile { path, entries, is_exact } => {
                let exact = if *is_exact {
                    "each as it was"
                } else {
                    "the oldest only as their records were left, a few of which it has"
                };
                format!("; {entries} entries that the database does not have are saved in {}, {exact}", path.display())
            }
            Saved::Failed(error) => format!(
                "; the entries that only this node holds CANNOT BE SAVED ({error}): do not stop it before they are saved"
            ),
        };
        let report_error =
            self.report_error.iter().map(|error| format!("; the fork could not be reported to the database: {error}"));
        let report_error: String = report_error.collect();
        format!(
            "{}{saved}{report_error}; writes are refused until the right database is back or `pledgewatch accept-fork \
             --database … --kept {kept} --seen {seen}` accepts what the database has",
            self.message()
        )
    }
}

impl Fork {
    /// True if saving or reporting must be tried again.
    pub(super) fn is_unfinished(&self) -> bool {
        self.report_error.is_some() || matches!(self.saved, Saved::NotYet | Saved::Failed(_))
    }
}

/// Finds the fork that is still undecided when a node starts. The lost writes may already be saved in `directory`.
pub(super) fn find_open(connection: &mut AnyConnection, directory: &Path) -> Result<Option<Fork>, StoreError> {
    let open = store::forks::open(connection)?;
    let fork = open.map(|store::forks::Fork { kept, seen, .. }| Fork {
        saved: Saved::before(directory, &kept),
        kept,
        seen,
        is_own: false,
        report_error: None,
        tried_at: Instant::now(),
    });
    if let Some(fork) = &fork {
        log::error!("WRITES ARE STOPPED: {}", fork.detail());
    }
    Ok(fork)
}
