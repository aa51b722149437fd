//! What can be trusted of a log that is damaged: entries that are wrong are noted, and what they are about is left out.

use std::sync::Arc;

use super::halt::{Halt, Halted};
use super::snapshot::Snapshot;
use super::staging::Staging;
use super::succession::Origins;
use crate::record::limits::DAMAGE_LISTED;
use crate::record::{Change, Subject};
use crate::store::log::Unreadable;
use crate::store::{self, AnyConnection, HOW_TO_RESTORE, Head, StoreError};

/// Brings a database to this version. One whose file is damaged is not written to: if it is of this version already,
/// what of it can be read is served, else it is refused.
pub(super) fn migrate_if_sound(connection: &mut AnyConnection, halted: &Halted) -> Result<(), StoreError> {
    let unsound = store::integrity::check(connection)?;
    if unsound.is_empty() {
        return store::migrate(connection).map(drop);
    }
    let message = unsound.join("; ");
    if !store::is_made(connection)? {
        return Err(StoreError::Corrupt(message));
    }
    halted.set(Halt::Damaged(format!("the database file is damaged: {message}; to mend it, {HOW_TO_RESTORE}")));
    Ok(())
}

impl Staging {
    /// Takes over the next row of a log that may be damaged.
    pub(super) fn take_up_row(&mut self, row: Result<Change, Unreadable>) {
        match row {
            Ok(change) => self.take_up(&change),
            Err(row) => {
                self.snapshot.head.number = row.sequence;
                self.snapshot.head.hash.clone_from(&row.hash);
                Arc::make_mut(&mut self.snapshot.damage).note_unreadable(row);
            }
        }
    }

    /// Takes over the next entry of a log that may be damaged.
    pub(super) fn take_up(&mut self, change: &Change) {
        let previous = (self.snapshot.head.number, self.snapshot.head.hash.as_str());
        if Arc::make_mut(&mut self.snapshot.damage).check(change, previous)
            && let Err(message) = self.apply(change)
        {
            Arc::make_mut(&mut self.snapshot.damage).note(change, message);
        }
        if self.snapshot.damage.marks(&change.subject) {
            self.leave_out(&change.subject);
            self.pass(change);
        }
    }

    /// Notes it if the log does not end as the revision row says.
    pub(super) fn check_end(&mut self, head: &Head) {
        let (number, hash) = self.head();
        if (head.number, head.hash.as_str()) != (number, hash) {
            let message = format!(
                "the revision row says that the log ends with entry {} {}, it ends with entry {number} {hash}",
                head.number, head.hash
            );
            Arc::make_mut(&mut self.snapshot.damage).note_of_all(message);
        }
    }

    /// Takes out the city or network that an entry is about.
    fn leave_out(&mut self, subject: &Subject) {
        let Some(city) = subject.city() else {
            let id = subject.id();
            self.ledger.networks.remove(id.as_str());
            self.snapshot.networks.remove(id.as_str());
            return;
        };
        let owned = self.identifiers_of(city);
        self.bring_in_city(city);
        self.snapshot.cities.remove(city);
        let Some(dossier) = self.ledger.cities.remove(city) else { return };
        self.note_origins(city, &Origins::of(&dossier), &Origins::default());
        for identifier in owned {
            if self.owner(&identifier) == Some(city) {
                self.snapshot.identifiers.remove(&identifier);
            }
        }
    }
}

impl Snapshot {
    /// Why nothing may be written if its log is damaged.
    pub(super) fn halt(&self) -> Option<Halt> {
        let wrong = self.damage.wrong();
        if wrong.is_empty() {
            return None;
        }
        let first: Vec<&str> = wrong.iter().take(DAMAGE_LISTED).map(String::as_str).collect();
        let more = match wrong.len() - first.len() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        Some(Halt::EntriesDamaged(format!(
            "the change log is damaged: {}{more}; left out: {} cities, {} networks; to mend it, {HOW_TO_RESTORE}",
            first.join("; "),
            self.damage.cities(),
            self.damage.networks()
        )))
    }

    /// The first thing that is wrong with its log.
    pub(super) fn first_damage(&self) -> Option<&str> {
        self.damage.wrong().first().map(String::as_str)
    }
}
