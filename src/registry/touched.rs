//! What of the present is touched: a write copies it before it changes it, for readers still have the present.

use chrono::{DateTime, Utc};

use super::staging::Staging;
use crate::record::{Change, CityId, Dossier, RecordKey, Slug, Subject};

impl Staging {
    /// Brings in what an entry is about, as far as it is there.
    ///
    /// # Errors
    /// A sentence, when the entry redacts what was said of no network.
    pub(super) fn bring_in(&mut self, change: &Change) -> Result<(), String> {
        match &change.subject {
            Subject::Record(RecordKey::Network(id)) => self.bring_in_network(id),
            Subject::Redaction { city: None, entry } => return self.bring_in_redacted_network(*entry, change.sequence),
            other => other.city().into_iter().for_each(|city| self.bring_in_city(city)),
        }
        Ok(())
    }

    /// Brings in a city: it is changed, or shown anew.
    pub(super) fn bring_in_city(&mut self, city: &CityId) {
        if let Some(entry) = self.snapshot.cities.get(city) {
            self.ledger.cities.entry(city.clone()).or_insert_with(|| entry.dossier.clone());
        }
    }

    fn bring_in_network(&mut self, id: &Slug) {
        if let Some(entry) = self.snapshot.networks.get(id) {
            self.ledger.networks.entry(id.clone()).or_insert_with(|| entry.network.clone());
        }
    }

    fn bring_in_redacted_network(&mut self, redacted: i64, sequence: i64) -> Result<(), String> {
        if self.ledger.networks.values().any(|network| network.is_made_by(redacted)) {
            return Ok(());
        }
        let found = self.snapshot.networks.values().find(|entry| entry.network.is_made_by(redacted));
        match found.map(|entry| entry.id.clone()) {
            Some(id) => self.bring_in_network(&id),
            // A network that is damaged is not there.
            None if !self.snapshot.damage.is_none() => {}
            None => return Err(format!("entry {sequence} redacts entry {redacted}, which is of no network")),
        }
        Ok(())
    }

    /// The log's time went back: what lies ahead of `time` was recorded by then, whatever a wrong clock said.
    pub(super) fn cap_times(&mut self, time: DateTime<Utc>) {
        let is_ahead = |dossier: &Dossier| dossier.stamps().any(|stamp| stamp.recorded_at > time);
        let cities = self.snapshot.cities.clone();
        for (city, _) in cities.iter().filter(|(_, entry)| is_ahead(&entry.dossier)) {
            self.bring_in_city(city);
        }
        for (network, _) in &self.snapshot.networks.clone() {
            self.bring_in_network(network);
        }
        self.ledger.cap_times(time);
    }
}
