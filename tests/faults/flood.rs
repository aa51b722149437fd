//! Strangers who ask for more than there is: forms without a key, answers that are not read, many connections.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::blocking::multipart::{Form, Part};

use super::wire::Wire;
use super::world;
use crate::support::{Listener, Service, city, eventually, inventory, large_report, send};

/// A figure of `/proc/PID/status`, in KiB.
fn memory(service: &Service, figure: &str) -> usize {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.process())).unwrap();
    let line = status.lines().find_map(|line| line.strip_prefix(figure)).unwrap();
    line.trim_start_matches(':').trim_end_matches("kB").trim().parse().unwrap()
}

/// Does something, and returns by how many MiB the peak of the service's memory rises meanwhile.
pub fn rise(service: &Service, what: &str, flood: impl FnOnce()) -> usize {
    let before = memory(service, "VmRSS");
    flood();
    let peak = memory(service, "VmHWM");
    println!("{what}: {} MiB before, {} MiB at the peak", before / 1024, peak / 1024);
    peak.saturating_sub(before) / 1024
}

const BOUNDARY: &str = "a-boundary";

/// The head of a form that is said to have so many bytes.
fn form_head(bytes: usize) -> String {
    format!(
        "POST /submit HTTP/1.1\r\nHost: here\r\nContent-Type: multipart/form-data; boundary={BOUNDARY}\r\n\
         Content-Length: {bytes}\r\n\r\n"
    )
}

/// A field of a form, without its end.
fn field(name: &str, value: &str) -> String {
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n")
}

/// The beginning of a file.
fn file() -> String {
    format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"file\"; filename=\"f.csv\"\r\n\r\n")
}

#[test]
fn forms_without_a_key_are_not_read() {
    const FORMS: usize = 96;
    const BYTES: usize = 2 * 1024 * 1024;
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let keyed = |key: &str| field("city", "here") + &field("key", key);
    let beginnings = [file(), keyed("pwk_unknown") + &file(), field("city", "here") + &file(), keyed("") + &file()];
    let rise = rise(&service, "forms without a key", || {
        let mut forms = Vec::new();
        for beginning in (0..FORMS).map(|number| &beginnings[number % beginnings.len()]) {
            let mut wire = Wire::from(&service, 2);
            wire.send(form_head(BYTES + 1_000) + beginning);
            wire.send(vec![b'1'; BYTES]);
            forms.push(wire);
        }
        for (number, mut wire) in forms.into_iter().enumerate() {
            // Whoever sends on after the answer may lose it.
            let status = wire.status();
            let expected = if number % beginnings.len() == 0 { [422, 0] } else { [401, 0] };
            assert!(expected.contains(&status), "form {number}: {status}");
        }
    });
    assert!(rise < 64, "{FORMS} forms of {BYTES} bytes took {rise} MiB");
    assert_eq!(service.get("/v1/cities/here").status, 200);
}

#[test]
fn forms_that_keep_their_key_back_are_few() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let mut half: Vec<Wire> = (0..20).map(|_| Wire::from(&service, 2)).collect();
    for wire in &mut half {
        wire.send(form_head(1_000) + &field("city", "here"));
    }
    let refused = half.split_off(8);
    for mut wire in refused {
        let head = wire.head().to_ascii_lowercase();
        assert!(head.contains(" 429 ") && head.contains("retry-after: "), "{head}");
    }
    // Meanwhile another address is served.
    let sheet = "year,total_basic,protocol,source_title\n2019,690,gpc,Inventory\n";
    let form = || {
        let file = Part::text(sheet).file_name("figures.csv");
        Form::new().text("city", "here").text("key", service.admin.clone()).part("file", file)
    };
    let checked = send(service.request("POST", "/submit").multipart(form()));
    assert_eq!(checked.status, 200, "{}", checked.text);
    // Those that were let in are given up after a while.
    for wire in &mut half {
        assert_eq!(wire.status(), 408);
    }
}

