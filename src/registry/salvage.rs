//! Loads what can be trusted of a damaged log. Wrong entries are recorded, and their cities and networks are left out.

use std::sync::Arc;

use super::halt::{Halt, Halted};
use super::snapshot::Snapshot;
use super::staging::Staging;
use super::succession::Origins;
use crate::record::limits::DAMAGE_LISTED;
use crate::record::{Change, Subject};
use crate::store::log::UnreadableRow;
use crate::store::{self, AnyConnection, HOW_TO_RESTORE, Head, StoreError};

/// Migrates a database to the current schema. Does not write to a database whose file is damaged: if it has the current
/// schema, its readable part is served, else it is refused.
pub(super) fn migrate_if_sound(connection: &mut AnyConnection, halted: &Halted) -> Result<(), StoreError> {
    let unsound = store::integrity::check(connection)?;
    if unsound.is_empty() {
        return store::migrate(connection).map(drop);
    }
    let message = unsound.join("; ");
    if !store::is_initialized(connection)? {
        return Err(StoreError::Corrupt(message));
    }
    halted.set(Halt::Damaged(format!("the database file is damaged: {message}; to repair it, {HOW_TO_RESTORE}")));
    Ok(())
}

impl Staging {
    /// Applies the next row of a log that may be damaged.
    pub(super) fn salvage_row(&mut self, row: Result<Change, UnreadableRow>) {
        match row {
            Ok(change) => self.salvage_entry(&change),
            Err(row) => {
                self.snapshot.head.number = row.sequence;
                self.snapshot.head.hash.clone_from(&row.hash);
                Arc::make_mut(&mut self.snapshot.damage).add_unreadable(row);
            }
        }
    }

    /// Applies the next entry of a log that may be damaged.
    pub(super) fn salvage_entry(&mut self, change: &Change) {
        let previous = (self.snapshot.head.number, self.snapshot.head.hash.as_str());
        if Arc::make_mut(&mut self.snapshot.damage).check(change, previous)
            && let Err(message) = self.apply(change)
        {
            Arc::make_mut(&mut self.snapshot.damage).add(change, message);
        }
        if self.snapshot.damage.is_marked(&change.subject) {
            self.remove_subject(&change.subject);
            self.advance(change);
        }
    }

    /// Records an error if the log does not end as the revision row says.
    pub(super) fn check_end(&mut self, head: &Head) {
        let (number, hash) = self.head();
        if (head.number, head.hash.as_str()) != (number, hash) {
            let message = format!(
                "the revision row says that the log ends with entry {} {}, but it ends with entry {number} {hash}",
                head.number, head.hash
            );
            Arc::make_mut(&mut self.snapshot.damage).add_general(message);
        }
    }

    /// Removes the city or network that an entry is about.
    fn remove_subject(&mut self, subject: &Subject) {
        let Some(city) = subject.city() else {
            let id = subject.id();
            self.ledger.networks.remove(id.as_str());
            self.snapshot.networks.remove(id.as_str());
            return;
        };
        let owned = self.identifiers_of(city);
        self.stage_city(city);
        self.snapshot.cities.remove(city);
        let Some(dossier) = self.ledger.cities.remove(city) else { return };
        self.update_succession(city, &Origins::of(&dossier), &Origins::default());
        for identifier in owned {
            if self.owner(&identifier) == Some(city) {
                self.snapshot.identifiers.remove(&identifier);
            }
        }
    }
}

impl Snapshot {
    /// Why writes must stop because of a damaged log; none if it is sound.
    pub(super) fn halt(&self) -> Option<Halt> {
        let errors = self.damage.errors();
        if errors.is_empty() {
            return None;
        }
        let first: Vec<&str> = errors.iter().take(DAMAGE_LISTED).map(String::as_str).collect();
        let more = match errors.len() - first.len() {
            0 => String::new(),
            more => format!("; and {more} more"),
        };
        Some(Halt::EntriesDamaged(format!(
            "the change log is damaged: {}{more}; left out: {} cities, {} networks; to repair it, {HOW_TO_RESTORE}",
            first.join("; "),
            self.damage.marked_cities(),
            self.damage.marked_networks()
        )))
    }

    /// The first error in the log.
    pub(super) fn first_damage(&self) -> Option<&str> {
        self.damage.errors().first().map(String::as_str)
    }
}
