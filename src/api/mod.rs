//! The HTTP API: one file per resource, and what they share.

pub mod access;
pub mod allowance;
pub mod any_of;
pub mod baselines;
pub mod body;
pub mod changes;
pub mod cities;
pub mod conditional;
pub mod csv;
pub mod dataset;
pub mod dear;
pub mod differences;
mod examples;
pub mod export;
pub mod fields;
pub mod filters;
pub mod geojson;
pub mod health;
pub mod idempotency;
pub mod import_answer;
pub mod imports;
pub mod judged;
pub mod judgements;
pub mod keys;
pub mod list;
pub mod log;
pub mod making;
pub mod members;
pub mod metrics;
pub mod moment;
pub mod networks;
pub mod openapi;
pub mod problem;
pub mod progress;
pub mod rankings;
pub mod reports;
mod schemas;
pub mod series;
pub mod sorting;
pub mod statement;
pub mod status;
pub mod stream;
pub mod summary;
pub mod table;
pub mod targets;
pub mod templates;
pub mod turns;
pub mod unambiguous;
pub mod under_way;
pub mod upload;
mod write;

use std::collections::BTreeMap;
use std::net::IpAddr;
use std::time::Duration;

use serde::Deserialize;
use utoipa_actix_web::service_config::ServiceConfig;

use crate::record::Kind;
use crate::registry::bodies::Body;
use crate::registry::{CityEntry, Found, Present, Registry, Snapshot};
use access::Limiter;
use allowance::Allowance;
use dear::Dear;
use problem::{Code, Problem};
use turns::Turns;
use under_way::UnderWay;

/// What every handler works with.
pub struct Service {
    /// What is recorded.
    pub registry: Registry,
    /// The rate of writes of one key, by its id.
    pub writes: Limiter<String>,
    /// The rate of the bytes of the bodies of one key, by its id.
    pub write_bytes: Limiter<String>,
    /// The rate of reads of one client address.
    pub reads: Limiter<IpAddr>,
    /// The turns of imports.
    pub imports: Turns,
    /// The proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Whom to ask for a key; shown where one is needed.
    pub contact: Option<String>,
    /// How long a stream of changes is silent at most.
    pub heartbeat: Duration,
    /// The columns of each list as CSV, by the schema of its items.
    pub columns: BTreeMap<&'static str, Vec<String>>,
    /// The bytes in flight: bodies that are read, answers that are kept or sent.
    pub bytes: Allowance,
    /// The streams of changes.
    pub streams: Allowance,
    /// The forms in which no key was seen yet.
    pub unkeyed_forms: Allowance,
    /// Answers that are dear to make.
    pub dear: Dear,
    /// What is under way, for a stop to wait for.
    pub under_way: UnderWay,
}

impl Service {
    /// The columns of the CSV list whose items have the schema `name`.
    #[must_use]
    pub fn columns(&self, name: &str) -> &[String] {
        self.columns.get(name).map_or(&[], Vec::as_slice)
    }
}

/// The query of a resource that has no parameters: anything is refused.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NoQuery {}

/// The city, unless it never was or is withdrawn.
///
/// # Errors
/// 404, 410, or 503 if its entries are damaged.
pub fn present_city<'a>(snapshot: &'a Snapshot, id: &str) -> Result<(&'a CityEntry, &'a Present), Problem> {
    match snapshot.find(id) {
        Found::Here(entry, present) => Ok((entry, present)),
        Found::Withdrawn(entry) => Err(Problem::city_gone(&snapshot.heirs(&entry.dossier.id))),
        Found::Damaged(sequence) => Err(Problem::record_damaged(sequence)),
        Found::Never => Err(Problem::not_found()),
    }
}

/// The city, withdrawn or not, unless it never was.
///
/// # Errors
/// 404, or 503 if its entries are damaged.
pub fn recorded_city<'a>(snapshot: &'a Snapshot, id: &str) -> Result<&'a CityEntry, Problem> {
    match snapshot.find(id) {
        Found::Here(entry, _) | Found::Withdrawn(entry) => Ok(entry),
        Found::Damaged(sequence) => Err(Problem::record_damaged(sequence)),
        Found::Never => Err(Problem::not_found()),
    }
}

/// The network, unless it never was or is withdrawn.
///
/// # Errors
/// 404, 410, or 503 if its entries are damaged.
pub fn present_network(snapshot: &Snapshot, id: &str) -> Result<Body, Problem> {
    let missing = || snapshot.damage.of_network(id).map_or_else(Problem::not_found, Problem::record_damaged);
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
    match entry.record(kind, id) {
        Some(body) => Ok(body),
        None if entry.dossier.latest(kind, id).is_some() => {
            Err(Problem::new(Code::Gone, "it was withdrawn; its history is among the city's changes"))
        }
        None => Err(Problem::not_found()),
    }
}

/// Registers every operation; the specification is made from the same list.
pub fn routes(config: &mut ServiceConfig) {
    config.service(
        utoipa_actix_web::scope("/v1")
            .service(cities::list)
            .service(cities::list_csv)
            .service(geojson::map)
            .service(cities::get)
            .service(cities::put)
            .service(cities::withdraw)
            .service(baselines::list)
            .service(baselines::list_csv)
            .service(baselines::get)
            .service(baselines::put)
            .service(baselines::withdraw)
            .service(targets::list)
            .service(targets::list_csv)
            .service(targets::get)
            .service(targets::put)
            .service(targets::withdraw)
            .service(reports::list)
            .service(reports::list_csv)
            .service(reports::get)
            .service(reports::put)
            .service(reports::withdraw)
            .service(statement::get)
            .service(statement::put)
            .service(statement::withdraw)
            .service(imports::import)
            .service(templates::workbook)
            .service(templates::reports_csv)
            .service(templates::lines_csv)
            .service(status::get)
            .service(series::get)
            .service(series::get_csv)
            .service(judgements::list)
            .service(judgements::list_csv)
            .service(rankings::list)
            .service(rankings::list_csv)
            .service(summary::list)
            .service(summary::list_csv)
            .service(networks::list)
            .service(networks::list_csv)
            .service(networks::get)
            .service(networks::put)
            .service(networks::withdraw)
            .service(members::list)
            .service(members::list_csv)
            .service(members::get)
            .service(members::put)
            .service(members::withdraw)
            .service(progress::get)
            .service(changes::of_city)
            .service(changes::of_city_csv)
            .service(changes::list)
            .service(changes::list_csv)
            .service(stream::stream)
            .service(log::head)
            .service(log::key)
            .service(export::csv)
            .service(export::ndjson)
            .service(keys::list)
            .service(keys::create)
            .service(keys::get)
            .service(keys::rotate)
            .service(keys::revoke),
    );
    config.service(health::live).service(health::ready);
}
