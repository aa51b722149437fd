//! Why a mirror cannot go on.

use std::path::Path;

/// Why a mirror cannot go on.
#[derive(Debug, thiserror::Error)]
pub enum MirrorError {
    /// The file cannot be used.
    #[error("{0}")]
    File(String),
    /// The service cannot be reached. A later attempt may succeed.
    #[error("{0}")]
    Source(String),
    /// An entry differs from the one in the mirror.
    #[error("THE LOG OF {url} WAS REWRITTEN: entry {first} differs from {file}, which stays unchanged")]
    Rewritten {
        /// The address of the service.
        url: String,
        /// The path of the file.
        file: String,
        /// The first entry that differs.
        first: i64,
    },
    /// The log ends before the mirror does.
    #[error(
        "THE LOG OF {url} WAS SHORTENED: it ends with entry {last}, so entry {first} of {file} is missing; the file stays \
         unchanged"
    )]
    Shortened {
        /// The address of the service.
        url: String,
        /// The path of the file.
        file: String,
        /// The last entry of the log.
        last: i64,
        /// The first entry of the file that the log lacks.
        first: i64,
    },
    /// Another key than before signs the log.
    #[error("THE KEY OF {url} HAS CHANGED: the log was signed by {before}, now by {now}")]
    KeyChanged {
        /// The address of the service.
        url: String,
        /// The id of the key that the mirror knows.
        before: String,
        /// The id of the key now.
        now: String,
    },
    /// What is served does not match the signature, or is not a chain.
    #[error("THE LOG OF {url} IS NOT WHAT IT CLAIMS TO BE: {message}")]
    Forged {
        /// The address of the service.
        url: String,
        /// What is wrong.
        message: String,
    },
}

impl MirrorError {
    pub(super) fn file(path: &Path, message: impl std::fmt::Display) -> Self {
        MirrorError::File(format!("{}: {message}", path.display()))
    }

    /// True if a later attempt may succeed.
    #[must_use]
    pub fn is_temporary(&self) -> bool {
        matches!(self, MirrorError::Source(_))
    }
}
