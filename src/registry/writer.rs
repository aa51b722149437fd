//! The single writer of a node. It commits writes in groups and follows what other nodes write.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use super::failure::{Failure, WriteError};
use super::follow::{catch_up, load};
use super::halt::Halt;
use super::outcome::{BatchOutcome, Written};
use super::refusal::Refusal;
use super::reply::Reply;
use super::request::WriteRequest;
use super::shared::Shared;
use super::snapshot::Snapshot;
use super::transaction::{TransactionResult, write_atomically, write_batch};
use crate::record::{Actor, Kind, RecordKey};
use crate::registry::limits::{FOLLOW_EVERY, RESOLVE_PAUSE, RESOLVE_WAIT, TRANSACTION_TRIES, WRITE_BATCH, WRITE_WAIT};
use crate::store::idempotency::Mark;
use crate::store::{
    self, AnyConnection, DatabaseUrl, Head, Identity, Key, NewKey, Rotation, StoreError, TransactionError,
};

/// A command for the writer.
pub(super) enum Command {
    /// Write one record.
    Write(WriteRequest, Reply<Written>),
    /// Write all records or none, with the mark of the request.
    WriteAtomically(Vec<WriteRequest>, Option<Mark>, Reply<BatchOutcome>),
    /// Create a key; the reply is the key and its secret.
    CreateKey(NewKey, Actor, Reply<(Key, String)>),
    /// Give a key a new secret; the reply is the key and its secret, or none if there is no such key.
    RotateKey(String, Rotation, Actor, Reply<Option<(Key, String)>>),
    /// Revoke a key, with a reason; the reply is true if it was valid until then.
    RevokeKey(String, Option<String>, Actor, Reply<bool>),
    /// Check at once whether others have written.
    Refresh(Reply<()>),
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

/// The writer's thread.
pub(super) struct Writer {
    pub(super) database: DatabaseUrl,
    pub(super) connection: Option<AnyConnection>,
    pub(super) identity: Identity,
    pub(super) shared: Arc<Shared>,
}

impl Writer {
    /// A writer for the database that `connection` is open to.
    pub(super) fn new(
        database: DatabaseUrl,
        connection: AnyConnection,
        identity: Identity,
        shared: Arc<Shared>,
    ) -> Self {
        Writer { database, connection: Some(connection), identity, shared }
    }

    /// Serves commands until every sender is gone.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        loop {
            match commands.recv_timeout(FOLLOW_EVERY) {
                Ok(first) => {
                    let waiting = commands.try_iter().take(WRITE_BATCH - 1);
                    let batch = std::iter::once(first).chain(waiting).collect();
                    self.serve(batch);
                }
                Err(RecvTimeoutError::Timeout) => self.follow_log(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.judge_new_day();
        }
    }

    fn serve(&mut self, batch: Vec<Command>) {
        if let Err(refusal) = self.shared.check_no_fork() {
            for command in batch {
                command.refuse(refusal.clone());
            }
            return;
        }
        let mut writes = Vec::new();
        for command in batch {
            // A write that came before the revocation of its key is still done.
            if !matches!(command, Command::Write(..)) {
                self.write(std::mem::take(&mut writes));
            }
            match command {
                Command::Write(request, reply) => {
                    // Each write gets the record and the ETag that it made itself. The ETag of another client's
                    // revision would let it overwrite what it never saw.
                    if writes.iter().any(|(earlier, _)| may_overlap(earlier, &request)) {
                        self.write(std::mem::take(&mut writes));
                    }
                    writes.push((request, reply));
                }
                Command::WriteAtomically(requests, mark, reply) => {
                    self.write_atomically(&requests, mark.as_ref(), reply);
                }
                Command::CreateKey(new, by, reply) => {
                    let now = self.shared.clock.now();
                    self.change_keys(reply, |connection| store::keys::create(connection, new, &by, now));
                }
                Command::RotateKey(id, rotation, by, reply) => {
                    let now = self.shared.clock.now();
                    self.change_keys(reply, |connection| store::keys::rotate(connection, &id, &rotation, &by, now));
                }
                Command::RevokeKey(id, reason, by, reply) => {
                    let now = self.shared.clock.now();
                    self.change_keys(reply, |connection| store::keys::revoke(connection, &id, reason, &by, now));
                }
                Command::Refresh(reply) => {
                    self.follow_log();
                    let outcome = if self.shared.is_database_up() { Ok(()) } else { Err(Refusal::Unavailable) };
                    reply.send(outcome);
                }
            }
        }
        self.write(writes);
    }

