//! The cities and networks of `serve --demo`: real data with its sources, as bodies to be recorded.

use chrono::NaiveDate;
use serde_json::Value;

use crate::record::any_record::AnyRecord;
use crate::record::{Fault, Kind, RecordKey};

/// The cities, with bodies as a client would send them.
const CITIES: &str = include_str!("cities.json");

/// The networks, and which of the cities are their members, as far as a source says so.
const NETWORKS: &str = include_str!("networks.json");

/// A record of the demo, ready to be written.
#[derive(Debug)]
pub struct DemoRecord {
    /// Which record.
    pub key: RecordKey,
    /// The value of the record.
    pub record: AnyRecord,
    /// Why it revises an earlier entry; `None` if the record is new.
    pub reason: Option<String>,
}

/// What is wrong with the data of the demo.
#[derive(Debug, thiserror::Error)]
pub enum DemoError {
    /// It is not the JSON it should be.
    #[error("the demo's data cannot be read: {0}")]
    Json(#[from] serde_json::Error),
    /// A part of it is missing.
    #[error("the demo's data has no {0}")]
    Missing(&'static str),
    /// A record is not valid.
    #[error("the demo's {kind} {id} of {city} is not valid: {faults:?}")]
    Invalid {
        /// The record's kind.
        kind: Kind,
        /// The record's id.
        id: String,
        /// The city's id; empty for a network.
        city: String,
        /// What is wrong.
        faults: Vec<Fault>,
    },
}

/// Every record of the demo, read on `today`, in an order in which each record comes after those it names.
///
/// A restated figure comes more than once: as it was published first, then, with a reason, as it was published later.
///
/// # Errors
/// What is wrong with the data.
pub fn records(today: NaiveDate) -> Result<Vec<DemoRecord>, DemoError> {
    let (cities, networks): (Value, Value) = (serde_json::from_str(CITIES)?, serde_json::from_str(NETWORKS)?);
    let mut records = Vec::new();
    for city in get_list(&cities, "cities")? {
        let id = get_text(city, "id")?;
        records.push(read_record(Some(id), Kind::City, id, &city["city"], today)?);
        for (kind, name) in [(Kind::Baseline, "baselines"), (Kind::Report, "reports"), (Kind::Target, "targets")] {
            for item in get_list(city, name)? {
                let record = match &item["year"] {
                    Value::Number(year) => year.to_string(),
                    _ => get_text(item, "id")?.to_owned(),
                };
                let reason = item["reason"].as_str().map(str::to_owned);
                records.push(DemoRecord { reason, ..read_record(Some(id), kind, &record, &item["body"], today)? });
            }
        }
    }
    for network in get_list(&networks, "networks")? {
        let id = get_text(network, "id")?;
        records.push(read_record(None, Kind::Network, id, &network["body"], today)?);
        for member in get_list(network, "members")? {
            records.push(read_record(Some(get_text(member, "city")?), Kind::Member, id, &member["body"], today)?);
        }
    }
    Ok(records)
}

fn read_record(
    city: Option<&str>,
    kind: Kind,
    id: &str,
    body: &Value,
    today: NaiveDate,
) -> Result<DemoRecord, DemoError> {
    let city = city.unwrap_or_default();
    let parse = |key: RecordKey| {
        AnyRecord::parse(&key, body.clone(), today).map(|record| DemoRecord { key, record, reason: None })
    };
    let record = RecordKey::read(kind, city, id).map_err(|fault| vec![fault]).and_then(parse);
    record.map_err(|faults| DemoError::Invalid { kind, id: id.to_owned(), city: city.to_owned(), faults })
}

fn get_text<'a>(value: &'a Value, name: &'static str) -> Result<&'a str, DemoError> {
    value[name].as_str().ok_or(DemoError::Missing(name))
}

fn get_list<'a>(value: &'a Value, name: &'static str) -> Result<&'a Vec<Value>, DemoError> {
    value[name].as_array().ok_or(DemoError::Missing(name))
}
