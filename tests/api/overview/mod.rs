//! Many cities together: rankings, the progress of networks and the summary, worked out again from what is printed.

mod annual_change;
mod comparison;
mod progress;
mod rankings;
mod summary;

use serde_json::Value;

use crate::support::{Service, baseline, city, inventory};

fn list<'a>(answer: &'a Value, name: &str) -> &'a Vec<Value> {
    answer[name].as_array().unwrap_or_else(|| panic!("no {name} in {answer}"))
}

fn number(value: &Value) -> f64 {
    value.as_f64().unwrap_or_else(|| panic!("{value} is no number"))
}

/// Records a city with 1,000 t in 2010, a target and a report for 2020.
fn record(service: &Service, id: &str, target: &Value, tonnes: f64) {
    record_of(service, id, target, 2020, tonnes);
}

/// Records a city with 1,000 t in 2010, a target and a report for a year.
fn record_of(service: &Service, id: &str, target: &Value, year: i32, tonnes: f64) {
    service.record(&format!("/v1/cities/{id}"), &city(id));
    service.record(&format!("/v1/cities/{id}/baselines/2010"), &baseline(2010, 1000.0));
    service.record(&format!("/v1/cities/{id}/targets/pledge"), target);
    service.record(&format!("/v1/cities/{id}/reports/{year}"), &inventory(tonnes));
}

/// The entries as `rank city`, those without a rank as `reason city`.
fn told(ranking: &Value) -> (Vec<String>, Vec<String>) {
    let line = |entry: &Value, name: &str| {
        format!("{} {}", entry[name].to_string().trim_matches('"'), entry["city"].as_str().unwrap())
    };
    let ranked = list(ranking, "items").iter().map(|entry| line(entry, "rank")).collect();
    (ranked, list(ranking, "unranked").iter().map(|entry| line(entry, "reason")).collect())
}
