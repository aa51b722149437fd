//! The program: run to its end, started, and sent signals.

use std::io::{BufRead, BufReader};
use std::process::{Child, Command, Output, Stdio};

/// Runs the program to its end.
pub fn run(arguments: &[&str]) -> Output {
    Command::new(program()).args(arguments).stdin(Stdio::null()).output().unwrap()
}

/// What a program that ended well printed.
pub fn printed(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout.clone()).unwrap().trim_end().to_owned()
}

/// What a program that failed said of it.
pub fn refused(output: &Output) -> String {
    let told = String::from_utf8(output.stderr.clone()).unwrap();
    assert!(!output.status.success() && !told.contains("panicked"), "{told}");
    told
}

pub fn program() -> &'static str {
    env!("CARGO_BIN_EXE_pledgewatch")
}

/// Sends a signal, such as `TERM`, to one process.
pub fn signal(process: u32, name: &str) {
    let sent = Command::new("kill").args([format!("-{name}"), process.to_string()]).status().unwrap();
    assert!(sent.success(), "SIG{name} to {process}");
}

/// A process that is stopped until this is dropped: stopped, it would not end either.
pub struct Paused(u32);

impl Paused {
    pub fn new(process: u32) -> Self {
        signal(process, "STOP");
        Paused(process)
    }
}

impl Drop for Paused {
    fn drop(&mut self) {
        signal(self.0, "CONT");
    }
}

/// Starts a command that serves, and reads where it listens and where operators ask.
pub fn start(mut command: Command, log: &tempfile::NamedTempFile) -> (Child, String, String) {
    command.stdin(Stdio::null()).stdout(Stdio::piped());
    command.stderr(std::fs::File::options().append(true).open(log.path()).unwrap());
    let mut child = command.spawn().unwrap();
    let lines = BufReader::new(child.stdout.take().unwrap()).lines().map_while(Result::ok);
    let mut urls = lines.filter_map(|line| line.find("http://").map(|at| line[at..].to_owned()));
    let told = || panic!("it does not say where it listens: {}", std::fs::read_to_string(log.path()).unwrap());
    let url = urls.next().unwrap_or_else(told).trim_end_matches('/').to_owned();
    let operators = urls.find_map(|url| url.strip_suffix("/health/ready").map(str::to_owned)).unwrap_or_else(told);
    (child, url, operators)
}
