//! The one writer of a node: group commit, and keeping up with what other nodes write.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::time::Instant;

use super::follow::{caught_up, load};
use super::halt::Halt;
use super::reply::Reply;
use super::snapshot::Snapshot;
use super::transaction::{Committed, batch, together};
use super::{BatchOutcome, Refusal, Shared, WriteRequest, Written};
use crate::record::{Actor, Kind, RecordKey};
use crate::registry::limits::{FOLLOW_EVERY, RESOLVE_PAUSE, RESOLVE_WAIT, TRANSACTION_TRIES, WRITE_BATCH, WRITE_WAIT};
use crate::store::idempotency::Mark;
use crate::store::{
    self, AnyConnection, DatabaseUrl, Head, Identity, Key, NewKey, Rotation, StoreError, TransactionError,
};

/// What the writer is asked for.
pub(super) enum Command {
    /// A change of a record.
    Write(WriteRequest, Reply<Written>),
    /// Changes of which all are done or none, and the mark of the request.
    WriteTogether(Vec<WriteRequest>, Option<Mark>, Reply<BatchOutcome>),
    /// A new key; answered with its secret.
    CreateKey(NewKey, Actor, Reply<(Key, String)>),
    /// A new secret for a key; answered with it, or with nothing where there is no such key.
    RotateKey(String, Rotation, Actor, Reply<Option<(Key, String)>>),
    /// The end of a key, and why; answered with whether it was valid until then.
    RevokeKey(String, Option<String>, Actor, Reply<bool>),
    /// To look at once whether the database has news.
    Refresh(Reply<()>),
}

