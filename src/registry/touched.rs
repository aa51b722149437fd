//! What of the present is touched: a write copies it before it changes it, for readers still have the present.

use chrono::{DateTime, Utc};

use super::staging::Staging;
use crate::record::redaction::redacted_entry;
use crate::record::{Change, CityId, Dossier, Kind};

impl Staging {
    /// Brings in what an entry is about, as far as it is there.
    ///
    /// # Errors
    /// A sentence, when the entry redacts what was said of no network.
    pub(super) fn bring_in(&mut self, change: &Change) -> Result<(), String> {
        match (&change.key.city, change.key.kind) {
            (Some(city), _) => self.bring_in_city(city),
            (None, Kind::Redaction) => return self.bring_in_redacted_network(change),
            (None, _) => self.bring_in_network(&change.key.id),
        }
        Ok(())
    }

    /// Brings in a city: it is changed, or shown anew.
    pub(super) fn bring_in_city(&mut self, city: &CityId) {
        if let Some(entry) = self.snapshot.cities.get(city) {
            self.ledger.cities.entry(city.clone()).or_insert_with(|| entry.dossier.clone());
        }
    }

    fn bring_in_network(&mut self, id: &str) {
        if let Some(entry) = self.snapshot.networks.get(id) {
            self.ledger.networks.entry(entry.id.clone()).or_insert_with(|| entry.network.clone());
        }
    }

    fn bring_in_redacted_network(&mut self, change: &Change) -> Result<(), String> {
        let redacted = redacted_entry(change)?;
        if self.ledger.networks.values().any(|network| network.is_made_by(redacted)) {
            return Ok(());
        }
        let found = self.snapshot.networks.values().find(|entry| entry.network.is_made_by(redacted));
        match found.map(|entry| entry.id.clone()) {
            Some(id) => self.bring_in_network(id.as_str()),
            // A network that is damaged is not there.
            None if !self.snapshot.damage.is_none() => {}
            None => return Err(format!("entry {} redacts entry {redacted}, which is of no network", change.sequence)),
        }
        Ok(())
    }

    /// The log's time went back: what lies ahead of `time` was recorded by then, whatever a wrong clock said.
    pub(super) fn set_back(&mut self, time: DateTime<Utc>) {
        let is_ahead = |dossier: &Dossier| dossier.stamps().any(|stamp| stamp.recorded_at > time);
        let cities = self.snapshot.cities.clone();
        for (city, _) in cities.iter().filter(|(_, entry)| is_ahead(&entry.dossier)) {
            self.bring_in_city(city);
        }
        for (network, _) in &self.snapshot.networks.clone() {
            self.bring_in_network(network.as_str());
        }
        self.ledger.set_back(time);
    }
}
