//! The city, the network or the record that a path names.

use std::sync::Arc;

use crate::answers::body::Body;
use crate::api::response::problem::{Code, Problem};
use crate::record::{CityRecord, Kind};
use crate::registry::{CityEntry, CityLookup, Present, Snapshot};

/// The city, unless it never was or is withdrawn.
///
/// # Errors
/// 404, 410, or 503 if its entries are damaged.
pub fn present_city<'a>(snapshot: &'a Snapshot, id: &str) -> Result<(&'a CityEntry, &'a Present), Problem> {
    match snapshot.find(id) {
        CityLookup::Here(entry, present) => Ok((entry, present)),
        CityLookup::Withdrawn(entry) => Err(Problem::city_gone(&snapshot.heirs(&entry.dossier.id))),
        CityLookup::Damaged(sequence) => Err(Problem::record_damaged(sequence)),
        CityLookup::Never => Err(Problem::not_found()),
    }
}

/// The city, withdrawn or not, unless it never was.
///
/// # Errors
/// 404, or 503 if its entries are damaged.
pub fn recorded_city<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a Arc<CityEntry>, Problem> {
    match snapshot.find(id) {
        CityLookup::Here(entry, _) | CityLookup::Withdrawn(entry) => Ok(entry),
        CityLookup::Damaged(sequence) => Err(Problem::record_damaged(sequence)),
        CityLookup::Never => Err(Problem::not_found()),
    }
}

/// The network, unless it never was or is withdrawn.
///
/// # Errors
/// 404, 410, or 503 if its entries are damaged.
pub fn present_network(snapshot: &Snapshot, id: &str) -> Result<Body, Problem> {
    let missing = || snapshot.damage.network_marked_by(id).map_or_else(Problem::not_found, Problem::record_damaged);
    let entry = snapshot.networks.get(id).ok_or_else(missing)?;
    let gone = || Problem::new(Code::Gone, "the network was withdrawn; its history is in the change log");
    entry.record().ok_or_else(gone)
}

/// The rendered answer of a record of a city that is there.
///
/// # Errors
/// 404 or 410.
pub fn present_record(snapshot: &Snapshot, city: &str, kind: Kind, id: &str) -> Result<Body, Problem> {
    let (entry, _) = present_city(snapshot, city)?;
    let record = CityRecord::read(kind, id).map_err(|_| Problem::not_found())?;
    match entry.record(&record) {
        Some(body) => Ok(body),
        None if entry.dossier.latest(&record).is_some() => {
            Err(Problem::new(Code::Gone, "it was withdrawn; its history is among the city's changes"))
        }
        None => Err(Problem::not_found()),
    }
}
