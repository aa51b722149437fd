//! Why writes have stopped until an operator acts and the service is started again.

use std::sync::OnceLock;

use super::Refusal;
use crate::store::StoreError;

/// What was found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Halt {
    /// The database is not the one that was opened. Going back to it by itself would be a guess: another program may
    /// have written to it under its other name, which SQLite does not notice.
    Replaced(String),
    /// The database is damaged.
    Damaged(String),
    /// Entries of the log are wrong; the others are served, and those of other nodes followed.
    EntriesDamaged(String),
}

impl Halt {
    /// The one that an error of the database calls for, if it does.
    pub(super) fn of(error: &StoreError) -> Option<Self> {
        match error {
            StoreError::Replaced(_) => Some(Halt::Replaced(error.to_string())),
            error if error.is_damage() => {
                Some(Halt::Damaged(format!("{error}; to mend it, {}", crate::store::HOW_TO_RESTORE)))
            }
            _ => None,
        }
    }

    /// What an operator is told.
    #[must_use]
    pub fn message(&self) -> &str {
        let (Halt::Replaced(message) | Halt::Damaged(message) | Halt::EntriesDamaged(message)) = self;
        message
    }

    /// Whether nothing of the database can be trusted any more.
    pub(super) const fn is_of_the_whole(&self) -> bool {
        !matches!(self, Halt::EntriesDamaged(_))
    }

    /// What is answered to whoever wants to write.
    pub(super) fn refusal(&self) -> Refusal {
        match self {
            Halt::Replaced(_) => Refusal::DatabaseReplaced,
            Halt::Damaged(_) | Halt::EntriesDamaged(_) => Refusal::DatabaseDamaged,
        }
    }
}

/// Whether writes have stopped: for good, for the first reason there was.
#[derive(Debug, Default)]
pub(super) struct Halted(OnceLock<Halt>);

impl Halted {
    /// Why they have.
    pub(super) fn get(&self) -> Option<&Halt> {
        self.0.get()
    }

    /// Stops them.
    pub(super) fn set(&self, halt: Halt) {
        self.0.get_or_init(|| {
            log::error!("writes are refused until the service is started again, reads go on: {}", halt.message());
            halt
        });
    }

    /// Stops them if there is a reason.
    pub(super) fn set_if_any(&self, halt: Option<Halt>) {
        if let Some(halt) = halt {
            self.set(halt);
        }
    }

    /// Refuses what needs the database that was opened.
    pub(super) fn check(&self) -> Result<(), Refusal> {
        self.get().map_or(Ok(()), |halt| Err(halt.refusal()))
    }
}
