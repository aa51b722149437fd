//! The confirmations that an import knows: those on disk, and those it found itself.

use std::collections::HashMap;

use crate::record::RecordKey;
use crate::store::confirmations::{self, Confirmation};
use crate::store::{AnyConnection, StoreError};

/// Confirmations by the record that they confirm.
#[derive(Debug, Default)]
pub(super) struct Confirmed {
    known: HashMap<RecordKey, Vec<Confirmation>>,
    /// Those that are not on disk yet.
    new: Vec<Confirmation>,
}

impl Confirmed {
    /// Reads those on disk.
    ///
    /// # Errors
    /// Those of the database.
    pub fn load(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let mut read = Confirmed::default();
        for confirmation in confirmations::load(connection)? {
            read.known.entry(confirmation.key.clone()).or_default().push(confirmation);
        }
        Ok(read)
    }

    /// Those of a record.
    pub fn of(&self, key: &RecordKey) -> &[Confirmation] {
        self.known.get(key).map_or(&[], Vec::as_slice)
    }

    /// Takes note of one.
    pub fn add(&mut self, confirmation: Confirmation) {
        self.new.push(confirmation.clone());
        self.known.entry(confirmation.key.clone()).or_default().push(confirmation);
    }

    /// Those that are not on disk yet.
    pub fn found(&self) -> &[Confirmation] {
        &self.new
    }

    /// They are on disk.
    pub fn keep_new(&mut self) {
        self.new.clear();
    }

    /// They will not be on disk: what found them is done again.
    pub fn forget_new(&mut self) {
        for confirmation in std::mem::take(&mut self.new) {
            if let Some(known) = self.known.get_mut(&confirmation.key) {
                known.retain(|other| *other != confirmation);
            }
        }
    }
}
