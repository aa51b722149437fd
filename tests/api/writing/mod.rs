//! Writing: what becomes of a record that is put, changed or withdrawn, by one who writes or by many at once.

mod at_once;
mod conditions;
mod merged_cities;
mod networks;
mod revisions;
mod withdrawals;

use std::sync::Barrier;

use serde_json::{Value, json};

use crate::support::{Answer, Service, baseline, city, inventory, send, target};

pub const CITY: &str = "/v1/cities/us-here";
pub const BASELINE: &str = "/v1/cities/us-here/baselines/1990";
const TARGET: &str = "/v1/cities/us-here/targets/2030-half";
const REPORT: &str = "/v1/cities/us-here/reports/2010";
const STATEMENT: &str = "/v1/cities/us-here/statement";
const NETWORK: &str = "/v1/networks/c40";
const MEMBER: &str = "/v1/networks/c40/members/us-here";

/// A service with a city, and the secret of its reporter.
fn with_city() -> (Service, String) {
    let service = Service::start();
    service.record(CITY, &city("Here"));
    let reporter = service.reporter(&["us-here"]);
    (service, reporter)
}

/// A service with a record of each kind.
fn with_records() -> (Service, String) {
    let (service, reporter) = with_city();
    service.record(BASELINE, &baseline(1990, 1000.0));
    service.record(TARGET, &target("1990", 50.0, 2030));
    service.record(REPORT, &inventory(800.0));
    service.record(STATEMENT, &statement("We are on our way.", "2030-half"));
    (service, reporter)
}

/// The body of a statement that speaks of a target.
fn statement(text: &str, target: &str) -> Value {
    json!({"text": text, "target": target})
}

/// The body of a network.
fn network(name: &str) -> Value {
    json!({"name": name, "source": {"title": "A test"}})
}

/// The body of a membership.
fn member(joined_on: &str) -> Value {
    json!({"joined_on": joined_on, "source": {"title": "A test"}})
}

/// The same body with a reason.
fn because(mut body: Value, reason: &str) -> Value {
    body["reason"] = json!(reason);
    body
}

/// The entries of the log, or of a city's part of it.
fn changes(service: &Service, of: &str) -> Vec<Value> {
    service.json(&format!("{of}/changes?limit=500"))["items"].as_array().unwrap().clone()
}

fn put_if(service: &Service, path: &str, key: &str, condition: (&str, &str), body: &Value) -> Answer {
    send(service.request("PUT", path).bearer_auth(key).header(condition.0, condition.1).json(body))
}

/// Runs so many writers, each in its thread, all beginning in the same instant.
fn at_once<T: Send>(writers: usize, write: impl Fn(usize) -> T + Sync) -> Vec<T> {
    let start = Barrier::new(writers);
    let (start, write) = (&start, &write);
    std::thread::scope(|scope| {
        let run = |writer| {
            scope.spawn(move || {
                start.wait();
                write(writer)
            })
        };
        let running: Vec<_> = (0..writers).map(run).collect();
        running.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}
