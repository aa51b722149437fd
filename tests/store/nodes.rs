//! Several processes on one database write and serve the same.

use std::collections::BTreeSet;
use std::sync::Barrier;

use serde_json::{Value, json};

use crate::support::{Database, Service, city, eventually, inventory, printed, program, run, send};

/// Waits until a node has read everything that the service has written.
fn caught_up(service: &Service, node: &crate::support::Node) {
    let sequence = |ready: Value| ready["sequence"].as_i64().unwrap();
    eventually("the nodes being level", || {
        sequence(service.json("/health/ready")) == sequence(node.get("/health/ready").json())
    });
}

#[test]
fn what_one_writes_the_other_serves() {
    let service = Service::start();
    let node = service.second_node();
    service.record("/v1/cities/here", &city("Here"));
    eventually("the city on the other node", || node.get("/v1/cities/here").status == 200);
    let written =
        send(node.request("PUT", "/v1/cities/here/reports/2020").bearer_auth(&service.admin).json(&inventory(5.0)));
    assert_eq!(written.status, 201, "{}", written.text);
    eventually("the report on the first node", || service.get("/v1/cities/here/reports/2020").status == 200);
    assert_eq!(service.get("/v1/cities/here/reports/2020").text, node.get("/v1/cities/here/reports/2020").text);
    assert_eq!(service.delete("/v1/cities/here/reports/2020?reason=wrong", &service.admin).status, 204);
    eventually("the withdrawal on the other node", || node.get("/v1/cities/here/reports/2020").status == 410);
}

/// A node that has not yet read what another wrote must not write over it.
#[test]
fn lines_that_stay_are_those_that_another_node_has_just_written() {
    let service = Service::start();
    let node = service.second_node();
    service.record("/v1/cities/here", &city("Here"));
    eventually("the city on the other node", || node.get("/v1/cities/here").status == 200);
    let path = "/v1/cities/here/reports/2020";
    for round in 1..=10 {
        let mut body = inventory(5.0);
        body["lines"] = json!([{"ref": "I.1.1", "tonnes": round}]);
        body["reason"] = json!("Counted anew");
        service.record(path, &body);
        let import = node.request("POST", "/v1/cities/here/reports:import?reason=Restated").bearer_auth(&service.admin);
        let file = format!("year,total_basic,source_title\n2020,{round}00,A test\n");
        let done = send(import.header("content-type", "text/csv").body(file));
        assert_eq!(done.status, 200, "{}", done.text);
        let row = &done.json()["rows"][0];
        assert_eq!(row["changes"][0]["old_tonnes"], 5, "it is compared with what was there: {row}");
        let report = node.get(path).json();
        assert_eq!((&report["totals"]["basic"], &report["lines"]), (&json!(100 * round), &body["lines"]));
    }
}

#[test]
fn both_write_at_once_and_end_with_the_same() {
    const CITIES: [&str; 4] = ["aa", "bb", "cc", "dd"];
    let service = Service::start();
    let node = service.second_node();
    for id in CITIES {
        service.record(&format!("/v1/cities/{id}"), &city(id));
    }
    let before = service.entries().len();
    // Each thread has a city to itself and restates, with all the others, one report of the first city.
    let accepted: usize = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..CITIES.len())
            .map(|number| {
                let (service, node) = (&service, &node);
                scope.spawn(move || {
                    let put = |path: String, tonnes: usize| {
                        let request =
                            if number % 2 == 0 { service.request("PUT", &path) } else { node.request("PUT", &path) };
                        let mut body = inventory(0.0);
                        body["totals"]["basic"] = tonnes.into();
                        body["reason"] = format!("{tonnes} by {number}").into();
                        let answer = send(request.bearer_auth(&service.admin).json(&body));
                        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
                        assert_eq!(answer.json()["totals"]["basic"], tonnes);
                    };
                    for round in 0..40 {
                        put(format!("/v1/cities/{}/reports/{}", CITIES[number], 1980 + round), round);
                        put("/v1/cities/aa/reports/2025".to_owned(), 1_000 * (number + 1) + round);
                    }
                    80
                })
            })
            .collect();
        // A page of the log is of one moment, also while the other node writes.
        while threads.iter().any(|thread| !thread.is_finished()) {
            service.entries();
        }
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    caught_up(&service, &node);
    let entries = service.entries();
    assert_eq!(entries.len(), before + accepted);
    let shared = entries.iter().filter(|entry| entry["id"] == "2025");
    let figures: BTreeSet<u64> = shared.map(|entry| entry["after"]["totals"]["basic"].as_u64().unwrap()).collect();
    let sent: BTreeSet<u64> = (1..=4).flat_map(|by| (0..40).map(move |round| 1_000 * by + round)).collect();
    assert_eq!(figures, sent);
    let mut paths = vec!["/v1/cities".to_owned(), "/v1/changes?limit=500".to_owned()];
    for id in CITIES {
        let parts = ["", "/reports", "/reports/1999", "/status", "/changes"];
        paths.extend(parts.map(|part| format!("/v1/cities/{id}{part}")));
    }
    for path in paths {
        let (one, other) = (service.get(&path), node.get(&path));
        assert_eq!(one.status, 200, "{path}: {}", one.text);
        assert_eq!((one.header("etag"), &one.text), (other.header("etag"), &other.text), "{path}");
    }
    printed(&service.verify());
}

