//! Why writes have stopped until an operator acts and restarts the service.

use std::sync::OnceLock;

use super::refusal::Refusal;
use crate::store::StoreError;

/// The reason for stopping writes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// The database is not the one that was opened. The service does not return to it by itself: another program may
    /// have written to it under another name, which SQLite does not notice.
    Replaced(String),
    /// The database is damaged.
    Damaged(String),
    /// Entries of the log are wrong. The undamaged rest is served, and entries of other nodes are followed.
    EntriesDamaged(String),
}

impl Halt {
    /// The reason that a database error gives for stopping writes; none for other errors.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Replaced(_) => Some(Halt::Replaced(error.to_string())),
            error if error.is_damage() => {
                Some(Halt::Damaged(format!("{error}; to repair it, {}", crate::store::HOW_TO_RESTORE)))
            }
            _ => None,
        }
    }

    /// The message for the operator.
    #[must_use]
    pub fn message(&self) -> &str {
        let (Halt::Replaced(message) | Halt::Damaged(message) | Halt::EntriesDamaged(message)) = self;
        message
    }

    /// True if nothing in the database can be trusted any more.
    pub(super) const fn is_total(&self) -> bool {
        !matches!(self, Halt::EntriesDamaged(_))
    }

    /// The refusal for clients that want to write.
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            Halt::Replaced(_) => Refusal::DatabaseReplaced,
            Halt::Damaged(_) | Halt::EntriesDamaged(_) => Refusal::DatabaseDamaged,
        }
    }
}

/// Records why writes have stopped. Only the first reason counts, and it stays.
#[derive(Debug, Default)]
pub(super) struct Halted(OnceLock<Halt>);

impl Halted {
    /// The reason; none while writes go on.
    pub(super) fn get(&self) -> Option<&Halt> {
        self.0.get()
    }

    /// Stops writes.
    pub(super) fn set(&self, halt: Halt) {
        self.0.get_or_init(|| {
            log::error!("writes are refused until the service is restarted, reads go on: {}", halt.message());
            halt
        });
    }

    /// Stops writes if there is a reason.
    pub(super) fn set_if_any(&self, halt: Option<Halt>) {
        if let Some(halt) = halt {
            self.set(halt);
        }
    }

    /// Refuses work on the database once writes have stopped.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        self.get().map_or(Ok(()), |halt| Err(halt.refusal()))
    }
}
