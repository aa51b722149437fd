//! A log that does not continue what this node has seen is never followed silently: writes stop, what the node holds
//! stays readable, and only an operator decides how to go on.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::follow::caught_up;
use super::lost::{Lost, Saved};
use super::snapshot::Snapshot;
use super::writer::{Command, Failure, Writer};
use super::{Refusal, Shared};
use crate::record::head::LogEnd;
use crate::registry::limits::FORK_PAUSE;
use crate::store::{self, AnyConnection, StoreError};

/// A log in the database that does not continue what a node has seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fork {
    /// The last entry that the node had seen.
    pub kept: LogEnd,
    /// The last entry of the log in the database when that was found.
    pub seen: LogEnd,
    /// Whether this node holds what leads to `kept`; else another one, or this one before it was restarted, found
    /// the fork, and this node holds the log of the database.
    pub is_own: bool,
    saved: Saved,
    /// Why the database could not be told, if so.
    unsaved: Option<String>,
    /// When it was last tried to save what is held, or to load the log.
    tried_at: Instant,
}

impl Fork {
    /// What is the matter, for whoever asks to write.
    #[must_use]
    pub fn message(&self) -> String {
        let Fork { kept, seen, .. } = self;
        format!("the log of the database, which ended with {seen}, does not continue the one that ended with {kept}")
    }

    /// What is the matter and what an operator has to do, with where the writes are that the database does not have.
    #[must_use]
    pub fn detail(&self) -> String {
        let Fork { kept, seen, .. } = self;
        let held = match &self.saved {
            Saved::Before(files) => {
                let files: Vec<String> = files.iter().map(|file| file.display().to_string()).collect();
                format!("; entries that the database does not have were saved in {}", files.join(", "))
            }
            _ if !self.is_own => String::new(),
            Saved::NotYet => "; the writes that only this node holds are being saved".to_owned(),
            Saved::Nothing => "; this node holds no write that the database does not have".to_owned(),
            Saved::InFile { path, entries, is_exact } => {
                let exact = if *is_exact {
                    "each as it was"
                } else {
                    "the oldest only as their records were left, a few of which it has"
                };
                format!("; {entries} entries that the database does not have are saved in {}, {exact}", path.display())
            }
            Saved::Failed(why) => format!(
                "; the entries that only this node holds CANNOT BE SAVED ({why}): do not stop it before they are"
            ),
        };
        let unsaved = self.unsaved.iter().map(|why| format!("; the database could not be told of it: {why}"));
        let unsaved: String = unsaved.collect();
        format!(
            "{}{held}{unsaved}; writes are refused until the right database is back or `pledgewatch accept-fork \
             --database … --kept {kept} --seen {seen}` accepts what the database has",
            self.message()
        )
    }
}

impl Shared {
    /// The fork that keeps this node from writing, if there is one.
    pub(super) fn fork(&self) -> Option<Arc<Fork>> {
        self.fork.load_full()
    }

    fn set_fork(&self, fork: Option<Fork>) {
        self.fork.store(fork.map(Arc::new));
    }

    /// Refuses what would write while a fork is open.
    pub(super) fn check_no_fork(&self) -> Result<(), Refusal> {
        self.fork().map_or(Ok(()), |fork| Err(Refusal::LogDiverged(fork.message())))
    }

    /// Refuses what would read the log of the database as if it were this node's.
    pub(super) fn check_log_is_ours(&self) -> Result<(), Refusal> {
        match self.fork().filter(|fork| fork.is_own) {
            Some(fork) => Err(Refusal::LogDiverged(fork.message())),
            None => Ok(()),
        }
    }
}

/// What a look at a fork finds.
enum Decision {
    /// None yet.
    Open,
    /// None yet, and the log is another one again.
    Moved(LogEnd),
    /// The log of the database is accepted.
    Accepted,
    /// The log continues what the node holds after all.
    Over(Box<Snapshot>),
}

impl Writer {
    /// Stops the writes, for the log is not the one that this node had; saves what only this node holds.
    pub(super) fn diverge(&mut self, why: &str) -> Refusal {
        let present = self.shared.present();
        if let Some(fork) = self.shared.fork().filter(|fork| fork.is_own) {
            return Refusal::LogDiverged(fork.message());
        }
        let seen = self.connect().and_then(|connection| Ok(store::log::head(connection)?));
        let seen = match seen {
            Ok(head) => head.end(),
            // It is found again at the next look.
            Err(error) => return self.note(Failure::Store(error).into()),
        };
        let (kept, saved, unsaved) = (present.head.end(), Saved::NotYet, None);
        let fork = Fork { kept, seen, is_own: true, saved, unsaved, tried_at: Instant::now() };
        self.shared.set_fork(Some(fork.clone()));
        let fork = self.secure(fork);
        log::error!("WRITES ARE STOPPED: {} ({why})", fork.detail());
        Refusal::LogDiverged(fork.message())
    }

    /// Saves what only this node holds, where that is not done, and tells the database of the fork.
    fn secure(&mut self, mut fork: Fork) -> Fork {
        let shared = Arc::clone(&self.shared);
        let (present, now) = (shared.present(), shared.clock.now());
        let beat = || shared.heartbeat.beat();
        beat();
        if matches!(fork.saved, Saved::NotYet | Saved::Failed(_)) {
            let lost = self.connect().and_then(|connection| Lost::find(connection, &present, &beat));
            fork.saved = match lost {
                Ok(lost) => lost.save(&shared.state_dir, &fork.kept),
                Err(error) => Saved::Failed(error.to_string()),
            };
        }
        let saved = self.connect().and_then(|connection| {
            let known = &present.accepted_forks;
            if store::forks::is_accepted(connection, &fork.kept, known)? {
                return Ok(());
            }
            store::forks::report(connection, &fork.kept, &fork.seen, now)
        });
        shared.heartbeat.rest();
        fork.unsaved = saved.err().map(|error| error.to_string());
        fork.tried_at = Instant::now();
        self.shared.set_fork(Some(fork.clone()));
        fork
    }

