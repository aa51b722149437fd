//! One key that sends as much as it may: what it costs in memory and in time is bounded.

use std::io::{Read, Write};
use std::net::TcpStream;

use pledgewatch::registry::limits::RECENT_BYTES;
use reqwest::header::CONTENT_TYPE;
use rust_xlsxwriter::Workbook;
use serde_json::{Value, json};

use super::cluster::Cluster;

use crate::import::sheets::with_sheet;
use crate::support::{Answer, Database, PATIENCE, Service, TODAY, baseline, city, send, target};

const MIB: u64 = 1024 * 1024;

/// A line of `/proc/PID/status`, such as `VmRSS` or `VmHWM`, in bytes.
fn memory(service: &Service, line: &str) -> u64 {
    let status = std::fs::read_to_string(format!("/proc/{}/status", service.process())).unwrap();
    let found = status.lines().find_map(|text| text.strip_prefix(line)?.strip_prefix(':'));
    let kibibytes: u64 = found.unwrap().trim().strip_suffix(" kB").unwrap().parse().unwrap();
    kibibytes * 1024
}

/// A workbook of one row whose sheet unpacks to so many bytes, most of them white space.
fn bomb(bytes: usize) -> Vec<u8> {
    let mut book = Workbook::new();
    let sheet = book.add_worksheet().set_name("Reports").unwrap();
    sheet.write_row(0, 0, ["year", "total_basic", "source_title"]).unwrap();
    sheet.write_row(1, 0, [2020.0, 1000.0]).unwrap();
    sheet.write(1, 2, "A test").unwrap();
    let padding = format!("{}<a/>", " ".repeat(500_000)).repeat(bytes / 500_000);
    with_sheet(&book.save_to_buffer().unwrap(), |text| text.replace("</sheetData>", &format!("{padding}</sheetData>")))
}

/// Eight imports of the same file at once.
fn eight(service: &Service, media_type: &str, file: &[u8]) -> Vec<Answer> {
    let import = || {
        let request =
            service.request("POST", "/v1/cities/here/reports:import?dry_run=true").bearer_auth(&service.admin);
        send(request.header(CONTENT_TYPE, media_type).body(file.to_vec()))
    };
    std::thread::scope(|scope| {
        let threads: Vec<_> = (0..8).map(|_| scope.spawn(import)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).collect()
    })
}