#[test]
fn of_two_conditional_writes_on_two_nodes_exactly_one_wins() {
    let service = Service::start();
    let node = service.second_node();
    service.record("/v1/cities/here", &city("Here"));
    for round in 0..10_u32 {
        let path = format!("/v1/cities/here/reports/{}", 2000 + round);
        // Both create it, then both change what they have read.
        for (condition, won) in [("If-None-Match", 201), ("If-Match", 200)] {
            let tag =
                if condition == "If-Match" { service.get(&path).header("etag").to_owned() } else { "*".to_owned() };
            let start = Barrier::new(2);
            let write = |request: reqwest::blocking::RequestBuilder, tonnes: f64| {
                let mut body = inventory(tonnes);
                body["reason"] = "a race".into();
                let request = request.bearer_auth(&service.admin).header(condition, &tag).json(&body);
                start.wait();
                send(request)
            };
            let (one, other) = std::thread::scope(|scope| {
                let one = scope.spawn(|| write(service.request("PUT", &path), f64::from(10 * won)));
                let other = write(node.request("PUT", &path), f64::from(10 * won + 1));
                (one.join().unwrap(), other)
            });
            let (winner, loser) = if one.status == won { (&one, &other) } else { (&other, &one) };
            assert_eq!(winner.status, won, "{}", winner.text);
            loser.assert_problem(412, "precondition_failed");
            eventually("the winner's figure on both nodes", || {
                service.get(&path).text == winner.text && node.get(&path).text == winner.text
            });
        }
    }
    assert_eq!(service.entries().len(), 1 + 20);
}

#[test]
fn a_key_made_or_revoked_on_one_node_is_so_on_the_other() {
    let service = Service::start();
    let node = service.second_node();
    let write = |key: &str, name: &str| send(node.request("PUT", "/v1/cities/here").bearer_auth(key).json(&city(name)));
    let made = service.post("/v1/keys", &service.admin, &json!({"label": "another", "role": "admin"}));
    let (id, secret) = (made.json()["id"].clone(), made.json()["secret"].clone());
    assert_eq!(write(secret.as_str().unwrap(), "Here").status, 201, "a key works at once");
    let create =
        ["keys", "create", "--database", &service.database.url, "--role", "reporter", "--city", "here", "--label", "x"];
    let typed = printed(&run(&create));
    service.record("/v1/cities/here/reports/2019", &inventory(1.0));
    let report = || send(node.request("PUT", "/v1/cities/here/reports/2020").bearer_auth(&typed).json(&inventory(1.0)));
    assert_eq!(report().status, 201, "a key of the command line works at once");
    let path = format!("/v1/keys/{}", id.as_str().unwrap());
    assert_eq!(service.delete(&path, &service.admin).status, 204);
    let again = service.put("/v1/cities/here", secret.as_str().unwrap(), &city("Here"));
    again.assert_problem(401, "unauthorized");
    eventually("the key's end on the other node", || write(secret.as_str().unwrap(), "Here").status == 401);
}

#[test]
fn a_new_key_can_be_read_and_revoked_at_once() {
    let service = Service::start();
    for _ in 0..50 {
        let made = service.post("/v1/keys", &service.admin, &json!({"label": "short-lived", "role": "admin"})).json();
        let path = format!("/v1/keys/{}", made["id"].as_str().unwrap());
        assert_eq!(send(service.request("GET", &path).bearer_auth(&service.admin)).status, 200);
        assert_eq!(service.delete(&path, &service.admin).status, 204);
    }
}

#[test]
fn nodes_that_start_together_on_an_empty_database_do_not_trip() {
    for _ in 0..3 {
        let database = Database::new();
        let start = || {
            std::process::Command::new(program())
                .args(["migrate", "--database", &database.url])
                .stdout(std::process::Stdio::piped())
                .stderr(std::process::Stdio::piped())
                .spawn()
                .unwrap()
        };
        let started: Vec<_> = (0..6).map(|_| start()).collect();
        let told: Vec<_> = started.into_iter().map(|child| printed(&child.wait_with_output().unwrap())).collect();
        assert_eq!(told.iter().filter(|line| line.contains(": ran ")).count(), 1, "{told:?}");
    }
}
