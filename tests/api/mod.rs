//! The resources of `/v1`, as a client meets them: what is read, what is written, and what is refused to whom.

mod access;
mod addresses;
mod caching;
pub mod changes;
mod docs;
mod excel;
mod export;
mod headers;
mod keys;
pub mod lists;
mod log_head;
mod names;
mod openapi_3_0;
mod opinions;
mod overview;
mod partial;
mod plain_words;
mod queries;
pub mod refusals;
mod specification;
mod status;
pub mod stream;
mod targets;
mod validation;
mod workbooks;
pub mod writing;

use reqwest::blocking::RequestBuilder;
use serde_json::Value;

use crate::support::{Answer, Service, send};

/// Every read that needs no key, of the demo.
const READS: &[&str] = &[
    "/v1/cities",
    "/v1/cities.csv",
    "/v1/cities.geojson",
    "/v1/cities/us-los-angeles",
    "/v1/cities/us-los-angeles/baselines",
    "/v1/cities/us-los-angeles/baselines.csv",
    "/v1/cities/us-los-angeles/baselines/1990",
    "/v1/cities/us-los-angeles/targets",
    "/v1/cities/us-los-angeles/targets.csv",
    "/v1/cities/us-los-angeles/targets/2025-half",
    "/v1/cities/us-los-angeles/reports",
    "/v1/cities/us-los-angeles/reports.csv",
    "/v1/cities/us-los-angeles/reports/2020",
    "/v1/cities/us-los-angeles/status",
    "/v1/cities/us-los-angeles/changes",
    "/v1/cities/us-los-angeles/changes.csv",
    "/v1/status",
    "/v1/status.csv",
    "/v1/rankings",
    "/v1/rankings.csv",
    "/v1/summary",
    "/v1/summary.csv",
    "/v1/changes",
    "/v1/changes.csv",
    "/openapi.json",
    "/openapi-3.0.json",
];

/// An answer to a request with these headers.
fn with(service: &Service, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let add = |request: RequestBuilder, (name, value): &(&str, &str)| request.header(*name, *value);
    send(headers.iter().fold(service.request(method, path), add))
}

/// The items of a list.
fn items(list: &Value) -> &Vec<Value> {
    list["items"].as_array().unwrap()
}
