//! Rebuilds the records from the change log, in memory, and compares.

use std::collections::BTreeSet;

use super::connection::AnyConnection;
use super::log::Unreadable;
use super::records::Rows;
use super::{Damage, Head, StoreError, keys, log};
use crate::record::change::GENESIS;
use crate::record::{Change, Ledger, Subject};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// Entries of the log.
    pub entries: i64,
    /// Entries whose body was redacted; the chain holds without it.
    pub redacted: i64,
    /// Those of them of which no other entry says so: their bodies were taken out by hand, or that entry was left out when
    /// the log was restored.
    pub redacted_by_hand: Vec<i64>,
    /// Cities they make, withdrawn ones included.
    pub cities: usize,
    /// Entries of the log of keys.
    pub key_entries: i64,
    /// Keys they make, revoked ones included.
    pub keys: usize,
    /// What is wrong, a sentence each; empty if all is right.
    pub wrong: Vec<String>,
}

/// Checks the hash chains, rebuilds the tables of records and of keys from their logs and compares them with what is
/// stored.
///
/// # Errors
/// Those of the database.
pub fn verify(connection: &mut AnyConnection) -> Result<Verified, StoreError> {
    let unsound = super::integrity::check(connection)?;
    // One moment, so that a service that writes meanwhile does not look like damage, nor is held up.
    super::connection::at_one_moment(connection, |connection| {
        let head = log::head(connection)?;
        let mut rebuilt = Rebuilt::default();
        log::follow_any(connection, 0, |entry| {
            rebuilt.take_in(entry);
            Ok(())
        })?;
        let differences = rebuilt.rows.differences(connection, &rebuilt.damage)?;
        rebuilt.check_head(&head);
        rebuilt.check_redactions();
        let (entries, cities) = (rebuilt.entries, rebuilt.ledger.cities.len());
        let redacted = i64::try_from(rebuilt.redacted.len()).unwrap_or(i64::MAX);
        let redacted_by_hand = rebuilt.redacted.difference(&rebuilt.redactions).copied().collect();
        let mut wrong = unsound;
        wrong.extend(rebuilt.damage.wrong().iter().cloned().chain(differences));
        let (key_entries, keys) = match keys::verify(connection, &head) {
            Ok(found) => found,
            Err(StoreError::Corrupt(message)) => {
                wrong.push(message);
                (0, 0)
            }
            Err(error) => return Err(error),
        };
        Ok(Verified { entries, redacted, redacted_by_hand, cities, key_entries, keys, wrong })
    })
}

/// What a log makes.
struct Rebuilt {
    entries: i64,
    /// The hash of the last entry.
    hash: String,
    /// The entries without a body.
    redacted: BTreeSet<i64>,
    /// The entries of which others say that their bodies were taken out.
    redactions: BTreeSet<i64>,
    ledger: Ledger,
    rows: Rows,
    damage: Damage,
}

impl Default for Rebuilt {
    fn default() -> Self {
        let (ledger, rows, damage) = (Ledger::default(), Rows::default(), Damage::default());
        let (redacted, redactions) = (BTreeSet::new(), BTreeSet::new());
        Rebuilt { entries: 0, hash: GENESIS.to_owned(), redacted, redactions, ledger, rows, damage }
    }
}

impl Rebuilt {
    fn take_in(&mut self, entry: Result<Change, Unreadable>) {
        let change = match entry {
            Ok(change) => change,
            Err(row) => {
                (self.entries, self.hash) = (row.sequence, row.hash.clone());
                return self.damage.note_unreadable(row);
            }
        };
        if self.damage.check(&change, (self.entries, &self.hash))
            && let Err(message) = self.apply(&change)
        {
            self.damage.note(&change, message);
        }
        self.entries = change.sequence;
        if change.body.is_none() {
            self.redacted.insert(change.sequence);
        }
        self.hash = change.hash;
    }

    fn apply(&mut self, change: &Change) -> Result<(), String> {
        self.ledger.apply(change)?;
        if let Subject::Redaction { entry, .. } = &change.subject {
            self.redactions.insert(*entry);
        }
        self.rows.add(change)
    }

    /// What was redacted must be gone.
    fn check_redactions(&mut self) {
        for entry in self.redactions.difference(&self.redacted) {
            self.damage.note_of_all(format!("entry {entry} was redacted, but has its body"));
        }
    }

    fn check_head(&mut self, head: &Head) {
        if (head.number, &head.hash) != (self.entries, &self.hash) {
            let said = format!("the revision row says {} {}", head.number, head.hash);
            self.damage.note_of_all(format!("{said}, the log ends with entry {} {}", self.entries, self.hash));
        }
    }
}