    /// Looks whether an operator has decided, while this node holds another log than the database.
    pub(super) fn look_at_fork(&mut self, fork: &Fork) {
        let present = self.shared.present();
        let shared = Arc::clone(&self.shared);
        shared.heartbeat.beat();
        let beat = || shared.heartbeat.beat();
        let looked =
            self.connect().map_err(Failure::from).and_then(|connection| decision(connection, fork, &present, &beat));
        shared.heartbeat.rest();
        let is_due = fork.tried_at.elapsed() >= FORK_PAUSE;
        match looked {
            Ok(Decision::Over(snapshot)) => {
                log::warn!("the log of the database continues again what this node holds; writes go on");
                self.shared.publish(Arc::new(*snapshot));
                self.shared.set_fork(None);
            }
            Ok(Decision::Accepted) => self.adopt(fork.clone(), is_due),
            Ok(Decision::Moved(seen)) => {
                let fork = self.secure(Fork { seen, ..fork.clone() });
                log::error!("WRITES ARE STOPPED: {}", fork.detail());
            }
            Ok(Decision::Open) if is_due && fork.is_unfinished() => drop(self.secure(fork.clone())),
            Ok(Decision::Open) => {}
            Err(failure) => {
                drop(self.note(failure.into()));
                return;
            }
        }
        self.shared.set_database(None);
    }

    /// Follows the log that an operator has accepted, once what only this node holds is saved.
    fn adopt(&mut self, mut fork: Fork, is_due: bool) {
        let may_try = is_due || !fork.is_unfinished();
        if !may_try {
            return;
        }
        if fork.is_unfinished() {
            fork = self.secure(fork);
        }
        if matches!(fork.saved, Saved::NotYet | Saved::Failed(_)) {
            log::error!("WRITES ARE STOPPED: the fork is accepted, but {}", fork.detail());
            return;
        }
        if self.reload() {
            let (heads, now) = (Arc::clone(&self.shared), self.shared.clock.now());
            if let Ok(connection) = self.connect() {
                heads.heads.reload(connection, now);
            }
            log::warn!("the log of the database was accepted; it is loaded, and writes go on");
            self.shared.set_fork(None);
        } else {
            let unsaved = Some("the log that was accepted cannot be loaded".to_owned());
            self.shared.set_fork(Some(Fork { unsaved, tried_at: Instant::now(), ..fork }));
        }
    }

    /// Looks whether the fork that was found before this node had started is still open.
    pub(super) fn look_at_found_fork(&mut self) {
        match self.connect().and_then(|connection| Ok(store::forks::open(connection)?)) {
            Ok(Some(_)) => {}
            Ok(None) => {
                log::warn!("no fork of the log is open any more; writes go on");
                self.shared.set_fork(None);
            }
            Err(error) => drop(self.note(Failure::Store(error).into())),
        }
    }

    fn connect(&mut self) -> Result<&mut AnyConnection, StoreError> {
        super::writer::connect(&mut self.connection, &self.database, &mut self.identity)
    }
}

impl Fork {
    /// Whether something is to be tried again.
    fn is_unfinished(&self) -> bool {
        self.unsaved.is_some() || matches!(self.saved, Saved::NotYet | Saved::Failed(_))
    }
}

/// What has become of the fork that a node has found.
fn decision(
    connection: &mut AnyConnection,
    fork: &Fork,
    present: &Snapshot,
    beat: &dyn Fn(),
) -> Result<Decision, Failure> {
    if store::log::has(connection, &fork.kept)? {
        let head = store::log::head(connection)?;
        match caught_up(connection, present, &head, beat) {
            Ok(staging) => return Ok(Decision::Over(Box::new(staging.finish()))),
            // It has what the node holds, but goes on in a way that no log does.
            Err(Failure::Diverged(_) | Failure::KeysDiverged(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    if store::forks::is_accepted(connection, &fork.kept, &present.accepted_forks)? {
        return Ok(Decision::Accepted);
    }
    if store::log::has(connection, &fork.seen)? {
        return Ok(Decision::Open);
    }
    Ok(Decision::Moved(store::log::head(connection)?.end()))
}

impl Command {
    /// Answers it without doing it.
    pub(super) fn refuse(self, refusal: Refusal) {
        match self {
            Command::Write(_, reply) => reply.send(Err(refusal)),
            Command::WriteTogether(_, _, reply) => reply.send(Err(refusal)),
            Command::CreateKey(_, _, reply) => reply.send(Err(refusal)),
            Command::RotateKey(_, _, _, reply) => reply.send(Err(refusal)),
            Command::RevokeKey(_, _, _, reply) => reply.send(Err(refusal)),
            Command::Refresh(reply) => reply.send(Err(refusal)),
        }
    }
}

/// The fork of which a node that starts finds that nobody has decided on it; what was lost may have been saved in the
/// directory before.
pub(super) fn found_before(connection: &mut AnyConnection, directory: &Path) -> Result<Option<Fork>, StoreError> {
    let open = store::forks::open(connection)?;
    let fork = open.map(|store::forks::Fork { kept, seen, .. }| Fork {
        saved: Saved::before(directory, &kept),
        kept,
        seen,
        is_own: false,
        unsaved: None,
        tried_at: Instant::now(),
    });
    if let Some(fork) = &fork {
        log::error!("WRITES ARE STOPPED: {}", fork.detail());
    }
    Ok(fork)
}
