//! One key that sends as much as it may: what it costs in memory and in time is bounded.

use std::io::{Cursor, Read, Write};

use reqwest::header::CONTENT_TYPE;
use rust_xlsxwriter::Workbook;
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipArchive, ZipWriter};

use crate::support::{Answer, Service, city, send};

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
    let mut archive = ZipArchive::new(Cursor::new(book.save_to_buffer().unwrap())).unwrap();
    let mut written = ZipWriter::new(Cursor::new(Vec::new()));
    for index in 0..archive.len() {
        let mut part = archive.by_index(index).unwrap();
        let name = part.name().unwrap().into_owned();
        let mut text = String::new();
        part.read_to_string(&mut text).unwrap();
        if name == "xl/worksheets/sheet1.xml" {
            let padding = format!("{}<a/>", " ".repeat(500_000)).repeat(bytes / 500_000);
            text = text.replace("</sheetData>", &format!("{padding}</sheetData>"));
        }
        let packed = SimpleFileOptions::default().compression_method(CompressionMethod::Deflated);
        written.start_file(name, packed).unwrap();
        written.write_all(text.as_bytes()).unwrap();
    }
    written.finish().unwrap().into_inner()
}

/// Eight imports of the same file at once.
fn eight(service: &Service, media_type: &str, file: &[u8]) -> Vec<Answer> {
    let import = || {
        let request = service.request("POST", "/v1/cities/here/reports:import?dry_run=true").bearer_auth(&service.admin);
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
