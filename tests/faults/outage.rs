//! What goes on while the database is away, and what happens when it comes back.

use std::sync::atomic::{AtomicBool, Ordering};

use pledgewatch::store::secret;
use serde_json::{Value, json};

use super::cluster::Cluster;
use crate::support::{
    Database, Listener, Service, baseline, city, eventually, inventory, large_report, printed, send, target,
};

/// Reads that need no database, and what they answered.
fn reads(service: &Service) -> Vec<(String, String)> {
    let today = crate::support::TODAY;
    let status = "/v1/cities/here/status";
    let paths = [
        "/".to_owned(),
        "/docs/".to_owned(),
        "/openapi.json".to_owned(),
        "/problems/unavailable".to_owned(),
        "/v1/cities".to_owned(),
        "/v1/cities.csv".to_owned(),
        "/v1/cities.geojson".to_owned(),
        "/v1/export/status.csv".to_owned(),
        "/v1/export/reports.ndjson".to_owned(),
        "/v1/log/head".to_owned(),
        "/v1/log/key".to_owned(),
        "/v1/cities/here".to_owned(),
        "/v1/cities/here/baselines".to_owned(),
        "/v1/cities/here/baselines/1990".to_owned(),
        "/v1/cities/here/targets".to_owned(),
        "/v1/cities/here/reports".to_owned(),
        "/v1/cities/here/reports/2010".to_owned(),
        status.to_owned(),
        format!("{status}?as_of={today}"),
        format!("{status}?sequence=3"),
        format!("{status}?known_on={today}"),
        format!("{status}?sequence=4&judged_on={today}&method=2"),
    ];
    let read = |path: String| {
        let answer = service.get(&path);
        assert_eq!(answer.status, 200, "{path}: {}", answer.text);
        (path, answer.text)
    };
    paths.map(read).into()
}

fn one_city(service: &Service) {
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/targets/2030-half", &target("1990", 50.0, 2030));
    service.record("/v1/cities/here/reports/2010", &inventory(750.0));
}

fn assert_unavailable(answer: &crate::support::Answer) {
    answer.assert_problem(503, "unavailable");
    assert!(answer.header("retry-after").parse::<u32>().unwrap() > 0);
}

