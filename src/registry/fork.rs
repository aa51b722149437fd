//! Forks of the log. A log that does not continue what this node has seen is never followed silently. Writes stop, what
//! the node holds stays readable, and only an operator decides how to go on.

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use super::follow::catch_up;
use super::lost::{LostWrites, Saved};
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
    /// The last entry of the log in the database when the fork was found.
    pub seen: LogEnd,
    /// True if this node holds the entries up to `kept`. False if another node found the fork, or this one before a
    /// restart; then this node holds the log of the database.
    pub is_own: bool,
    saved: Saved,
    /// Why the fork could not be reported to the database; none if it was.
    report_error: Option<String>,
    /// When this node last tried to save its writes or to load the log.
    tried_at: Instant,
}

impl Fork {
    /// The fork in one sentence, for a client that wants to write.
    #[must_use]
    pub fn message(&self) -> String {
        let Fork { kept, seen, .. } = self;
        format!("the log of the database, which ended with {seen}, does not continue the one that ended with {kept}")
    }

    /// The fork, what an operator has to do, and where the writes are that the database lacks.
    #[must_use]
    pub fn detail(&self) -> String {
        let Fork { kept, seen, .. } = self;
        let saved = match &self.saved {
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
            Saved::Failed(error) => format!(
                "; the entries that only this node holds CANNOT BE SAVED ({error}): do not stop it before they are saved"
            ),
        };
        let report_error =
            self.report_error.iter().map(|error| format!("; the fork could not be reported to the database: {error}"));
        let report_error: String = report_error.collect();
        format!(
            "{}{saved}{report_error}; writes are refused until the right database is back or `pledgewatch accept-fork \
             --database … --kept {kept} --seen {seen}` accepts what the database has",
            self.message()
        )
    }
}

impl Shared {
    /// The fork that prevents this node from writing; none if there is none.
    pub(super) fn fork(&self) -> Option<Arc<Fork>> {
        self.fork.load_full()
    }

    fn set_fork(&self, fork: Option<Fork>) {
        self.fork.store(fork.map(Arc::new));
    }

    /// Refuses a write while a fork is open.
    pub(super) fn check_no_fork(&self) -> Result<(), Refusal> {
        self.fork().map_or(Ok(()), |fork| Err(Refusal::LogDiverged(fork.message())))
    }

    /// Refuses to read the log of the database as if it were the log of this node.
    pub(super) fn check_log_is_ours(&self) -> Result<(), Refusal> {
        match self.fork().filter(|fork| fork.is_own) {
            Some(fork) => Err(Refusal::LogDiverged(fork.message())),
            None => Ok(()),
        }
    }
}

/// What has become of a fork.
enum Decision {
    /// Nothing has been decided.
    Open,
    /// Nothing has been decided, and the log has changed again.
    Changed(LogEnd),
    /// An operator accepted the log of the database.
    Accepted,
    /// The log of the database continues what this node holds after all.
    Resolved(Box<Snapshot>),
}

impl Writer {
    /// Stops writing because of a fork, and saves what only this node holds.
    pub(super) fn stop_writes(&mut self, cause: &str) -> Refusal {
        let present = self.shared.present();
        if let Some(fork) = self.shared.fork().filter(|fork| fork.is_own) {
            return Refusal::LogDiverged(fork.message());
        }
        let seen = self.connect().and_then(|connection| Ok(store::log::head(connection)?));
        let seen = match seen {
            Ok(head) => head.end(),
            // The next check will find the fork again.
            Err(error) => return self.handle_failure(Failure::Store(error).into()),
        };
        let (kept, saved, report_error) = (present.head.end(), Saved::NotYet, None);
        let fork = Fork { kept, seen, is_own: true, saved, report_error, tried_at: Instant::now() };
        self.shared.set_fork(Some(fork.clone()));
        let fork = self.save_and_report(fork);
        log::error!("WRITES ARE STOPPED: {} ({cause})", fork.detail());
        Refusal::LogDiverged(fork.message())
    }

    /// Saves what only this node holds, if that is not done yet, and reports the fork to the database.
    fn save_and_report(&mut self, mut fork: Fork) -> Fork {
        let shared = Arc::clone(&self.shared);
        let (present, now) = (shared.present(), shared.clock.now());
        let beat = || shared.heartbeat.beat();
        beat();
        if matches!(fork.saved, Saved::NotYet | Saved::Failed(_)) {
            let lost = self.connect().and_then(|connection| LostWrites::find(connection, &present, &beat));
            fork.saved = match lost {
                Ok(lost) => lost.save(&shared.state_dir, &fork.kept),
                Err(error) => Saved::Failed(error.to_string()),
            };
        }
        let reported = self.connect().and_then(|connection| {
            let known = &present.accepted_forks;
            if store::forks::is_accepted(connection, &fork.kept, known)? {
                return Ok(());
            }
            store::forks::report(connection, &fork.kept, &fork.seen, now)
        });
        shared.heartbeat.stop();
        fork.report_error = reported.err().map(|error| error.to_string());
        fork.tried_at = Instant::now();
        self.shared.set_fork(Some(fork.clone()));
        fork
    }