    /// Executes the waiting writes in one transaction. If a statement violates a constraint, executes them one by one,
    /// so that only the bad request fails.
    fn write(&mut self, mut writes: Vec<(WriteRequest, Reply<Written>)>) {
        writes.retain(|(_, reply)| !reply.is_abandoned());
        if writes.is_empty() {
            return;
        }
        if let Err(refusal) = self.shared.halted.check() {
            for (_, reply) in writes {
                reply.send(Err(refusal.clone()));
            }
            return;
        }
        let shared = Arc::clone(&self.shared);
        let undo = || writes.iter().map(|(_, reply)| reply).for_each(Reply::undo);
        let result = self.run_transaction(|connection| write_batch(connection, &shared, &writes), undo);
        match result {
            Ok((snapshot, outcomes)) => {
                self.shared.publish(Arc::clone(&snapshot));
                for ((_, reply), outcome) in writes.into_iter().zip(outcomes) {
                    let Some(outcome) = outcome else { continue };
                    reply.send(outcome.map(|done| done.written(&snapshot)));
                }
            }
            Err(WriteError::Failed(Failure::Store(error))) if error.is_constraint() && writes.len() > 1 => {
                for write in writes {
                    self.write(vec![write]);
                }
            }
            Err(error) => {
                let refusal = self.handle_failure(error);
                for (_, reply) in writes {
                    reply.send(Err(refusal.clone()));
                }
            }
        }
    }

    /// Executes all requests in one transaction, or none of them.
    fn write_atomically(&mut self, requests: &[WriteRequest], mark: Option<&Mark>, reply: Reply<BatchOutcome>) {
        if let Err(refusal) = self.shared.halted.check() {
            return reply.send(Err(refusal));
        }
        let shared = Arc::clone(&self.shared);
        let attempt = |connection: &mut _| write_atomically(connection, &shared, requests, mark, &reply);
        let result = self.run_transaction(attempt, || reply.undo());
        match result {
            Ok((snapshot, outcome)) => {
                // A client that was refused because of another node's write must see that write before it tries again.
                self.shared.publish(snapshot);
                if let Some(outcome) = outcome {
                    reply.send(outcome);
                }
            }
            Err(error) => reply.send(Err(self.handle_failure(error))),
        }
    }

    /// Changes the keys. Replies once this node knows the change too.
    fn change_keys<T>(&mut self, reply: Reply<T>, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) {
        if let Err(refusal) = self.shared.halted.check() {
            return reply.send(Err(refusal));
        }
        if !reply.begin() {
            return;
        }
        self.shared.heartbeat.beat();
        let outcome = match connect(&mut self.connection, &self.database, &mut self.identity) {
            // A change of keys is not repeated, since the secret of a key in a lost reply cannot be recovered.
            Ok(connection) => work(connection)
                .and_then(|done| self.identity.check_files().map(|()| done))
                .map_err(|error| WriteError::OutcomeUnknown(Failure::Store(error))),
            Err(error) => Err(WriteError::Failed(Failure::Store(error))),
        };
        self.shared.heartbeat.stop();
        self.follow_log();
        reply.send(outcome.map_err(|error| self.handle_failure(error)));
    }

