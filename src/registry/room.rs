//! How many records of a kind a city has room for.

use super::Refusal;
use super::staging::Staging;
use crate::record::limits::{CITY_BASELINES, CITY_TARGETS};
use crate::record::{CityRecord, RecordKey};

impl Staging {
    /// Refuses a new record of a city that has as many of its kind as it may; one that was withdrawn keeps its room,
    /// for its history stays. Of other kinds there are only as many as there are years, or networks.
    pub(super) fn check_room(&self, key: &RecordKey) -> Result<(), Refusal> {
        let RecordKey::OfCity(city, record) = key else { return Ok(()) };
        let Some(dossier) = self.dossier(city) else { return Ok(()) };
        let (taken, most, what) = match record {
            CityRecord::Baseline(_) => (dossier.baselines.len(), CITY_BASELINES, "baselines"),
            CityRecord::Target(_) => (dossier.targets.len(), CITY_TARGETS, "targets"),
            _ => return Ok(()),
        };
        if taken < most || self.latest(key).is_some() {
            return Ok(());
        }
        Err(Refusal::TooManyRecords(format!("a city may have {most} {what}, withdrawn ones included")))
    }
}
