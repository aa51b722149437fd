//! The writes that only this node holds, after the log of the database has become another one: found, and saved to a
//! file.

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
    /// They are being looked for.
    NotYet,
    /// There are none: the log goes on otherwise only after all that this node had seen.
    Nothing,
    /// So many are in a file.
    InFile {
        /// The file.
        path: PathBuf,
        /// How many entries.
        entries: usize,
        /// Whether each entry is there, just as it was.
        is_exact: bool,
    },
    /// This node holds none, but they were saved before it was started.
    Before(Vec<PathBuf>),
    /// They could not be saved; why.
    Failed(String),
}

impl Saved {
    /// What of a log that ended so was saved before: its files are known by their names.
    pub(super) fn before(directory: &Path, kept: &LogEnd) -> Self {
        let is_of_it = |path: &PathBuf| {
            let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
            name.starts_with(LOST) && name.ends_with(".ndjson") && name.contains(&ending(kept))
        };
        let listed = std::fs::read_dir(directory).into_iter().flatten().flatten();
        let found: Vec<PathBuf> = listed.map(|file| file.path()).filter(is_of_it).collect();
        if found.is_empty() {
            return Saved::Nothing;
        }
        let mut found: Vec<PathBuf> = found.into_iter().map(|path| path.canonicalize().unwrap_or(path)).collect();
        found.sort();
        Saved::Before(found)
    }
}

/// What the names of the files begin with.
const LOST: &str = "pledgewatch-lost-";

/// What they go on with for a log that ended so.
fn ending(kept: &LogEnd) -> String {
    format!("-to-{}-{}", kept.sequence, kept.hash.get(..8).unwrap_or_default())
}

/// The writes that a node holds and a database does not have.
pub(super) struct Lost {
    /// The last entry that both are known to have.
    common: LogEnd,
    /// Of records that were written after that, and before the entries below: the states they were left in.
    states: Vec<(RecordKey, Stamp, Option<AnyRecord>)>,
    /// The newest entries, as they were.
    entries: Vec<Arc<Change>>,
    /// The entries before those, of the records they change, that the database has too.
    predecessors: Vec<Change>,
}

impl Lost {
    /// Compares the log of a database with what a node holds; `beat` is told of each step.
    ///
    /// # Errors
    /// Those of the database.
    pub(super) fn find(
        connection: &mut AnyConnection,
        snapshot: &Snapshot,
        beat: &dyn Fn(),
    ) -> Result<Self, StoreError> {
        let common = common_end(connection, &snapshot.recent.ends(), beat)?;
        let entries = snapshot.recent.entries().iter().filter(|entry| entry.sequence > common.sequence);
        let entries: Vec<Arc<Change>> = entries.cloned().collect();
        let whole_from = entries.first().map_or(common.sequence, |entry| entry.sequence - 1);
        let between = common.sequence + 1..=whole_from;
        let states =
            if between.is_empty() { Vec::new() } else { states(snapshot, |stamp| between.contains(&stamp.sequence)) };
        let mut predecessors = Vec::new();
        for entry in &entries {
            beat();
            let found = store::log::predecessor(connection, entry)?;
            predecessors.extend(found.into_iter().filter(|entry| entry.sequence <= common.sequence));
        }
        Ok(Lost { common, states, entries, predecessors })
    }

    /// Saves them in a new file in a directory, one entry a line as `/v1/changes` serves it.
    pub(super) fn save(&self, directory: &Path, kept: &LogEnd) -> Saved {
        let (entries, is_exact) = (self.states.len() + self.entries.len(), self.is_exact());
        if entries == 0 && kept.sequence <= self.common.sequence {
            return Saved::Nothing;
        }
        let written = create(directory, &self.common, kept).and_then(|(path, file)| {
            self.write(&file).inspect_err(|_| drop(std::fs::remove_file(&path)))?;
            // The name of a new file is on disk once its directory is.
            File::open(directory)?.sync_all()?;
            let path = path.canonicalize().unwrap_or(path);
            Ok(Saved::InFile { path, entries, is_exact })
        });
        written.unwrap_or_else(|error| Saved::Failed(format!("{}: {error}", directory.display())))
    }

    /// Whether the entries go on without a gap after what the database has.
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

/// The last end of the log that the database has too: of chained entries, it has all before one that it has.
fn common_end(connection: &mut AnyConnection, ends: &[LogEnd], beat: &dyn Fn()) -> Result<LogEnd, StoreError> {
    let (mut has, mut lacks) = (0, ends.len());
    while has < lacks {
        beat();
        let middle = has + (lacks - has) / 2;
        if store::log::has(connection, &ends[middle])? { has = middle + 1 } else { lacks = middle }
    }
    let last = has.checked_sub(1).and_then(|last| ends.get(last));
    Ok(last.cloned().unwrap_or_else(|| LogEnd { sequence: 0, hash: GENESIS.to_owned() }))
}

/// The present states of records whose stamps are wanted, in the order of the log.
fn states(snapshot: &Snapshot, wanted: impl Fn(&Stamp) -> bool) -> Vec<(RecordKey, Stamp, Option<AnyRecord>)> {
    let mut found = Vec::new();
    for (city, entry) in &snapshot.cities {
        for record in entry.dossier.keys() {
            if let Some((stamp, value)) = entry.dossier.latest(&record)
                && wanted(stamp)
            {
                found.push((RecordKey::OfCity(city.clone(), record), stamp.clone(), value));
            }
        }
    }
    for (id, entry) in &snapshot.networks {
        let latest = entry.network.latest();
        if wanted(&latest.stamp) {
            let key = RecordKey::Network(id.clone());
            found.push((key, latest.stamp.clone(), latest.whole().cloned().map(AnyRecord::Network)));
        }
    }
    found.sort_by_key(|(_, stamp, _)| stamp.sequence);
    found
}

/// A state as an entry that has no hashes, for the text of its body is not kept.
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

/// Makes a file that was not there.
fn create(directory: &Path, common: &LogEnd, kept: &LogEnd) -> std::io::Result<(PathBuf, File)> {
    let from = common.sequence + 1;
    let name = format!("{LOST}{from}{}", ending(kept));
    let endings = std::iter::once(String::new()).chain((2..).map(|number| format!("-{number}")));
    for ending in endings {
        let path = directory.join(format!("{name}{ending}.ndjson"));
        match File::create_new(&path) {
            Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error),
            Ok(file) => return Ok((path, file)),
        }
    }
    Err(ErrorKind::AlreadyExists.into())
}
