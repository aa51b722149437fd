//! What a log makes, entry by entry: the cities and the networks. The one place where an entry is applied.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::change::{Action, Change, Kind};
use super::dossier::{AnyRecord, Dossier, Next, add, read_change, slug_of};
use super::network::Network;
use super::recorded::Recorded;
use super::redaction::redacted_entry;
use super::text::{CityId, Slug};

/// The cities and networks that entries of a log make.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The cities, withdrawn ones included, by id.
    pub cities: BTreeMap<CityId, Dossier>,
    /// The networks, withdrawn ones included, by id.
    pub networks: BTreeMap<Slug, Recorded<Network>>,
    /// Whether what cities superseded is all kept whole.
    keeps_all: bool,
}

impl Ledger {
    /// Nothing yet. What cities supersede is kept whole for a while or, for who compares with every state there was,
    /// for ever.
    #[must_use]
    pub fn new(keeps_all: bool) -> Self {
        Ledger { keeps_all, ..Self::default() }
    }

    /// Adds what an entry says; returns whether a redaction took anything out.
    ///
    /// The redaction of what was said of a network that is not there takes nothing out.
    ///
    /// # Errors
    /// A sentence, when the entry cannot be read or does not follow what is there.
    pub fn apply(&mut self, change: &Change) -> Result<bool, String> {
        match (&change.key.city, change.key.kind) {
            (Some(city), kind) => match self.cities.get_mut(city) {
                Some(dossier) if kind == Kind::Redaction => return dossier.redact(change, self.keeps_all),
                Some(dossier) => dossier.apply(change, self.keeps_all)?,
                None => drop(self.cities.insert(city.clone(), Dossier::begin(change)?)),
            },
            (None, Kind::Redaction) => {
                let entry = redacted_entry(change)?;
                let network = self.networks.values_mut().find(|network| network.is_made_by(entry));
                return network.map_or(Ok(false), |network| network.redact(change));
            }
            (None, _) => self.apply_to_network(change)?,
        }
        Ok(false)
    }

    fn apply_to_network(&mut self, change: &Change) -> Result<(), String> {
        let id = slug_of(change)?;
        if !self.networks.contains_key(&id) && change.action != Action::Create {
            return Err(format!("entry {} is about a network that is not there", change.sequence));
        }
        let (stamp, record) = read_change(change)?;
        // Nobody compares with what a network said before.
        let next = Next { stamp, bytes: change.body_bytes(), keeps_all: false };
        add(&mut self.networks, id, record.and_then(AnyRecord::into_network), next)
    }

    /// Lets nothing be recorded after `time`: a later entry of the log was recorded then.
    pub fn set_back(&mut self, time: DateTime<Utc>) {
        self.cities.values_mut().for_each(|dossier| dossier.set_back(time, self.keeps_all));
        self.networks.values_mut().for_each(|network| network.set_back(time, false));
    }
}