    /// Runs a transaction until its result is certain. If the database aborts it, it is tried again. If a commit got no
    /// reply, the log shows whether it was done. `undo` is called each time that nothing was done.
    fn run_transaction<T>(
        &mut self,
        mut attempt: impl FnMut(&mut AnyConnection) -> TransactionResult<T>,
        undo: impl Fn(),
    ) -> Result<(Arc<Snapshot>, T), WriteError> {
        let start = Instant::now();
        let mut tries = TRANSACTION_TRIES;
        loop {
            tries -= 1;
            self.shared.heartbeat.beat();
            let connection =
                connect(&mut self.connection, &self.database, &mut self.identity).map_err(Failure::from)?;
            let can_retry = matches!(connection, AnyConnection::Postgres(_));
            let started = Instant::now();
            let done = attempt(connection);
            self.shared.metrics.commit_seconds.observe(started.elapsed().as_secs_f64());
            self.shared.heartbeat.stop();
            let failure = match done {
                Ok(done) => return self.confirm_commit(done),
                Err(TransactionError::Unknown(done, failure)) => match self.is_in_log(&done.0.head) {
                    Some(true) => return self.confirm_commit(done),
                    Some(false) => failure,
                    None => return Err(WriteError::OutcomeUnknown(failure)),
                },
                Err(TransactionError::Undone(failure)) => failure,
            };
            undo();
            let is_aborted = matches!(&failure, Failure::Store(error) if error.is_aborted());
            if !is_aborted || !can_retry || tries == 0 || start.elapsed() >= WRITE_WAIT {
                return Err(WriteError::Failed(failure));
            }
            log::warn!("the database aborted a transaction, which is tried again: {failure}");
            self.shared.metrics.transactions_repeated.inc();
            self.connection = None;
        }
    }

    /// Checks that the commit went to the files that are still in place.
    fn confirm_commit<T>(&self, done: T) -> Result<T, WriteError> {
        self.identity.check_files().map_err(|error| WriteError::OutcomeUnknown(Failure::Store(error)))?;
        self.shared.set_database(None);
        Ok(done)
    }

    /// Checks whether the log has the last entry of a commit that got no reply; none if the database does not respond
    /// in time.
    ///
    /// The lock waits for a commit that is still in progress. Because the check also writes, its commit waits for a
    /// synchronous standby, which then has the other commit too.
    fn is_in_log(&mut self, head: &Head) -> Option<bool> {
        let start = Instant::now();
        log::warn!("a commit got no reply; checking the log for entry {}", head.number);
        loop {
            self.connection = None;
            self.shared.heartbeat.beat();
            let found = connect(&mut self.connection, &self.database, &mut self.identity).and_then(|connection| {
                store::transaction(connection, |connection| {
                    store::log::lock(connection)?;
                    Ok::<_, StoreError>(store::log::find_hash(connection, head.number)?)
                })
            });
            self.shared.heartbeat.stop();
            match found {
                Ok(hash) => return Some(hash.as_deref() == Some(head.hash.as_str())),
                Err(error) if start.elapsed() >= RESOLVE_WAIT => {
                    log::error!("it is unknown whether entry {} was written: {error}", head.number);
                    return None;
                }
                Err(_) => std::thread::sleep(RESOLVE_PAUSE),
            }
        }
    }

    /// Applies what other nodes or the command line have written.
    fn follow_log(&mut self) {
        if self.shared.halted.get().is_some_and(Halt::is_total) {
            return;
        }
        match self.shared.fork() {
            Some(fork) if fork.is_own => return self.check_fork(&fork),
            Some(_) => self.check_open_fork(),
            None => {}
        }
        let present = self.shared.present();
        let heartbeat = &self.shared.heartbeat;
        heartbeat.beat();
        let found = connect(&mut self.connection, &self.database, &mut self.identity).map_err(Failure::from).and_then(
            |connection| {
                let head = store::log::head(connection)?;
                if head == present.head {
                    return Ok(None);
                }
                let staging = catch_up(connection, &present, &head, &|| heartbeat.beat())?;
                Ok(Some(staging.finish()))
            },
        );
        heartbeat.stop();
        match found {
            Ok(snapshot) => {
                if let Some(snapshot) = snapshot {
                    self.shared.publish(Arc::new(snapshot));
                }
                self.shared.set_database(None);
            }
            Err(failure) => drop(self.handle_failure(failure.into())),
        }
    }

