//! An import that is stopped beside a service keeps nobody from writing.

use std::fmt::Write;
use std::process::{Child, Command, Stdio};

use crate::support::{Service, city, eventually, inventory, printed, program, signal};

const CITIES: usize = 60;
const YEARS: std::ops::Range<i32> = 1980..2025;
const STOPS: usize = 12;

/// How the system says that a process is: `T` once it is stopped.
fn state(process: u32) -> Option<char> {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).ok()?;
    stat.rsplit_once(") ")?.1.chars().next()
}

/// Whether a process has a handler of its own for SIGTSTP. Without one the signal may do nothing: the system ignores it
/// in a process that belongs to no terminal.
fn handles_stop(process: u32) -> bool {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap();
    let caught = status.lines().find_map(|line| line.strip_prefix("SigCgt:")).unwrap();
    u64::from_str_radix(caught.trim(), 16).unwrap() & (1 << (SIGTSTP - 1)) != 0
}

/// As Linux numbers it.
const SIGTSTP: u32 = 20;

fn import(service: &Service, file: &std::path::Path) -> Child {
    let mut command = Command::new(program());
    command.args(["import", "table"]).arg(file).args(["--database", &service.database.url, "--today", "2026-11-23"]);
    command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
}

#[test]
fn an_import_that_is_stopped_amid_its_work_stops_no_service() {
    let service = Service::start();
    let mut table = "city,year,total_basic,source_title\n".to_owned();
    for number in 0..CITIES {
        service.record(&format!("/v1/cities/city-{number}"), &city(&format!("City {number}")));
        for year in YEARS {
            writeln!(table, "city-{number},{year},{},A test", 1000 + year).unwrap();
        }
    }
    service.record("/v1/cities/here", &city("Here"));
    let file = tempfile::Builder::new().suffix(".csv").tempfile().unwrap();
    std::fs::write(file.path(), table).unwrap();
    let mut import = import(&service, file.path());
    let process = import.id();
    eventually("the import being ready to be stopped", || handles_stop(process));
    let mut stops = 0;
    while stops < STOPS && import.try_wait().unwrap().is_none() {
        signal(process, "TSTP");
        eventually("the import being stopped, or done", || matches!(state(process), Some('T' | 'Z') | None));
        let path = format!("/v1/cities/here/reports/{}", 2000 + stops);
        let answer = service.put(&path, &service.admin, &inventory(1.0));
        // Sent on at once, whatever the answer was: a process that is stopped cannot be waited for.
        signal(process, "CONT");
        assert_eq!(answer.status, 201, "with the import stopped: {}", answer.text);
        stops += 1;
    }
    assert!(import.wait().unwrap().success());
    assert!(stops > 1, "it was stopped {stops} times");
    let expected = CITIES + 1 + CITIES * YEARS.len() + stops;
    eventually("all of it being readable", || service.json("/health/ready")["sequence"] == expected);
    printed(&service.verify());
}
