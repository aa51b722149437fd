//! Finds the writes that only this node holds after the log of the database was replaced, and saves them to a file.

use std::collections::HashMap;
use std::fs::File;
use std::io::{BufWriter, ErrorKind, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use serde_json::{Value, json};

use super::snapshot::Snapshot;
use crate::answers::records::ChangeAnswer;
use crate::record::any_record::AnyRecord;
use crate::record::change::{GENESIS, timestamp};
use crate::record::head::LogEnd;
use crate::record::{Change, RecordKey, Stamp, Subject};
use crate::store::{self, AnyConnection, StoreError};

/// What became of the writes that only this node holds.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Saved {
    /// They have not been found yet.
    NotYet,
    /// There are none: the database has all that this node had seen.
    Nothing,
    /// They are saved in a file.
    InFile {
        /// The path of the file.
        path: PathBuf,
        /// The number of saved entries.
        entries: usize,
        /// True if every entry is saved exactly as it was.
        is_exact: bool,
    },
    /// This node holds none, but they were saved before it started.
    Before(Vec<PathBuf>),
    /// They could not be saved, and why.
    Failed(String),
}

impl Saved {
    /// Finds the files saved earlier for a log that ended with `kept`, by their names.
    pub(super) fn before(directory: &Path, kept: &LogEnd) -> Self {
        let belongs = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(FILE_PREFIX) && name.ends_with(".ndjson") && name.contains(&name_suffix(kept))
        };
        let listed = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let found: Vec<PathBuf> = listed.map(|file| file.path()).filter(belongs).collect();
        if found.is_empty() {
            return Saved::Nothing;
        }
        let mut found: Vec<PathBuf> = found.into_iter().map(|path| path.canonicalize().unwrap_or(path)).collect();
        found.sort();
        Saved::Before(found)
    }
}

/// The beginning of the file names.
const FILE_PREFIX: &str = "pledgewatch-lost-";

/// The part of the file names that identifies the log that ended with `kept`.
fn name_suffix(kept: &LogEnd) -> String {
    format!("-to-{}-{}", kept.sequence, kept.hash.get(..8).unwrap_or_default())
}

/// The writes that a node holds and the database lacks.
pub(super) struct LostWrites {
    /// The last entry that both are known to have.
    common: LogEnd,
    /// The last states of records whose entries are after `common` but no longer in memory.
    states: Vec<(RecordKey, Stamp, Option<AnyRecord>)>,
    /// The newest entries, exactly as they were.
    entries: Vec<Arc<Change>>,
    /// The entries of the revisions before those, if the database has them.
    predecessors: Vec<Change>,
}

impl LostWrites {
    /// Compares the log of the database with what a node holds. Calls `beat` for each step.
    ///
    /// # Errors
    /// Database errors.
    pub(super) fn find(
        connection: &mut AnyConnection,
        snapshot: &Snapshot,
        beat: &dyn Fn(),
    ) -> Result<Self, StoreError> {
        let common = common_end(connection, &snapshot.recent.ends(), beat)?;
        let entries = snapshot.recent.entries().iter().filter(|entry| entry.sequence > common.sequence);
        let entries: Vec<Arc<Change>> = entries.cloned().collect();
        let first_kept_after = entries.first().map_or(common.sequence, |entry| entry.sequence - 1);
        let between = common.sequence + 1..=first_kept_after;
        let states =
            if between.is_empty() { Vec::new() } else { states(snapshot, |stamp| between.contains(&stamp.sequence)) };
        let mut predecessors = Vec::new();
        for entry in &entries {
            beat();
            let found = store::log::predecessor(connection, entry)?;
            predecessors.extend(found.into_iter().filter(|entry| entry.sequence <= common.sequence));
        }
        Ok(LostWrites { common, states, entries, predecessors })
    }

    /// Saves them in a new file in `directory`, one entry a line, as `/v1/changes` shows it.
    pub(super) fn save(&self, directory: &Path, kept: &LogEnd) -> Saved {
        let (entries, is_exact) = (self.states.len() + self.entries.len(), self.is_exact());
        if entries == 0 && kept.sequence <= self.common.sequence {
            return Saved::Nothing;
        }
        let written = create(directory, &self.common, kept).and_then(|(path, file)| {
            self.write(&file).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
            // The name of a new file is only on disk once its directory is.
            File::open(directory)?.sync_all()?;
            let path = path.canonicalize().unwrap_or(path);
            Ok(Saved::InFile { path, entries, is_exact })
        });
        written.unwrap_or_else(|error| Saved::Failed(format!("{}: {error}", directory.display())))
    }

