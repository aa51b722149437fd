//! What was answered with 2xx is on disk: the service is killed while it writes, again and again.

use std::sync::mpsc::{Sender, channel};

use reqwest::blocking::RequestBuilder;
use serde_json::Value;

use super::rounds;
use crate::support::{Service, city, inventory, printed};

const THREADS: usize = 8;

/// A request and what identifies it.
type Job<T> = (T, RequestBuilder);

/// Sends one request after the other and tells of each that was answered with 2xx, until the service is gone.
fn send_all<T>(jobs: Vec<Job<T>>, done: &Sender<T>) {
    for (job, request) in jobs {
        let Ok(response) = request.send() else { return };
        let status = response.status();
        assert!(status.is_success(), "{status} {}", response.text().unwrap());
        done.send(job).unwrap();
    }
}

/// Sends from several threads at once and kills the service after so many answers; returns what was answered.
fn send_and_kill<T: Send>(service: &mut Service, lots: Vec<Vec<Job<T>>>, kill_after: usize) -> Vec<T> {
    let (done, answered) = channel();
    let mut all = Vec::new();
    std::thread::scope(|scope| {
        for lot in lots {
            let done = done.clone();
            scope.spawn(move || send_all(lot, &done));
        }
        drop(done);
        for job in answered {
            all.push(job);
            if all.len() == kill_after {
                service.kill();
            }
        }
    });
    all
}

fn put(service: &Service, path: &str, body: &Value) -> RequestBuilder {
    service.request("PUT", path).bearer_auth(&service.admin).json(body)
}

#[test]
fn every_report_that_was_accepted_survives_a_kill() {
    let mut service = Service::start();
    let mut reports = Vec::new();
    for number in 0..20_i32 {
        let id = format!("/v1/cities/city-{number}");
        service.record(&id, &city(&format!("City {number}")));
        let years = (1976..=2025).map(|year| (format!("{id}/reports/{year}"), f64::from(number * 10_000 + year)));
        reports.extend(years);
    }
    let mut accepted: Vec<(String, f64)> = Vec::new();
    let mut rounds = rounds("a kill of the service", 2);
    // What was not answered is sent again, as a client would.
    while accepted.len() < reports.len() {
        let kill_after = rounds.next(20, 60).map_or(usize::MAX, |moment| usize::try_from(moment).unwrap());
        let waiting: Vec<_> = reports.iter().filter(|report| !accepted.contains(report)).cloned().collect();
        let mut lots: Vec<_> = (0..THREADS).map(|_| Vec::new()).collect();
        for (number, (path, tonnes)) in waiting.into_iter().enumerate() {
            let request = put(&service, &path, &inventory(tonnes));
            lots[number % THREADS].push(((path, tonnes), request));
        }
        accepted.extend(send_and_kill(&mut service, lots, kill_after));
        service.kill_and_restart();
        for (path, tonnes) in &accepted {
            assert_eq!(service.json(path)["totals"]["basic"].as_f64(), Some(*tonnes), "{path}");
        }
        printed(&service.verify());
    }
    rounds.print(u32::try_from(accepted.len()).unwrap());
    // One entry for each city and each report: what was sent twice was not written twice.
    assert_eq!(service.entries().len(), 20 + reports.len());
}

#[test]
fn a_kill_amid_restatements_leaves_a_whole_log() {
    let mut service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let report = |thread: usize| format!("/v1/cities/here/reports/{}", 2000 + thread);
    for thread in 0..THREADS {
        service.record(&report(thread), &inventory(1.0));
    }
    let mut lots = Vec::new();
    for thread in 0..THREADS {
        let restatements = (2..500_u32).map(|revision| {
            let mut body = inventory(f64::from(revision));
            body["reason"] = format!("restatement {revision}").into();
            ((thread, revision), put(&service, &report(thread), &body))
        });
        lots.push(restatements.collect());
    }
    let accepted = send_and_kill(&mut service, lots, 200);
    service.kill_and_restart();
    let entries = service.entries();
    for thread in 0..THREADS {
        let last = accepted.iter().filter(|(by, _)| *by == thread).map(|(_, revision)| *revision).max().unwrap_or(1);
        let shown = service.json(&report(thread));
        let revision = shown["revision"].as_u64().unwrap();
        // The one that was under way may or may not have been done.
        assert!([last, last + 1].map(u64::from).contains(&revision), "{revision} after {last}");
        assert_eq!(shown["totals"]["basic"], revision);
        let year = (2000 + thread).to_string();
        let made = entries.iter().filter(|entry| entry["kind"] == "report" && entry["id"] == year.as_str());
        assert!((1..=revision).eq(made.map(|entry| entry["revision"].as_u64().unwrap())));
    }
    printed(&service.verify());
    service.record("/v1/cities/here/reports/2010", &inventory(1.0));
    assert_eq!(service.entries().len(), entries.len() + 1);
}
