//! What goes wrong around the service: kills, outages, floods, frozen nodes, files that vanish.

mod backup;
#[cfg(target_os = "linux")]
mod cable;
mod clock;
#[cfg(target_os = "linux")]
mod cluster;
mod damage;
#[cfg(unix)]
mod file;
#[cfg(target_os = "linux")]
mod flood;
mod fork;
#[cfg(target_os = "linux")]
mod frozen;
mod given_up;
mod idempotency;
mod kill;
#[cfg(target_os = "linux")]
mod memory;
mod mirror;
#[cfg(target_os = "linux")]
mod outage;
#[cfg(target_os = "linux")]
mod pipeline;
mod redaction;
#[cfg(target_os = "linux")]
mod revocation;
#[cfg(target_os = "linux")]
mod standby;
#[cfg(target_os = "linux")]
mod start_up;
#[cfg(target_os = "linux")]
mod stopped_import;
#[cfg(target_os = "linux")]
mod stopping;
#[cfg(target_os = "linux")]
mod wire;
#[cfg(target_os = "linux")]
mod world;

use std::process::Output;

use crate::support::refused;

/// Checks that a command was refused, with these words.
fn assert_refused(output: &Output, words: &str) {
    let told = refused(output);
    assert!(told.contains(words), "{words}: {told}");
}

/// Rounds of a fault, each at a moment of its own; `FAULT_ROUNDS` asks for more of them, `FAULT_SEED` for the same again.
pub struct Rounds {
    what: &'static str,
    seed: u64,
    state: u64,
    done: u32,
    count: u32,
}

/// So many rounds unless the environment asks for another number.
pub fn rounds(what: &'static str, count: u32) -> Rounds {
    let asked = |name| std::env::var(name).ok().and_then(|text| text.parse::<u64>().ok());
    let since = std::time::UNIX_EPOCH.elapsed().unwrap();
    let seed = asked("FAULT_SEED").unwrap_or(u64::from(since.subsec_nanos()));
    let count = asked("FAULT_ROUNDS").map_or(count, |count| u32::try_from(count).unwrap());
    eprintln!("{what}: {count} rounds, FAULT_SEED={seed}");
    Rounds { what, seed, state: seed, done: 0, count }
}

impl Rounds {
    /// The moment of the next round, between two bounds; none after the last.
    pub fn next(&mut self, from: u32, to: u32) -> Option<u32> {
        if self.done == self.count {
            return None;
        }
        self.done += 1;
        // Steele and others, "Fast splittable pseudorandom number generators": one step.
        self.state = self.state.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.state ^ (self.state >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        Some(from + u32::try_from((mixed ^ (mixed >> 31)) % u64::from(to - from)).unwrap())
    }

    /// Says how it went; whatever was lost has failed the test before.
    pub fn print(&self, accepted: u32) {
        let Rounds { what, seed, done, .. } = self;
        eprintln!("{what}: {done} rounds, FAULT_SEED={seed}, {accepted} writes accepted, 0 lost");
    }
}