    /// True if the entries continue the database's log without a gap.
    fn is_exact(&self) -> bool {
        self.entries.first().is_some_and(|first| first.previous_hash == self.common.hash)
    }

    /// Writes them to a file and waits until it is on disk.
    fn write(&self, file: &File) -> std::io::Result<()> {
        let mut lines = BufWriter::new(file);
        for (key, stamp, value) in &self.states {
            writeln!(lines, "{}", state(key, stamp, value.as_ref()))?;
        }
        let known = self.predecessors.iter().chain(self.entries.iter().map(|entry| &**entry));
        let known: HashMap<(&Subject, i32), &Change> =
            known.map(|entry| ((&entry.subject, entry.revision), entry)).collect();
        for entry in &self.entries {
            let before = known.get(&(&entry.subject, entry.revision - 1)).copied();
            let answer = ChangeAnswer::new(Change::clone(entry), before).map_err(std::io::Error::other)?;
            serde_json::to_writer(&mut lines, &answer)?;
            lines.write_all(b"\n")?;
        }
        lines.flush()?;
        file.sync_all()
    }
}

/// Finds the last end of the log that the database also has. The log is a chain, so binary search works.
fn common_end(connection: &mut AnyConnection, ends: &[LogEnd], beat: &dyn Fn()) -> Result<LogEnd, StoreError> {
    let (mut has, mut lacks) = (0, ends.len());
    while has < lacks {
        beat();
        let middle = has + (lacks - has) / 2;
        if store::log::contains(connection, &ends[middle])? { has = middle + 1 } else { lacks = middle }
    }
    let last = has.checked_sub(1).and_then(|last| ends.get(last));
    Ok(last.cloned().unwrap_or_else(|| LogEnd { sequence: 0, hash: GENESIS.to_owned() }))
}

/// The current states of records whose stamps are wanted, in the order of the log.
fn states(snapshot: &Snapshot, is_wanted: impl Fn(&Stamp) -> bool) -> Vec<(RecordKey, Stamp, Option<AnyRecord>)> {
    let mut found = Vec::new();
    for (city, entry) in &snapshot.cities {
        for record in entry.dossier.keys() {
            if let Some((stamp, value)) = entry.dossier.latest(&record)
                && is_wanted(stamp)
            {
                found.push((RecordKey::OfCity(city.clone(), record), stamp.clone(), value));
            }
        }
    }
    for (id, entry) in &snapshot.networks {
        let latest = entry.network.latest();
        if is_wanted(&latest.stamp) {
            let key = RecordKey::Network(id.clone());
            found.push((key, latest.stamp.clone(), latest.whole().cloned().map(AnyRecord::Network)));
        }
    }
    found.sort_by_key(|(_, stamp, _)| stamp.sequence);
    found
}

/// A state as a log entry without hashes, because the text of its body is not kept.
fn state(key: &RecordKey, stamp: &Stamp, value: Option<&AnyRecord>) -> Value {
    let Stamp { revision, sequence, recorded_at, recorded_by, reason } = stamp;
    let mut entry = json!({"sequence": sequence, "recorded_at": timestamp(*recorded_at), "actor": recorded_by,
        "kind": key.kind().as_str(), "id": key.id(), "revision": revision});
    let optional = [
        ("city", key.city().map(|city| json!(city.as_str()))),
        ("reason", reason.as_ref().map(|reason| json!(reason))),
        ("after", value.map(AnyRecord::body)),
    ];
    for (name, value) in optional.into_iter().filter_map(|(name, value)| Some((name, value?))) {
        entry[name] = value;
    }
    entry
}

/// Creates a file under a name that does not exist yet.
fn create(directory: &Path, common: &LogEnd, kept: &LogEnd) -> std::io::Result<(PathBuf, File)> {
    let from = common.sequence + 1;
    let name = format!("{FILE_PREFIX}{from}{}", name_suffix(kept));
    let counters = std::iter::once(String::new()).chain((2..).map(|number| format!("-{number}")));
    for counter in counters {
        let path = directory.join(format!("{name}{counter}.ndjson"));
        match File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