#[test]
fn reads_go_on_and_writes_come_back_after_an_outage() {
    let Some(mut cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    one_city(&service);
    let key = service.post("/v1/keys", &service.admin, &json!({"label": "a former colleague", "role": "admin"})).json();
    let revoked = key["secret"].as_str().unwrap();
    assert_eq!(service.delete(&format!("/v1/keys/{}", key["id"].as_str().unwrap()), &service.admin).status, 204);
    let before = reads(&service);
    let report = |year: i32| service.put(&format!("/v1/cities/here/reports/{year}"), &service.admin, &inventory(1.0));
    let stream = |query: &str| service.request("GET", &format!("/v1/changes/stream{query}"));
    let mut listener = Listener::open(stream(""));

    cluster.stop();
    assert_unavailable(&report(2011));
    assert_unavailable(&service.delete("/v1/cities/here/reports/2010?reason=wrong", &service.admin));
    assert_unavailable(&service.post("/v1/keys", &service.admin, &json!({"label": "x", "role": "admin"})));
    assert_unavailable(&service.get("/v1/changes"));
    assert_unavailable(&service.get("/v1/cities/here/changes"));
    // Missed entries cannot be read, nor whether there are more than known here; what is new needs no reading.
    assert_unavailable(&send(stream("?after=3")));
    assert_unavailable(&send(stream("").header("last-event-id", "5")));
    let mut another = Listener::open(stream(""));
    assert_unavailable(&service.get("/v1/export/changes.csv"));
    // Whether a key that is not known here was made elsewhere cannot be told now: 503 asks to try again, and a
    // clerk whose key is new is not told that it is wrong. One that is known to be revoked is refused as ever.
    let unknown = secret::make().unwrap();
    assert_unavailable(&service.put("/v1/cities/here", &unknown, &city("Here")));
    service.put("/v1/cities/here", "pwk_mistyped", &city("Here")).assert_problem(401, "unauthorized");
    service.put("/v1/cities/here", revoked, &city("Here")).assert_problem(401, "unauthorized");
    service.put("/v1/cities/here", "", &city("Here")).assert_problem(401, "unauthorized");

    assert_eq!(service.json("/health/live"), json!({"status": "up"}));
    let ready = service.json("/health/ready");
    assert_eq!(ready["status"], "degraded");
    assert_eq!(ready["parts"]["database"]["status"], "down");
    assert!(ready["parts"]["database"]["detail"].is_string());
    assert_eq!((&ready["parts"]["reads"]["status"], &ready["parts"]["writer"]["status"]), (&json!("up"), &json!("up")));
    assert_eq!(reads(&service), before, "reads answer as before");

    cluster.resume();
    eventually("the database being up", || service.json("/health/ready")["status"] == "up");
    assert_eq!(report(2011).status, 201);
    for listener in [&mut listener, &mut another, &mut Listener::open(stream("?after=4"))] {
        assert_eq!(listener.next().unwrap().0, 5);
    }
    assert_eq!(service.get("/v1/changes").status, 200);
    let entries = service.entries();
    assert_eq!(entries.len(), 5, "nothing was written twice");
    service.put("/v1/cities/here", &unknown, &city("Here")).assert_problem(401, "unauthorized");
    printed(&service.verify());
    assert!(service.log().contains("writes are refused until the database is back"));
}

#[test]
fn an_outage_amid_writes_loses_and_doubles_nothing() {
    let Some(mut cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    let refused = AtomicBool::new(false);
    // Each thread repeats every write until it is accepted, as the API asks of its clients.
    std::thread::scope(|scope| {
        for thread in 0..2 {
            let (service, refused) = (&service, &refused);
            scope.spawn(move || {
                for year in (1970..2025).filter(|year| year % 2 == thread) {
                    let path = format!("/v1/cities/here/reports/{year}");
                    eventually("an accepted write", || {
                        let answer = service.put(&path, &service.admin, &inventory(f64::from(year)));
                        if !answer.status.is_success() {
                            // Cut off amid a commit, it cannot be known.
                            let is_unknown = answer.json()["code"] == "outcome_unknown";
                            answer.assert_problem(503, if is_unknown { "outcome_unknown" } else { "unavailable" });
                            refused.store(true, Ordering::Relaxed);
                        }
                        answer.status.is_success()
                    });
                }
            });
        }
        eventually("some reports", || service.json("/v1/cities/here/reports")["total"].as_u64().unwrap() > 5);
        cluster.stop();
        eventually("a refused write", || refused.load(Ordering::Relaxed));
        cluster.resume();
    });
    let entries = service.entries();
    assert_eq!(entries.len(), 1 + 55, "one entry for each report");
    let told = |entry: &Value| (entry["id"].as_str().unwrap().parse().ok(), entry["after"]["totals"]["basic"].as_i64());
    assert!(entries[1..].iter().map(told).all(|(year, tonnes)| year == tonnes));
    printed(&service.verify());
}

#[test]
fn a_stream_of_the_past_ends_with_the_database_and_is_taken_up_later() {
    const CHANGES: i32 = 80;
    let Some(mut cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    service.record("/v1/cities/here", &city("Here"));
    for number in 2..=CHANGES {
        service.record("/v1/cities/here/reports/2020", &large_report(number));
    }
    let stream = || service.request("GET", "/v1/changes/stream");
    let mut listener = Listener::open(stream().header("last-event-id", "0"));
    cluster.stop();
    // What was read for it already is much less than the 10 MB that it missed.
    let mut ids = Vec::new();
    while let Some((id, _)) = listener.next() {
        ids.push(id);
    }
    let seen = listener.seen;
    assert!((1..i64::from(CHANGES)).contains(&seen), "it ended after {seen}");
    cluster.resume();
    let mut listener = None;
    eventually("the log being read again", || {
        let response = stream().header("last-event-id", seen.to_string()).send().unwrap();
        listener = (response.status() == 200).then(|| Listener::reading(response));
        listener.is_some()
    });
    ids.extend(listener.unwrap().until(i64::from(CHANGES)).iter().map(|(id, _)| id));
    assert_eq!(ids, (1..=i64::from(CHANGES)).collect::<Vec<_>>());
}