#[test]
fn answers_that_nobody_reads_cost_little() {
    const READERS: usize = 150;
    let service = world::service(&[]);
    let size = service.get("/v1/cities.geojson").text.len();
    assert!(size > 1_000_000, "{size}");
    let rise = rise(&service, "answers that nobody reads", || {
        let paths = ["/v1/cities.geojson", "/v1/export/status.ndjson"];
        let mut readers: Vec<Wire> = (0..READERS).map(|_| Wire::from(&service, 2)).collect();
        for (wire, path) in readers.iter_mut().zip(paths.iter().cycle()) {
            assert!(wire.ask(path));
        }
        for wire in &mut readers {
            assert_eq!(wire.status(), 200);
        }
    });
    assert!(rise < 64, "{READERS} answers of {size} bytes took {rise} MiB");
}

#[test]
fn one_address_that_asks_for_much_keeps_no_other_waiting() {
    const GREEDY: usize = 32;
    const ASKED: usize = 100;
    let service = world::service(&[]);
    let (over, mut waits) = (AtomicBool::new(false), Vec::new());
    let statuses = std::thread::scope(|scope| {
        let greedy: Vec<_> = (0..GREEDY)
            .map(|number| {
                let (service, over) = (&service, &over);
                scope.spawn(move || {
                    let (mut wire, mut statuses) = (Wire::from(service, 2), Vec::new());
                    // All take all cities, so all are large; none is what another asked for.
                    for turn in 0.. {
                        if over.load(Ordering::Relaxed) {
                            break;
                        }
                        let year = 2021 + (number + turn) % 70;
                        assert!(wire.ask(&format!("/v1/cities.geojson?reported_before={year}&q={}", turn % 10)));
                        statuses.push(wire.answer().0);
                    }
                    statuses
                })
            })
            .collect();
        for number in 0..ASKED {
            let begin = Instant::now();
            let answer = service.get(&format!("/v1/cities/xx-{number}/status"));
            waits.push(begin.elapsed());
            assert_eq!(answer.status, 200, "{}", answer.text);
            let begin = Instant::now();
            let live = service.request("GET", "/health/live");
            assert_eq!(send(live).status, 200);
            waits.push(begin.elapsed());
        }
        over.store(true, Ordering::Relaxed);
        greedy.into_iter().flat_map(|greedy| greedy.join().unwrap()).collect::<Vec<u16>>()
    });
    waits.sort();
    let most = waits[waits.len() * 9 / 10];
    println!("beside {GREEDY} greedy connections with {} answers: nine in ten within {most:?}", statuses.len());
    // A whole answer takes longer than that to be made by a program without optimisation.
    assert!(most < Duration::from_millis(100), "{waits:?}");
    assert!(statuses.iter().all(|status| [200, 429, 503].contains(status)), "{statuses:?}");
}

#[test]
fn one_address_that_reads_the_log_takes_little_memory_and_keeps_no_other_from_it() {
    const READERS: usize = 120;
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    for number in 2..=40 {
        service.record("/v1/cities/here/reports/2020", &large_report(number));
    }
    // Short entries, each after a long one.
    for year in 1980..2000 {
        let path = format!("/v1/cities/here/reports/{year}");
        service.record(&path, &large_report(year));
        assert_eq!(service.delete(&format!("{path}?reason=wrong"), &service.admin).status, 204);
    }
    let pages =
        ["/v1/changes?after=9&limit=500", "/v1/changes.csv?after=41&limit=500", "/v1/cities/here/changes?limit=500"];
    let exports = ["/v1/export/changes.ndjson", "/v1/export/changes.csv", "/v1/cities/here/status?sequence=20"];
    let mut waits = Vec::new();
    let rise = rise(&service, "readers of the log", || {
        let mut readers: Vec<Wire> = (0..READERS).map(|_| Wire::from(&service, 2)).collect();
        for (wire, path) in readers.iter_mut().zip(pages.iter().chain(&exports).cycle()) {
            assert!(wire.ask(path));
        }
        for _ in 0..10 {
            let begin = Instant::now();
            assert_eq!(service.get("/v1/changes?limit=1").status, 200);
            let keys = send(service.request("GET", "/v1/keys").bearer_auth(&service.admin));
            assert_eq!(keys.status, 200, "{}", keys.text);
            waits.push(begin.elapsed());
        }
        for wire in &mut readers {
            let status = wire.status();
            assert!([200, 429, 503].contains(&status), "{status}");
        }
    });
    waits.sort();
    println!("beside {READERS} readers of the log another two within {waits:?}");
    assert!(rise < 100, "{READERS} readers of the log took {rise} MiB");
    assert!(waits[waits.len() / 2] < Duration::from_secs(1), "{waits:?}");
}

