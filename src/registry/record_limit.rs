//! Limits the number of records of a kind for each city.

use super::refusal::Refusal;
use super::staging::Staging;
use crate::record::limits::{CITY_BASELINES, CITY_TARGETS};
use crate::record::{CityRecord, RecordKey};

impl Staging {
    /// Refuses a new record if the city already has the most records of its kind. Withdrawn records count too, since
    /// their history stays. Other kinds are limited by the number of years or networks.
    pub(super) fn check_record_limit(&self, key: &RecordKey) -> Result<(), Refusal> {
        let RecordKey::OfCity(city, record) = key else { return Ok(()) };
        let Some(dossier) = self.dossier(city) else { return Ok(()) };
        let (count, limit, what) = match record {
            CityRecord::Baseline(_) => (dossier.baselines.len(), CITY_BASELINES, "baselines"),
            CityRecord::Target(_) => (dossier.targets.len(), CITY_TARGETS, "targets"),
            _ => return Ok(()),
        };
        if count < limit || self.latest(key).is_some() {
            return Ok(());
        }
        Err(Refusal::TooManyRecords(format!("a city may have {limit} {what}, withdrawn ones included")))
    }
}
