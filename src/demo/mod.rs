//! The cities that `serve --demo` shows: real figures, each with its source, as bodies to be recorded.

use chrono::NaiveDate;
use serde_json::Value;

use crate::record::dossier::AnyRecord;
use crate::record::{Fault, Kind, RecordKey, Slug};

/// The figures: bodies as one would post them.
const CITIES: &str = include_str!("cities.json");

/// A record of the demo, ready to be written.
#[derive(Debug)]
pub struct Entry {
    /// Which record.
    pub key: RecordKey,
    /// What it says.
    pub record: AnyRecord,
}

/// What is wrong with the demo's data.
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
        /// The city.
        city: String,
        /// What is wrong.
        faults: Vec<Fault>,
    },
}

/// Every record of the demo, in an order in which each finds what it names; read on `today`.
///
/// # Errors
/// What is wrong with the data.
pub fn entries(today: NaiveDate) -> Result<Vec<Entry>, DemoError> {
    let data: Value = serde_json::from_str(CITIES)?;
    let mut entries = Vec::new();
    for city in list(&data, "cities")? {
        let id = city["id"].as_str().ok_or(DemoError::Missing("id of a city"))?;
        let mut add = |kind: Kind, record: &str, body: &Value| {
            let key = RecordKey {
                city: Some(Slug::new(id).ok_or(DemoError::Missing("valid id of a city"))?),
                kind,
                id: record.to_owned(),
            };
            let record = AnyRecord::parse(&key, body.clone(), today).map_err(|faults| DemoError::Invalid {
                kind,
                id: record.to_owned(),
                city: id.to_owned(),
                faults,
            })?;
            entries.push(Entry { key, record });
            Ok::<_, DemoError>(())
        };
        add(Kind::City, id, &city["city"])?;
        for (kind, name) in [(Kind::Baseline, "baselines"), (Kind::Report, "reports"), (Kind::Target, "targets")] {
            for item in list(city, name)? {
                let record = match &item["year"] {
                    Value::Number(year) => year.to_string(),
                    _ => item["id"].as_str().ok_or(DemoError::Missing("id of a record"))?.to_owned(),
                };
                add(kind, &record, &item["body"])?;
            }
        }
    }
    Ok(entries)
}

fn list<'a>(value: &'a Value, name: &'static str) -> Result<&'a Vec<Value>, DemoError> {
    value[name].as_array().ok_or(DemoError::Missing(name))
}
