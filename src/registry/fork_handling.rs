//! Stops writes when the log in the database does not continue what this node has seen, until an operator decides.

use std::sync::Arc;
use std::time::Instant;

use super::failure::Failure;
use super::follow::catch_up;
use super::fork::Fork;
use super::lost::{LostWrites, Saved};
use super::refusal::Refusal;
use super::shared::Shared;
use super::snapshot::Snapshot;
use super::writer::{self, Writer};
use crate::record::head::LogEnd;
use crate::registry::limits::FORK_PAUSE;
use crate::store::{self, AnyConnection, StoreError};

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
        writer::connect(&mut self.connection, &self.database, &mut self.identity)
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
