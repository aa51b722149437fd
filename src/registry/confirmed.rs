//! The confirmations that an import knows: those on disk, and those that it found itself.

use std::collections::HashMap;

use crate::record::RecordKey;
use crate::store::confirmations::{self, Confirmation};
use crate::store::{AnyConnection, StoreError};

/// Confirmations, by the record that they confirm.
#[derive(Debug, Default)]
pub(super) struct Confirmed {
    known: HashMap<RecordKey, Vec<Confirmation>>,
    /// Confirmations that are not on disk yet.
    unsaved: Vec<Confirmation>,
}

impl Confirmed {
    /// Reads the confirmations on disk.
    ///
    /// # Errors
    /// Database errors.
    pub fn load(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let mut loaded = Confirmed::default();
        for confirmation in confirmations::load(connection)? {
            loaded.known.entry(confirmation.key.clone()).or_default().push(confirmation);
        }
        Ok(loaded)
    }

    /// The confirmations of a record.
    pub fn of(&self, key: &RecordKey) -> &[Confirmation] {
        self.known.get(key).map_or(&[], Vec::as_slice)
    }

    /// Adds a confirmation that is not on disk yet.
    pub fn add(&mut self, confirmation: Confirmation) {
        self.unsaved.push(confirmation.clone());
        self.known.entry(confirmation.key.clone()).or_default().push(confirmation);
    }

    /// The confirmations that are not on disk yet.
    pub fn unsaved(&self) -> &[Confirmation] {
        &self.unsaved
    }

    /// Marks the new confirmations as saved.
    pub fn mark_saved(&mut self) {
        self.unsaved.clear();
    }

    /// Discards the unsaved confirmations, because the work that found them is repeated.
    pub fn discard_unsaved(&mut self) {
        for confirmation in std::mem::take(&mut self.unsaved) {
            if let Some(known) = self.known.get_mut(&confirmation.key) {
                known.retain(|other| *other != confirmation);
            }
        }
    }
}