/// What keeps a batch from being written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log is not the one that this node had: a failover lost commits, or someone wrote by hand.
    #[error("the log does not continue the one this node had: {0}")]
    Diverged(String),
    /// The log of keys is not the one that this node had.
    #[error("the log of keys does not continue the one this node had: {0}")]
    KeysDiverged(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// What is not sure, or not done, after a transaction.
pub(super) enum Unsettled {
    /// Nothing was written.
    Failed(Failure),
    /// It may have been written.
    OutcomeUnknown(Failure),
}

impl From<Failure> for Unsettled {
    fn from(failure: Failure) -> Self {
        Unsettled::Failed(failure)
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
    /// A writer on the database of that identity, which `connection` is open to.
    pub(super) fn new(
        database: DatabaseUrl,
        connection: AnyConnection,
        identity: Identity,
        shared: Arc<Shared>,
    ) -> Self {
        Writer { database, connection: Some(connection), identity, shared }
    }

    /// Serves until every sender is gone.
    pub(super) fn run(mut self, commands: &Receiver<Command>) {
        loop {
            match commands.recv_timeout(FOLLOW_EVERY) {
                Ok(first) => {
                    let waiting = commands.try_iter().take(WRITE_BATCH - 1);
                    let batch = std::iter::once(first).chain(waiting).collect();
                    self.serve(batch);
                }
                Err(RecvTimeoutError::Timeout) => self.look(),
                Err(RecvTimeoutError::Disconnected) => return,
            }
            self.turn_day();
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
            // A write that came before a key's end is still done with that key.
            if !matches!(command, Command::Write(..)) {
                self.write(std::mem::take(&mut writes));
            }
            match command {
                Command::Write(request, reply) => {
                    // Each is answered with the record, and the tag, that it made itself: a tag of another's
                    // revision would let its client overwrite what it never saw.
                    if writes.iter().any(|(earlier, _)| overlap(earlier, &request)) {
                        self.write(std::mem::take(&mut writes));
                    }
                    writes.push((request, reply));
                }
                Command::WriteTogether(requests, mark, reply) => self.write_together(&requests, mark.as_ref(), reply),
                Command::CreateKey(new, by, reply) => {
                    let now = self.shared.clock.now();
                    self.change_keys(reply, |connection| store::keys::create(connection, new, &by, now));
                }
                Command::RotateKey(id, how, by, reply) => {
                    let now = self.shared.clock.now();
                    self.change_keys(reply, |connection| store::keys::rotate(connection, &id, &how, &by, now));
                }
                Command::RevokeKey(id, reason, by, reply) => {
                    let now = self.shared.clock.now();
                    self.change_keys(reply, |connection| store::keys::revoke(connection, &id, reason, &by, now));
                }
                Command::Refresh(reply) => {
                    self.look();
                    let outcome = if self.shared.database_is_up() { Ok(()) } else { Err(Refusal::Unavailable) };
                    reply.send(outcome);
                }
            }
        }
        self.write(writes);
    }

    /// Writes what is waiting in one transaction; if one statement of it fails, one by one, so that a
    /// bad request fails alone.
    fn write(&mut self, mut writes: Vec<(WriteRequest, Reply<Written>)>) {
        writes.retain(|(_, reply)| !reply.is_given_up());
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
        let settled = self.settle(|connection| batch(connection, &shared, &writes), undo);
        match settled {
            Ok((snapshot, outcomes)) => {
                self.shared.publish(Arc::clone(&snapshot));
                for ((_, reply), outcome) in writes.into_iter().zip(outcomes) {
                    let Some(outcome) = outcome else { continue };
                    reply.send(outcome.map(|done| done.written(&snapshot)));
                }
            }
            Err(Unsettled::Failed(Failure::Store(error))) if error.is_constraint() && writes.len() > 1 => {
                for write in writes {
                    self.write(vec![write]);
                }
            }
            Err(unsettled) => {
                let refusal = self.note(unsettled);
                for (_, reply) in writes {
                    reply.send(Err(refusal.clone()));
                }
            }
        }
    }

    /// Does all of the requests in one transaction, or none of them.
    fn write_together(&mut self, requests: &[WriteRequest], mark: Option<&Mark>, reply: Reply<BatchOutcome>) {
        if let Err(refusal) = self.shared.halted.check() {
            return reply.send(Err(refusal));
        }
        let shared = Arc::clone(&self.shared);
        let attempt = |connection: &mut _| together(connection, &shared, requests, mark, &reply);
        let settled = self.settle(attempt, || reply.undo());
        match settled {
            Ok((known, outcome)) => {
                // Whoever was refused for what another node wrote must see that before they try again.
                self.shared.publish(known);
                if let Some(outcome) = outcome {
                    reply.send(outcome);
                }
            }
            Err(unsettled) => reply.send(Err(self.note(unsettled))),
        }
    }

    /// Changes the keys and answers once that works, and is listed, here too.
    fn change_keys<T>(&mut self, reply: Reply<T>, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) {
        if let Err(refusal) = self.shared.halted.check() {
            return reply.send(Err(refusal));
        }
        if !reply.begin() {
            return;
        }
        self.shared.heartbeat.beat();
        let outcome = match connect(&mut self.connection, &self.database, &mut self.identity) {
            // A change of keys is not repeated: the secret of a key that was made and not answered is lost.
            Ok(connection) => work(connection)
                .and_then(|done| self.identity.check_files().map(|()| done))
                .map_err(|error| Unsettled::OutcomeUnknown(Failure::Store(error))),
            Err(error) => Err(Unsettled::Failed(Failure::Store(error))),
        };
        self.shared.heartbeat.rest();
        self.look();
        reply.send(outcome.map_err(|unsettled| self.note(unsettled)));
    }

    /// Runs a transaction until it is sure what became of it. One that the database broke off is begun again; of a
    /// commit that was not answered, the log tells whether it was done. `undo` is told each time that nothing was.
    fn settle<T>(
        &mut self,
        mut attempt: impl FnMut(&mut AnyConnection) -> Committed<T>,
        undo: impl Fn(),
    ) -> Result<(Arc<Snapshot>, T), Unsettled> {
        let begin = Instant::now();
        let mut tries = TRANSACTION_TRIES;
        loop {
            tries -= 1;
            self.shared.heartbeat.beat();
            let connection =
                connect(&mut self.connection, &self.database, &mut self.identity).map_err(Failure::from)?;
            let can_repeat = matches!(connection, AnyConnection::Postgres(_));
            let asked = Instant::now();
            let done = attempt(connection);
            self.shared.metrics.commit_seconds.observe(asked.elapsed().as_secs_f64());
            self.shared.heartbeat.rest();
            let failure = match done {
                Ok(done) => return self.confirm(done),
                Err(TransactionError::Unknown(done, failure)) => match self.is_in_log(&done.0.head) {
                    Some(true) => return self.confirm(done),
                    Some(false) => failure,
                    None => return Err(Unsettled::OutcomeUnknown(failure)),
                },
                Err(TransactionError::Undone(failure)) => failure,
            };
            undo();
            let is_lost = matches!(&failure, Failure::Store(error) if error.is_broken_off());
            if !is_lost || !can_repeat || tries == 0 || begin.elapsed() >= WRITE_WAIT {
                return Err(Unsettled::Failed(failure));
            }
            log::warn!("the database broke off a transaction, which is begun again: {failure}");
            self.shared.metrics.transactions_repeated.inc();
            self.connection = None;
        }
    }

    /// What was committed, if that was to the files that are still there.
    fn confirm<T>(&self, done: T) -> Result<T, Unsettled> {
        self.identity.check_files().map_err(|error| Unsettled::OutcomeUnknown(Failure::Store(error)))?;
        self.shared.set_database(None);
        Ok(done)
    }

    /// Whether the log has the entry with which a commit that was not answered would have ended; none if the database
    /// does not say so in time. The lock waits for a commit that is still under way; and as it writes, its own commit waits
    /// for a synchronous standby, which then has the other one too.
    fn is_in_log(&mut self, head: &Head) -> Option<bool> {
        let begin = Instant::now();
        log::warn!("a commit was not answered; the log is asked for entry {}", head.number);
        loop {
            self.connection = None;
            self.shared.heartbeat.beat();
            let found = connect(&mut self.connection, &self.database, &mut self.identity).and_then(|connection| {
                store::transaction(connection, |connection| {
                    store::log::lock(connection)?;
                    Ok::<_, StoreError>(store::log::hash_of(connection, head.number)?)
                })
            });
            self.shared.heartbeat.rest();
            match found {
                Ok(hash) => return Some(hash.as_deref() == Some(head.hash.as_str())),
                Err(error) if begin.elapsed() >= RESOLVE_WAIT => {
                    log::error!("whether entry {} was written is not known: {error}", head.number);
                    return None;
                }
                Err(_) => std::thread::sleep(RESOLVE_PAUSE),
            }
        }
    }

    /// Takes over what other nodes, or the command line, have written.
    fn look(&mut self) {
        if self.shared.halted.get().is_some_and(Halt::is_of_the_whole) {
            return;
        }
        match self.shared.fork() {
            Some(fork) if fork.is_own => return self.look_at_fork(&fork),
            Some(_) => self.look_at_found_fork(),
            None => {}
        }
        let present = self.shared.present();
        let heartbeat = &self.shared.heartbeat;
        heartbeat.beat();
        let looked = connect(&mut self.connection, &self.database, &mut self.identity).map_err(Failure::from).and_then(
            |connection| {
                let head = store::log::head(connection)?;
                if head == present.head {
                    return Ok(None);
                }
                let staging = caught_up(connection, &present, &head, &|| heartbeat.beat())?;
                Ok(Some(staging.finish()))
            },
        );
        heartbeat.rest();
        match looked {
            Ok(news) => {
                if let Some(snapshot) = news {
                    self.shared.publish(Arc::new(snapshot));
                }
                self.shared.set_database(None);
            }
            Err(failure) => drop(self.note(failure.into())),
        }
    }

    /// Judges everything anew once the day has changed.
    fn turn_day(&self) {
        let (present, today) = (self.shared.present(), self.shared.clock.now().date_naive());
        if present.judged_on != today {
            log::info!("judging as of {today}");
            self.shared.publish(Arc::new(present.judged(today)));
        }
    }

    /// Says what went wrong, where it belongs, and what the client is told.
    pub(super) fn note(&mut self, unsettled: Unsettled) -> Refusal {
        let (failure, refusal) = match unsettled {
            Unsettled::Failed(failure) => (failure, Refusal::Unavailable),
            Unsettled::OutcomeUnknown(failure) => {
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
                if self.shared.database_is_up() {
                    log::error!("writes are refused until the database is back: {error}");
                }
                self.shared.set_database(Some(error.to_string()));
                // Whatever state the connection is in, a new one is in a good one.
                self.connection = None;
                refusal
            }
            Failure::Diverged(message) => self.diverge(&message),
            Failure::KeysDiverged(message) => {
                log::error!("the log of keys is not the one this node had ({message}); keys are loaded anew");
                self.reload();
                Refusal::Unavailable
            }
        }
    }

    /// Loads the log anew; returns whether that was possible.
    pub(super) fn reload(&mut self) -> bool {
        let today = self.shared.clock.now().date_naive();
        let loaded = connect(&mut self.connection, &self.database, &mut self.identity)
            .and_then(|connection| load(connection, today));
        match loaded {
            Ok(snapshot) => {
                self.shared.halted.set_if_any(snapshot.halt());
                self.shared.publish_anew(Arc::new(snapshot));
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
        self.shared.writing.store(false, Ordering::Relaxed);
        self.shared.news.close();
        if std::thread::panicking() {
            // Without its writer the service would refuse every write until someone noticed; restarted, it
            // is as it was, for nothing is kept but what is on disk.
            log::error!("the writer has panicked; the service stops, to be started again");
            std::process::abort();
        }
    }
}

/// Whether two writes may change the same record; one of a city may withdraw all that belongs to it.
fn overlap(one: &WriteRequest, other: &WriteRequest) -> bool {
    let (one, other) = (&one.key, &other.key);
    let is_city = |key: &RecordKey| key.kind() == Kind::City;
    one.city() == other.city() && (one == other || is_city(one) || is_city(other))
}

/// The connection there is, or a new one, to the database of that identity.
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
        vacant => Ok(vacant.insert(identity.connect(database)?)),
    }
}
