//! What every test stands on: the real service on a database of its own, its clients, and the bodies that they send.

mod answer;
mod bodies;
mod database;
mod listener;
mod program;
mod service;

pub use answer::{Answer, assert_near, assessment, faults, folded, send};
pub use bodies::{BASIC, baseline, city, inventory, large_report, target};
pub use database::Database;
pub use listener::{Event, Listener};
pub use program::{Paused, printed, program, refused, run, signal, start};
pub use service::{Node, Service};

use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

/// The day that every service of the tests takes for today.
pub const TODAY: &str = "2026-11-23";

/// How long anything may take before a test gives up on it.
pub const PATIENCE: Duration = Duration::from_secs(30);

/// A file of the shared data, if it is on this machine; the test says that it skips otherwise.
pub fn shared(path: &str) -> Option<PathBuf> {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared").join(path);
    if !file.exists() {
        eprintln!("skipped: {path} is not on this machine");
        return None;
    }
    Some(file)
}

/// Tries until it holds, for what another process does in its own time.
///
/// It lets that process have the processor between tries: a loop that only yields can starve it.
pub fn eventually(what: &str, mut holds: impl FnMut() -> bool) {
    let begin = Instant::now();
    while !holds() {
        assert!(begin.elapsed() < PATIENCE, "{what} did not come about");
        std::thread::park_timeout(Duration::from_millis(5));
    }
}
