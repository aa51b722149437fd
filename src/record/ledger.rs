//! The cities and networks that a log describes. This is the only place where an entry is applied.

use std::collections::BTreeMap;

use chrono::{DateTime, Utc};

use super::any_record::NextRevision;
use super::change::{Action, Change};
use super::dossier::Dossier;
use super::key::{CityRecord, Kind, RecordKey, Subject};
use super::network::Network;
use super::recorded::Recorded;
use super::text::{CityId, Slug};

/// The cities and networks that the entries of a log build up.
#[derive(Debug, Clone, Default)]
pub struct Ledger {
    /// The cities, withdrawn ones included, by id.
    pub cities: BTreeMap<CityId, Dossier>,
    /// The networks, withdrawn ones included, by id.
    pub networks: BTreeMap<Slug, Recorded<Network>>,
    /// True if superseded revisions of cities are all kept whole.
    keeps_all: bool,
}

impl Ledger {
    /// An empty ledger. With `keeps_all`, superseded revisions of cities are kept whole for ever, for a caller that
    /// compares with all of them; without it, only for a while.
    #[must_use]
    pub fn new(keeps_all: bool) -> Self {
        Ledger { keeps_all, ..Self::default() }
    }

    /// Applies an entry; returns true if a redaction removed anything.
    ///
    /// The redaction of an entry about an unknown network removes nothing.
    ///
    /// # Errors
    /// A sentence, if the entry cannot be read or does not follow the records so far.
    pub fn apply(&mut self, change: &Change) -> Result<bool, String> {
        match &change.subject {
            Subject::Record(key) => self.add(key, change).map(|()| false),
            Subject::Redaction { city, entry } => self.redact(city.as_ref(), *entry, change.sequence),
            Subject::Misnamed { kind, .. } => {
                let problem = match kind {
                    Kind::Report => "names no year",
                    Kind::Redaction => "redacts no entry",
                    _ => "has an id that is not valid",
                };
                Err(format!("entry {} {problem}", change.sequence))
            }
        }
    }

    fn add(&mut self, key: &RecordKey, change: &Change) -> Result<(), String> {
        let exists = match key {
            RecordKey::Network(id) => self.networks.contains_key(id),
            RecordKey::OfCity(city, _) => self.cities.contains_key(city),
        };
        let may_create = change.action == Action::Create
            && matches!(key, RecordKey::Network(_) | RecordKey::OfCity(_, CityRecord::City));
        if !exists && !may_create {
            let what = if key.city().is_some() { "city" } else { "network" };
            return Err(format!("entry {} is about an unknown {what}", change.sequence));
        }
        match key {
            // The earlier revisions of a network are never compared.
            RecordKey::Network(id) => NextRevision::read(key, change, false)?.add_to(&mut self.networks, id),
            RecordKey::OfCity(city, record) => {
                let next = NextRevision::read(key, change, self.keeps_all)?;
                if let Some(dossier) = self.cities.get_mut(city) {
                    return dossier.add(record, next);
                }
                self.cities.insert(city.clone(), Dossier::start(city.clone(), next)?);
                Ok(())
            }
        }
    }

    fn redact(&mut self, city: Option<&CityId>, redacted: i64, sequence: i64) -> Result<bool, String> {
        let Some(city) = city else {
            let removed = self.networks.values_mut().find_map(|network| network.redact(redacted, false));
            return Ok(removed.unwrap_or(false));
        };
        let unknown_city = || format!("entry {sequence} is about an unknown city");
        let removed = self.cities.get_mut(city).ok_or_else(unknown_city)?.redact(redacted, sequence, self.keeps_all);
        removed
            .ok_or_else(|| format!("entry {sequence} redacts entry {redacted}, which is about no record of that city"))
    }

    /// Moves recording times after `time` back to it, because a later entry of the log was recorded at `time`.
    pub fn cap_times(&mut self, time: DateTime<Utc>) {
        self.cities.values_mut().for_each(|dossier| dossier.cap_times(time, self.keeps_all));
        self.networks.values_mut().for_each(|network| network.cap_times(time, false));
    }
}