#[test]
fn operators_are_answered_by_a_listener_of_their_own() {
    let service = Service::with(&["--connections", "4", "--connections-per-address", "4"]);
    let mut all: Vec<Wire> = (0..4).map(|_| Wire::from(&service, 1)).collect();
    for wire in &mut all {
        assert!(wire.ask("/health/live"));
        assert_eq!(wire.answer().0, 200);
    }
    for path in ["live", "ready"] {
        let answer = reqwest::blocking::get(format!("{}/health/{path}", service.operators)).unwrap();
        assert_eq!(answer.json::<serde_json::Value>().unwrap()["status"], "up");
    }
    let metrics = reqwest::blocking::get(format!("{}/metrics", service.operators)).unwrap();
    assert!(metrics.text().unwrap().ends_with("# EOF\n"));
    let nothing = reqwest::blocking::get(format!("{}/v1/cities", service.operators)).unwrap();
    assert_eq!(nothing.status(), 404, "nothing else is told there");
}

#[test]
fn one_address_has_some_of_the_connections_and_no_more() {
    let service = Service::with(&["--connections-per-address", "4"]);
    let mut own: Vec<Wire> = (0..4).map(|_| Wire::from(&service, 2)).collect();
    for wire in &mut own {
        assert!(wire.ask("/health/live"));
        assert_eq!(wire.answer().0, 200);
    }
    let mut fifth = Wire::from(&service, 2);
    let head = fifth.head().to_ascii_lowercase();
    assert!(head.contains(" 429 ") && head.contains("connection: close") && head.contains("retry-after: "), "{head}");
    assert!(fifth.is_closed());
    let mut other = Wire::from(&service, 3);
    assert!(other.ask("/v1/cities"));
    assert_eq!(other.answer().0, 200, "another address is let in");
    drop(own);
    eventually("a free place", || {
        let mut again = Wire::from(&service, 2);
        again.ask("/health/live");
        again.answer().0 == 200
    });
}

#[test]
fn one_address_has_some_of_the_streams_and_no_more() {
    let service = Service::with(&["--streams-per-address", "2"]);
    let stream = || service.request("GET", "/v1/changes/stream");
    let listeners = [Listener::open(stream()), Listener::open(stream())];
    send(stream()).assert_problem(429, "too_much_at_once");
    let mut other = Wire::from(&service, 3);
    assert!(other.ask("/v1/changes/stream"));
    assert_eq!(other.status(), 200, "another address may listen");
    drop(listeners);
    eventually("a free place", || stream().send().unwrap().status() == 200);
}

#[test]
fn there_are_so_many_bytes_in_flight_and_no_more() {
    let service = world::service(&["--bytes-in-flight", "400000"]);
    let large = service.get("/v1/cities.geojson");
    large.assert_problem(503, "busy");
    assert!(large.header("retry-after").parse::<u32>().unwrap() > 0);
    let sheet = format!("year,total_basic,protocol,source_title\n{}", "#\n".repeat(100_000));
    let import = service.request("POST", "/v1/cities/xx-1/reports:import").bearer_auth(&service.admin);
    send(import.header("content-type", "text/csv").body(sheet)).assert_problem(429, "too_much_at_once");
    // What is small goes on.
    assert_eq!(service.get("/v1/cities/xx-1/status").status, 200);
    let put = service.put("/v1/cities/xx-1/reports/2021", &service.admin, &inventory(5.0));
    assert_eq!(put.status, 201, "{}", put.text);
}

#[test]
fn every_method_counts_as_a_request() {
    let service = Service::with(&["--reads-per-minute", "6"]);
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "POST", "BREW"] {
        assert_ne!(send(service.request(method, "/v1/cities")).status, 429, "{method}");
    }
    for method in ["GET", "HEAD", "OPTIONS", "PUT", "POST", "BREW"] {
        assert_eq!(send(service.request(method, "/v1/cities")).status, 429, "{method}");
    }
    assert_eq!(service.get("/health/live").status, 200, "health is never refused");
}
