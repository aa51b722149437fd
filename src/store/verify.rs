//! Rebuilds the records from the change log, in memory, and compares them with the tables.

use std::collections::BTreeSet;

use super::connection::AnyConnection;
use super::log::UnreadableRow;
use super::records::Rows;
use super::{Damage, Head, StoreError, keys, log};
use crate::record::change::GENESIS;
use crate::record::{Change, Ledger, Subject};

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// The number of entries in the log.
    pub entries: i64,
    /// The number of redacted entries. The chain holds without their bodies.
    pub redacted: i64,
    /// Redacted entries without a redaction entry. Their bodies were removed by hand, or the redaction entry was left
    /// out when the log was restored.
    pub redacted_by_hand: Vec<i64>,
    /// The number of cities in the log, including withdrawn ones.
    pub cities: usize,
    /// The number of entries in the log of keys.
    pub key_entries: i64,
    /// The number of keys in that log, including revoked ones.
    pub keys: usize,
    /// The errors, a sentence each; empty if all is right.
    pub errors: Vec<String>,
}

/// Checks the hash chains. Rebuilds the tables of records and of keys from their logs and compares them with what is
/// stored.
///
/// # Errors
/// Database errors.
pub fn verify(connection: &mut AnyConnection) -> Result<Verified, StoreError> {
    let unsound = super::integrity::check(connection)?;
    // A consistent read does not mistake concurrent writes for damage, and does not block them.
    super::connection::read_transaction(connection, |connection| {
        let head = log::head(connection)?;
        let mut rebuilt = Rebuilt::default();
        log::for_each_row(connection, 0, |entry| {
            rebuilt.add(entry);
            Ok(())
        })?;
        let differences = rebuilt.rows.differences(connection, &rebuilt.damage)?;
        rebuilt.check_head(&head);
        rebuilt.check_redactions();
        let (entries, cities) = (rebuilt.entries, rebuilt.ledger.cities.len());
        let redacted = i64::try_from(rebuilt.redacted.len()).unwrap_or(i64::MAX);
        let redacted_by_hand = rebuilt.redacted.difference(&rebuilt.redactions).copied().collect();
        let mut errors = unsound;
        errors.extend(rebuilt.damage.errors().iter().cloned().chain(differences));
        let (key_entries, keys) = match keys::verify(connection, &head) {
            Ok(found) => found,
            Err(StoreError::Corrupt(message)) => {
                errors.push(message);
                (0, 0)
            }
            Err(error) => return Err(error),
        };
        Ok(Verified { entries, redacted, redacted_by_hand, cities, key_entries, keys, errors })
    })
}

/// The state that a log leads to.
struct Rebuilt {
    entries: i64,
    /// The hash of the last entry.
    hash: String,
    /// The entries without a body.
    redacted: BTreeSet<i64>,
    /// The entries that a redaction entry names.
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
    fn add(&mut self, entry: Result<Change, UnreadableRow>) {
        let change = match entry {
            Ok(change) => change,
            Err(row) => {
                (self.entries, self.hash) = (row.sequence, row.hash.clone());
                return self.damage.add_unreadable(row);
            }
        };
        if self.damage.check(&change, (self.entries, &self.hash))
            && let Err(message) = self.apply(&change)
        {
            self.damage.add(&change, message);
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

    /// Checks that the redacted bodies are gone.
    fn check_redactions(&mut self) {
        for entry in self.redactions.difference(&self.redacted) {
            self.damage.add_general(format!("entry {entry} is redacted, but still has its body"));
        }
    }

    fn check_head(&mut self, head: &Head) {
        if (head.number, &head.hash) != (self.entries, &self.hash) {
            let expected = format!("the revision row says {} {}", head.number, head.hash);
            self.damage.add_general(format!("{expected}, the log ends with entry {} {}", self.entries, self.hash));
        }
    }
}
