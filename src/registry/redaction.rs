//! Takes redacted bodies out of the present, as soon as the log says that they are.

use super::staging::Staging;
use crate::record::redaction::redacted_entry;
use crate::record::{Change, Slug};

impl Staging {
    /// Takes out what an entry said of a network.
    pub(super) fn redact_network(&mut self, change: &Change) -> Result<(), String> {
        let sequence = redacted_entry(change)?;
        let known = self.snapshot.networks.values().map(|entry| (&entry.id, &entry.network));
        let found = self.networks.iter().chain(known).find(|(_, network)| network.is_made_by(sequence));
        let (id, mut network) = match found {
            Some((id, network)) => (Slug::clone(id), network.clone()),
            // A network that is damaged is not there.
            None if !self.snapshot.damage.is_none() => return Ok(()),
            None => return Err(format!("entry {} redacts entry {sequence}, which is of no network", change.sequence)),
        };
        self.snapshot.redacted += i64::from(network.redact(change)?);
        self.networks.insert(id, network);
        Ok(())
    }
}