    /// Checks whether an operator has decided, while this node holds another log than the database.
    pub(super) fn check_fork(&mut self, fork: &Fork) {
        let present = self.shared.present();
        let shared = Arc::clone(&self.shared);
        shared.heartbeat.beat();
        let beat = || shared.heartbeat.beat();
        let found = self
            .connect()
            .map_err(Failure::from)
            .and_then(|connection| find_decision(connection, fork, &present, &beat));
        shared.heartbeat.stop();
        let is_due = fork.tried_at.elapsed() >= FORK_PAUSE;
        match found {
            Ok(Decision::Resolved(snapshot)) => {
                log::warn!("the log of the database continues again what this node holds; writes go on");
                self.shared.publish(Arc::new(*snapshot));
                self.shared.set_fork(None);
            }
            Ok(Decision::Accepted) => self.load_accepted(fork.clone(), is_due),
            Ok(Decision::Changed(seen)) => {
                let fork = self.save_and_report(Fork { seen, ..fork.clone() });
                log::error!("WRITES ARE STOPPED: {}", fork.detail());
            }
            Ok(Decision::Open) if is_due && fork.is_unfinished() => drop(self.save_and_report(fork.clone())),
            Ok(Decision::Open) => {}
            Err(failure) => {
                drop(self.handle_failure(failure.into()));
                return;
            }
        }
        self.shared.set_database(None);
    }

    /// Loads the log that an operator has accepted, once what only this node holds is saved.
    fn load_accepted(&mut self, mut fork: Fork, is_due: bool) {
        let may_try = is_due || !fork.is_unfinished();
        if !may_try {
            return;
        }
        if fork.is_unfinished() {
            fork = self.save_and_report(fork);
        }
        if matches!(fork.saved, Saved::NotYet | Saved::Failed(_)) {
            log::error!("WRITES ARE STOPPED: the fork is accepted, but {}", fork.detail());
            return;
        }
        if self.reload() {
            let (shared, now) = (Arc::clone(&self.shared), self.shared.clock.now());
            if let Ok(connection) = self.connect() {
                shared.heads.reload(connection, now);
            }
            log::warn!("the log of the database was accepted; it is loaded, and writes go on");
            self.shared.set_fork(None);
        } else {
            let report_error = Some("the accepted log cannot be loaded".to_owned());
            self.shared.set_fork(Some(Fork { report_error, tried_at: Instant::now(), ..fork }));
        }
    }

    /// Checks whether a fork that was found before this node started is still open.
    pub(super) fn check_open_fork(&mut self) {
        match self.connect().and_then(|connection| Ok(store::forks::open(connection)?)) {
            Ok(Some(_)) => {}
            Ok(None) => {
                log::warn!("no fork of the log is open any more; writes go on");
                self.shared.set_fork(None);
            }
            Err(error) => drop(self.handle_failure(Failure::Store(error).into())),
        }
    }

    fn connect(&mut self) -> Result<&mut AnyConnection, StoreError> {
        super::writer::connect(&mut self.connection, &self.database, &mut self.identity)
    }
}

impl Fork {
    /// True if saving or reporting must be tried again.
    fn is_unfinished(&self) -> bool {
        self.report_error.is_some() || matches!(self.saved, Saved::NotYet | Saved::Failed(_))
    }
}

/// Finds out what has become of the fork that this node has found.
fn find_decision(
    connection: &mut AnyConnection,
    fork: &Fork,
    present: &Snapshot,
    beat: &dyn Fn(),
) -> Result<Decision, Failure> {
    if store::log::contains(connection, &fork.kept)? {
        let head = store::log::head(connection)?;
        match catch_up(connection, present, &head, beat) {
            Ok(staging) => return Ok(Decision::Resolved(Box::new(staging.finish()))),
            // The log has what this node holds, but its continuation is not valid.
            Err(Failure::Diverged(_) | Failure::KeysDiverged(_)) => {}
            Err(failure) => return Err(failure),
        }
    }
    if store::forks::is_accepted(connection, &fork.kept, &present.accepted_forks)? {
        return Ok(Decision::Accepted);
    }
    if store::log::contains(connection, &fork.seen)? {
        return Ok(Decision::Open);
    }
    Ok(Decision::Changed(store::log::head(connection)?.end()))
}

impl Command {
    /// Answers the command with a refusal, without executing it.
    pub(super) fn refuse(self, refusal: Refusal) {
        match self {
            Command::Write(_, reply) => reply.send(Err(refusal)),
            Command::WriteAtomically(_, _, reply) => reply.send(Err(refusal)),
            Command::CreateKey(_, _, reply) => reply.send(Err(refusal)),
            Command::RotateKey(_, _, _, reply) => reply.send(Err(refusal)),
            Command::RevokeKey(_, _, _, reply) => reply.send(Err(refusal)),
            Command::Refresh(reply) => reply.send(Err(refusal)),
        }
    }
}

/// Finds the fork that is still undecided when a node starts. The lost writes may already be saved in `directory`.
pub(super) fn find_open(connection: &mut AnyConnection, directory: &Path) -> Result<Option<Fork>, StoreError> {
    let open = store::forks::open(connection)?;
    let fork = open.map(|store::forks::Fork { kept, seen, .. }| Fork {
        saved: Saved::before(directory, &kept),
        kept,
        seen,
        is_own: false,
        report_error: None,
        tried_at: Instant::now(),
    });
    if let Some(fork) = &fork {
        log::error!("WRITES ARE STOPPED: {}", fork.detail());
    }
    Ok(fork)
}