#[test]
fn many_imports_at_once_share_a_bounded_memory() {
    let service = Service::start();
    service.record("/v1/cities/here", &city("Here"));
    let before = memory(&service, "VmHWM");
    for answer in eight(&service, "application/octet-stream", &bomb(60_000_000)) {
        let problem = answer.assert_problem(422, "invalid_input");
        assert!(problem["errors"][0]["detail"].as_str().unwrap().contains("unpacks to more than"), "{problem}");
    }
    for answer in eight(&service, "application/octet-stream", &bomb(14_000_000)) {
        // Who waits too long is told to come back.
        match answer.status.as_u16() {
            200 => assert_eq!(answer.json()["created"], 1, "{}", answer.text),
            _ => drop(answer.assert_problem(503, "busy")),
        }
    }
    let lines = vec![r#"{"":0}"#; 1000].join(",");
    let report = format!(r#"{{"year":2020,"lines":[{lines}]}}"#);
    let json = format!("[{}]", vec![report; 120].join(","));
    for answer in eight(&service, "application/json", json.as_bytes()) {
        match answer.status.as_u16() {
            200 => assert_eq!(answer.json()["refused"], 120),
            _ => drop(answer.assert_problem(503, "busy")),
        }
    }
    let grown = (memory(&service, "VmHWM") - before) / MIB;
    println!("eight imports at once: {grown} MiB at the most");
    assert!(grown < 250, "{grown} MiB");
}

/// A report of some 63 KB, nearly all of it texts; no two are the same.
fn large_report(number: u32) -> Value {
    let text = |line: &str| format!("{number} {line} {}", "a long explanation, and more of it ".repeat(56));
    let lines = [
        "I.1.2", "I.1.3", "I.2.1", "I.2.2", "I.2.3", "I.3.1", "I.3.2", "I.3.3", "I.4.1", "I.4.2", "I.4.3", "I.5.1",
        "I.5.2", "I.5.3", "I.6.1", "I.6.2", "I.6.3", "I.7.1", "I.8.1", "II.1.1", "II.1.2", "II.1.3", "II.2.1",
        "II.2.2", "II.2.3", "II.3.1", "II.3.2", "II.3.3", "II.4.1",
    ];
    let explained = lines.map(|line| json!({"ref": line, "notation": "NE", "explanation": text(line)}));
    let figure = f64::from(500 + number);
    let source = json!({"title": format!("Edition {number}"), "locator": text("where")});
    json!({"totals": {"basic": figure}, "lines": explained, "source": source, "note": text("note"), "reason": "Again"})
}

/// A city with a target, and the path of a report of it.
fn one_city(service: &Service) -> &'static str {
    service.record("/v1/cities/here", &city("Here"));
    service.record("/v1/cities/here/baselines/1990", &baseline(1990, 1000.0));
    service.record("/v1/cities/here/targets/2030-half", &target("1990", 50.0, 2030));
    "/v1/cities/here/reports/2010"
}

/// The paths that pin the present, and what they answer.
fn pinned(service: &Service) -> Vec<(String, String)> {
    let permalink = service.json("/v1/cities/here/status")["permalink"].as_str().unwrap().to_owned();
    let series = permalink.replace("/status?", "/series?");
    [permalink, series].map(|path| (path.clone(), service.get(&path).text)).into()
}

#[test]
fn superseded_bodies_leave_memory_and_every_answer_stays() {
    const REVISIONS: u32 = 700;
    let mut service = Service::with(&["--news-bytes", "1000000"]);
    let report = one_city(&service);
    for number in 0..20 {
        service.record(report, &large_report(number));
    }
    let before = memory(&service, "VmRSS");
    let mut answers = Vec::new();
    let mut sent = 0;
    for number in 20..REVISIONS {
        let body = large_report(number);
        sent += body.to_string().len() as u64;
        service.record(report, &body);
        if number % 100 == 50 {
            answers.extend(pinned(&service));
        }
    }
    let grown = memory(&service, "VmRSS").saturating_sub(before) / MIB;
    println!("{} MiB of revisions: {grown} MiB more", sent / MIB);
    // The newest entries of the log are kept for the case that the database loses them.
    let kept = RECENT_BYTES as u64 / MIB;
    assert!(sent / MIB > 2 * kept && grown < kept + 8, "{grown} MiB for {} MiB", sent / MIB);

    let changes = "/v1/cities/here/changes?after=150&limit=5";
    let entries = service.get(changes).text;
    let unchanged = |service: &Service| {
        for (path, answer) in &answers {
            assert_eq!(service.get(path).text, *answer, "{path}");
        }
        assert_eq!(service.get(changes).text, entries);
        assert_eq!(service.json("/v1/cities/here/changes?limit=1")["total"], REVISIONS + 3);
        let as_of = service.json(&format!("/v1/cities/here/status?as_of={TODAY}"));
        assert_eq!(as_of["targets"], service.json("/v1/cities/here/status")["targets"]);
    };
    unchanged(&service);
    service.kill_and_restart();
    unchanged(&service);
}

#[test]
fn what_is_not_in_memory_is_refused_while_the_database_is_away() {
    let Some(mut cluster) = Cluster::start() else { return };
    let service = Service::on(Database::at(cluster.url()), &[]);
    let report = one_city(&service);
    let mut answers = Vec::new();
    for number in 0..8 {
        service.record(report, &large_report(number));
        answers.extend(pinned(&service));
    }
    cluster.stop();
    let (old, recent) = answers.split_at(8);
    for (path, _) in old {
        service.get(path).assert_problem(503, "unavailable");
    }
    for (path, answer) in &recent[4..] {
        assert_eq!(service.get(path).text, *answer, "{path}");
    }
    assert_eq!(service.get("/v1/cities/here/status").status, 200);
}

#[test]
fn a_key_has_so_many_bytes_a_minute() {
    let service = Service::with(&["--write-bytes-per-minute", "300000"]);
    let report = one_city(&service);
    let mut sent = 0;
    let refused = loop {
        let answer = service.put(report, &service.admin, &large_report(sent));
        if answer.status == 429 {
            break answer;
        }
        assert!(answer.status.is_success() && sent < 10, "{}", answer.text);
        sent += 1;
    };
    assert!(sent > 2, "{sent} of 57 KB");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=60).contains(&wait), "{wait} s");
    refused.assert_problem(429, "rate_limited");

    // What is announced and does not fit is refused before it is sent, and so is what is not announced.
    let city = service.url.strip_prefix("http://").unwrap();
    for length in ["Content-Length: 60000", "Transfer-Encoding: chunked"] {
        let mut stream = TcpStream::connect(city).unwrap();
        stream.set_read_timeout(Some(PATIENCE)).unwrap();
        let (key, head) = (&service.admin, "Content-Type: application/json\r\nHost: here");
        write!(stream, "PUT {report} HTTP/1.1\r\n{head}\r\nAuthorization: Bearer {key}\r\n{length}\r\n\r\n").unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 429", "{length}");
    }
    // Another key has its own.
    let reporter = service.reporter(&["here"]);
    assert_eq!(service.put(report, &reporter, &large_report(99)).status, 200);
}
