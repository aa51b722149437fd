//! Copies the cities and networks that a write changes, because readers still use the current snapshot.

use chrono::{DateTime, Utc};

use super::staging::Staging;
use crate::record::{Change, CityId, Dossier, RecordKey, Slug, Subject};

impl Staging {
    /// Stages the subject of an entry, if it exists.
    ///
    /// # Errors
    /// A sentence, if the entry redacts an entry of no network.
    pub(super) fn stage(&mut self, change: &Change) -> Result<(), String> {
        match &change.subject {
            Subject::Record(RecordKey::Network(id)) => self.stage_network(id),
            Subject::Redaction { city: None, entry } => return self.stage_redacted_network(*entry, change.sequence),
            other => other.city().into_iter().for_each(|city| self.stage_city(city)),
        }
        Ok(())
    }

    /// Stages a city that changes or must be rendered again.
    pub(super) fn stage_city(&mut self, city: &CityId) {
        if let Some(entry) = self.snapshot.cities.get(city) {
            self.ledger.cities.entry(city.clone()).or_insert_with(|| entry.dossier.clone());
        }
    }

    fn stage_network(&mut self, id: &Slug) {
        if let Some(entry) = self.snapshot.networks.get(id) {
            self.ledger.networks.entry(id.clone()).or_insert_with(|| entry.network.clone());
        }
    }

    fn stage_redacted_network(&mut self, redacted: i64, sequence: i64) -> Result<(), String> {
        if self.ledger.networks.values().any(|network| network.is_made_by(redacted)) {
            return Ok(());
        }
        let found = self.snapshot.networks.values().find(|entry| entry.network.is_made_by(redacted));
        match found.map(|entry| entry.id.clone()) {
            Some(id) => self.stage_network(&id),
            // A damaged network was left out.
            None if !self.snapshot.damage.is_empty() => {}
            None => return Err(format!("entry {sequence} redacts entry {redacted}, which is of no network")),
        }
        Ok(())
    }

    /// Handles time that went back in the log: entries with a time after `time` count as recorded by then.
    pub(super) fn cap_times(&mut self, time: DateTime<Utc>) {
        let is_ahead = |dossier: &Dossier| dossier.stamps().any(|stamp| stamp.recorded_at > time);
        let cities = self.snapshot.cities.clone();
        for (city, _) in cities.iter().filter(|(_, entry)| is_ahead(&entry.dossier)) {
            self.stage_city(city);
        }
        for (network, _) in &self.snapshot.networks.clone() {
            self.stage_network(network);
        }
        self.ledger.cap_times(time);
    }
}
