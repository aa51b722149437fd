//! How it starts and stops, and what it logs, whatever its clients do.

use std::process::{Child, Command};
use std::time::{Duration, Instant};

use super::wire::Wire;
use super::world;
use crate::support::{Database, PATIENCE, eventually, program, signal, start};

#[test]
fn a_client_that_is_stuck_does_not_keep_it_from_stopping() {
    let mut service = world::service(&[]);
    let (mut stuck, mut slow) = (Wire::from(&service, 2), Wire::from(&service, 3));
    for wire in [&mut stuck, &mut slow] {
        assert!(wire.ask("/v1/cities.geojson"));
    }
    assert_eq!(stuck.status(), 200);
    let head = slow.head();
    let length = head.lines().find_map(|line| line.to_ascii_lowercase().strip_prefix("content-length: ")?.parse().ok());
    let length: usize = length.unwrap();
    signal(service.process(), "TERM");
    eventually("nobody listening", || Wire::try_from(&service.url, 4).is_err());
    // One that takes its answer in, however slowly, gets it whole.
    let mut read = 0;
    while read < length {
        match slow.read(64 * 1024).len() {
            0 => break,
            bytes => read += bytes,
        }
        std::thread::park_timeout(Duration::from_millis(2));
    }
    assert_eq!(read, length);
    let begin = Instant::now();
    assert!(service.wait().success());
    let took = begin.elapsed();
    println!("gone {took:?} after the last answer that was read");
    assert!(took < Duration::from_secs(5), "{took:?}");
    drop(stuck);
}

/// A service that is started otherwise than the others; it is killed when dropped.
struct Started {
    url: String,
    operators: String,
    child: Child,
    log: tempfile::NamedTempFile,
    _database: Database,
}

impl Started {
    /// Runs a line of a shell in which `"$0" serve` stands for the program.
    fn by(line: &str, arguments: &[&str], log: &str) -> Self {
        let (database, file) = (Database::new(), tempfile::NamedTempFile::new().unwrap());
        let mut command = Command::new("sh");
        command.args(["-c", line, program(), "--database", &database.url, "--listen", "127.0.0.1:0"]).args(arguments);
        command.env("RUST_LOG", log);
        let (child, url, operators) = start(command, &file);
        Started { url, operators, child, log: file, _database: database }
    }

    fn log(&self) -> String {
        std::fs::read_to_string(self.log.path()).unwrap()
    }
}

impl Drop for Started {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn as_many_files_may_be_open_as_the_system_allows() {
    let line = "ulimit -Sn 64 && ulimit -Hn 600 && exec \"$0\" serve \"$@\"";
    let started = Started::by(line, &["--operators", "127.0.0.1:0"], "warn");
    let limits = std::fs::read_to_string(format!("/proc/{}/limits", started.child.id())).unwrap();
    let files = limits.lines().find(|line| line.starts_with("Max open files")).unwrap();
    assert_eq!(files.split_whitespace().skip(3).take(2).collect::<Vec<_>>(), ["600", "600"]);
    // Some of them are left for all else: who comes after the last connection is told so.
    let mut open: Vec<Wire> = Vec::new();
    let mut turned_away = None;
    for last in (2..=5).flat_map(|last| std::iter::repeat_n(last, 150)) {
        let mut wire = Wire::try_from(&started.url, last).unwrap();
        wire.ask("/health/live");
        match wire.answer().0 {
            200 => open.push(wire),
            other => {
                turned_away = Some(other);
                break;
            }
        }
    }
    assert_eq!(turned_away, Some(503));
    assert!((400..=500).contains(&open.len()), "{}", open.len());
    assert!(reqwest::blocking::get(format!("{}/health/live", started.operators)).unwrap().status().is_success());
    assert!(!started.log().contains("Too many open files"), "{}", started.log());
}

#[test]
fn operators_are_answered_elsewhere_where_their_port_is_taken() {
    let line = "exec \"$0\" serve \"$@\"";
    let both = [Started::by(line, &[], "warn"), Started::by(line, &[], "warn")];
    assert_ne!(both[0].operators, both[1].operators);
    for started in &both {
        assert!(reqwest::blocking::get(format!("{}/health/ready", started.operators)).unwrap().status().is_success());
    }
}

#[test]
fn what_a_client_sends_does_not_fill_the_log() {
    let started =
        Started::by("exec \"$0\" serve \"$@\"", &["--operators", "127.0.0.1:0"], "info,pledgewatch::requests=info");
    for garbage in ["nonsense\r\n\r\n", "GET / HTTP/9.9\r\n\r\n", "\x16\x03\x01\x02\r\n\r\n"] {
        let mut wire = Wire::try_from(&started.url, 1).unwrap();
        wire.send(garbage);
        assert_eq!(wire.status(), 400);
    }
    let long = format!("/v1/cities?q={}", "ä".repeat(10_000).replace('ä', "%C3%A4"));
    let mut wire = Wire::try_from(&started.url, 1).unwrap();
    assert!(wire.ask(&long));
    assert_ne!(wire.answer().0, 0);
    eventually("a line for the request", || started.log().contains("/v1/cities?q="));
    let log = started.log();
    assert!(!log.contains("stream error") && !log.contains("ERROR"), "{log}");
    let longest = log.lines().map(str::len).max().unwrap();
    assert!(longest < 1_000, "a line has {longest} bytes");
}

#[test]
fn a_head_that_never_ends_is_given_up() {
    let started = Started::by("exec \"$0\" serve \"$@\"", &["--operators", "127.0.0.1:0"], "warn");
    let mut wire = Wire::try_from(&started.url, 1).unwrap();
    let begin = Instant::now();
    // A byte now and then is no reason to wait for longer.
    while wire.send("X") && begin.elapsed() < PATIENCE {
        std::thread::park_timeout(Duration::from_millis(200));
    }
    assert!(begin.elapsed() < Duration::from_secs(20), "{:?}", begin.elapsed());
}