    /// Judges everything again when the day has changed.
    fn judge_new_day(&self) {
        let (present, today) = (self.shared.present(), self.shared.clock.now().date_naive());
        if present.judged_on != today {
            log::info!("judging as of {today}");
            self.shared.publish(Arc::new(present.judged(today)));
        }
    }

    /// Logs a failure, updates the health of the service, and returns the refusal for the client.
    pub(super) fn handle_failure(&mut self, error: WriteError) -> Refusal {
        let (failure, refusal) = match error {
            WriteError::Failed(failure) => (failure, Refusal::Unavailable),
            WriteError::OutcomeUnknown(failure) => {
                self.shared.metrics.outcomes_unknown.inc();
                (failure, Refusal::OutcomeUnknown)
            }
        };
        match failure {
            Failure::Store(error) if error.is_constraint() => {
                log::error!("a write that passed every check was refused by the database: {error}");
                Refusal::Internal
            }
            Failure::Store(error) => {
                if let Some(halt) = Halt::of(&error) {
                    self.shared.halted.set(halt);
                    return self.shared.halted.check().err().unwrap_or(refusal);
                }
                if self.shared.is_database_up() {
                    log::error!("writes are refused until the database is back: {error}");
                }
                self.shared.set_database(Some(error.to_string()));
                // Whatever the state of the connection is, a new one is sound.
                self.connection = None;
                refusal
            }
            Failure::Diverged(message) => self.stop_writes(&message),
            Failure::KeysDiverged(message) => {
                log::error!(
                    "the log of keys does not continue the one this node had ({message}); keys are loaded again"
                );
                self.reload();
                Refusal::Unavailable
            }
        }
    }

    /// Loads the whole log again. Returns false if that failed.
    pub(super) fn reload(&mut self) -> bool {
        let today = self.shared.clock.now().date_naive();
        let loaded = connect(&mut self.connection, &self.database, &mut self.identity)
            .and_then(|connection| load(connection, today));
        match loaded {
            Ok(snapshot) => {
                self.shared.halted.set_if_any(snapshot.halt());
                self.shared.publish_reloaded(Arc::new(snapshot));
                true
            }
            Err(error) => {
                log::error!("the log could not be loaded: {error}");
                self.shared.set_database(Some(error.to_string()));
                self.connection = None;
                false
            }
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.shared.is_writer_running.store(false, Ordering::Relaxed);
        self.shared.news.close();
        if std::thread::panicking() {
            // Without its writer the service would refuse every write until someone noticed. A restart loses nothing,
            // since everything that counts is on disk.
            log::error!("the writer has panicked; the service stops and must be restarted");
            std::process::abort();
        }
    }
}

/// True if two writes may change the same record. A write of a city may withdraw everything that belongs to it.
fn may_overlap(one: &WriteRequest, other: &WriteRequest) -> bool {
    let (one, other) = (&one.key, &other.key);
    let is_city = |key: &RecordKey| key.kind() == Kind::City;
    one.city() == other.city() && (one == other || is_city(one) || is_city(other))
}

/// Returns the open connection, or opens a new one to the same database.
pub(super) fn connect<'a>(
    connection: &'a mut Option<AnyConnection>,
    database: &DatabaseUrl,
    identity: &mut Identity,
) -> Result<&'a mut AnyConnection, StoreError> {
    match connection {
        Some(connection) => {
            identity.check(connection)?;
            Ok(connection)
        }
        closed => Ok(closed.insert(identity.connect(database)?)),
    }
}
