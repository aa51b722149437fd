//! One revision of a record: what it says, who recorded it, when and why.

use std::sync::Arc;

use chrono::{DateTime, NaiveDate, Utc};

/// Who recorded a revision, when, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// The number of the revision: 1, 2, 3 for each record.
    pub revision: i32,
    /// The entry of the log that made it.
    pub sequence: i64,
    /// When it was recorded. This is earlier than in the log if a clock was ahead and was corrected later.
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    pub recorded_by: String,
    /// Why it was changed; `None` if no reason was given.
    pub reason: Option<String>,
}

/// A value whose earlier revisions are kept.
pub trait Versioned: Sized + PartialEq {
    /// The day from which the value counts; `None` if that is the day it was recorded.
    fn counts_from(&self) -> Option<NaiveDate> {
        None
    }

    /// What judgements read of the value once it is superseded, without the rest; `None` if they read nothing of it.
    fn abridged(&self) -> Option<Self> {
        None
    }
}

/// How much of a revision's value is in memory.
#[derive(Debug)]
pub(super) enum Content<T> {
    /// All of it.
    Whole(Arc<T>),
    /// What judgements read of it; `None` if they read nothing.
    Abridged(Option<Arc<T>>),
    /// Nothing: the record was withdrawn, or the body was redacted.
    Removed,
}

impl<T> Clone for Content<T> {
    fn clone(&self) -> Self {
        match self {
            Content::Whole(value) => Content::Whole(Arc::clone(value)),
            Content::Abridged(value) => Content::Abridged(value.clone()),
            Content::Removed => Content::Removed,
        }
    }
}

/// One revision of a record: a value, or its withdrawal.
#[derive(Debug)]
pub struct Revision<T> {
    /// Who recorded it, when, and why.
    pub stamp: Stamp,
    /// The day it counts from: the one its value states, or else the day it was recorded.
    pub since: NaiveDate,
    pub(super) content: Content<T>,
    /// The length of its body in the log, in bytes.
    pub(super) bytes: usize,
}

impl<T: Versioned> Revision<T> {
    /// A revision as it was recorded, with a body of `bytes` bytes.
    pub(super) fn new(stamp: Stamp, value: Option<Arc<T>>, bytes: usize) -> Self {
        let since = value.as_ref().and_then(|value| value.counts_from()).unwrap_or(stamp.recorded_at.date_naive());
        let content = value.map_or(Content::Removed, Content::Whole);
        Revision { stamp, since, content, bytes }
    }

    /// True if there is a value, whole or abridged.
    #[must_use]
    pub fn has_value(&self) -> bool {
        !matches!(self.content, Content::Removed)
    }

    /// The value; `None` if there is none, or it is abridged.
    #[must_use]
    pub fn whole(&self) -> Option<&Arc<T>> {
        if let Content::Whole(value) = &self.content { Some(value) } else { None }
    }

    /// What judgements read of the value of an earlier revision; nothing else may be read of it.
    #[must_use]
    pub fn abridged(&self) -> Option<&T> {
        match &self.content {
            Content::Whole(value) | Content::Abridged(Some(value)) => Some(value),
            Content::Abridged(None) | Content::Removed => None,
        }
    }

    pub(super) fn with_content(&self, content: Content<T>) -> Arc<Self> {
        Arc::new(Revision { stamp: self.stamp.clone(), since: self.since, content, bytes: self.bytes })
    }
}
