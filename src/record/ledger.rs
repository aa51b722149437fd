//! What a log makes, entry by entry: the cities and the networks. The one place where an entry is applied.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::any_record::Next;
use super::change::{Action, Change};
use super::dossier::Dossier;
use super::key::{CityRecord, Kind, RecordKey, Subject};
use super::network::Network;
use super::recorded::Recorded;
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
        match &change.subject {
            Subject::Record(key) => self.add(key, change).map(|()| false),
            Subject::Redaction { city, entry } => self.redact(city.as_ref(), *entry, change.sequence),
            Subject::Misnamed { kind, .. } => {
                let message = match kind {
                    Kind::Report => "names no year",
                    Kind::Redaction => "redacts no entry",
                    _ => "has an id that is not valid",
                };
                Err(format!("entry {} {message}", change.sequence))
            }
        }
    }

    fn add(&mut self, key: &RecordKey, change: &Change) -> Result<(), String> {
        let is_there = match key {
            RecordKey::Network(id) => self.networks.contains_key(id),
            RecordKey::OfCity(city, _) => self.cities.contains_key(city),
        };
        let begins = change.action == Action::Create
            && matches!(key, RecordKey::Network(_) | RecordKey::OfCity(_, CityRecord::City));
        if !is_there && !begins {
            let what = if key.city().is_some() { "city" } else { "network" };
            return Err(format!("entry {} is about a {what} that is not there", change.sequence));
        }
        match key {
            // Nobody compares with what a network said before.
            RecordKey::Network(id) => Next::read(key, change, false)?.add(&mut self.networks, id),
            RecordKey::OfCity(city, record) => {
                let next = Next::read(key, change, self.keeps_all)?;
                if let Some(dossier) = self.cities.get_mut(city) {
                    return dossier.add(record, next);
                }
                self.cities.insert(city.clone(), Dossier::begin(city.clone(), next)?);
                Ok(())
            }
        }
    }

    fn redact(&mut self, city: Option<&CityId>, redacted: i64, sequence: i64) -> Result<bool, String> {
        let Some(city) = city else {
            let taken = self.networks.values_mut().find_map(|network| network.take_out(redacted, false));
            return Ok(taken.unwrap_or(false));
        };
        let nowhere = || format!("entry {sequence} is about a city that is not there");
        let taken = self.cities.get_mut(city).ok_or_else(nowhere)?.redact(redacted, sequence, self.keeps_all);
        taken.ok_or_else(|| {
            format!("entry {sequence} redacts entry {redacted}, which is not of the same city or of no network")
        })
    }

    /// Lets nothing be recorded after `time`: a later entry of the log was recorded then.
    pub fn set_back(&mut self, time: DateTime<Utc>) {
        self.cities.values_mut().for_each(|dossier| dossier.set_back(time, self.keeps_all));
        self.networks.values_mut().for_each(|network| network.set_back(time, false));
    }
}
