//! The one writer of a node: group commit, and keeping up with what other nodes write.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::sync::mpsc::{Receiver, RecvTimeoutError};

use tokio::sync::oneshot;

use super::keyring::Keyring;
use super::snapshot::Snapshot;
use super::staging::{Effect, Staging};
use super::{Refusal, Shared, Together, WriteRequest, Written};
use crate::record::Kind;
use crate::record::limits::{FOLLOW_EVERY, WRITE_BATCH};
use crate::store::{self, AnyConnection, DatabaseUrl, Head, Key, NewKey, StoreError};

/// What the writer is asked for.
pub(super) enum Command {
    /// A change of a record.
    Write(WriteRequest, oneshot::Sender<Result<Written, Refusal>>),
    /// Changes of which all are done or none.
    WriteTogether(Vec<WriteRequest>, oneshot::Sender<Result<Together, Refusal>>),
    /// A new key; answered with its secret.
    CreateKey(NewKey, oneshot::Sender<Result<(Key, String), Refusal>>),
    /// The end of a key; answered with whether it was valid until then.
    RevokeKey(String, oneshot::Sender<Result<bool, Refusal>>),
    /// To look at once whether the database has news.
    Refresh(oneshot::Sender<Result<(), Refusal>>),
}

/// What keeps a batch from being written.
#[derive(Debug, thiserror::Error)]
pub(super) enum Failure {
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The log is not the one that this node had: a failover lost commits, or someone wrote by hand.
    #[error("the log does not continue the one this node had: {0}")]
    Diverged(String),
}

impl From<diesel::result::Error> for Failure {
    fn from(error: diesel::result::Error) -> Self {
        Failure::Store(error.into())
    }
}

/// The writer's thread.
pub(super) struct Writer {
    database: DatabaseUrl,
    connection: Option<AnyConnection>,
    shared: Arc<Shared>,
}

impl Writer {
    pub(super) fn new(database: DatabaseUrl, connection: AnyConnection, shared: Arc<Shared>) -> Self {
        Writer { database, connection: Some(connection), shared }
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
                Command::WriteTogether(requests, reply) => {
                    let outcome = self.write_together(&requests);
                    answer(reply, outcome);
                }
                Command::CreateKey(new, reply) => {
                    let now = (self.shared.clock)();
                    let outcome = self.with_connection(|c| store::keys::create(c, new, now));
                    // The answer waits until the key works, and is listed, here too.
                    self.look();
                    answer(reply, outcome);
                }
                Command::RevokeKey(id, reply) => {
                    let now = (self.shared.clock)();
                    let outcome = self.with_connection(|c| store::keys::revoke(c, &id, now));
                    self.look();
                    answer(reply, outcome);
                }
                Command::Refresh(reply) => {
                    self.look();
                    let outcome = if self.shared.database_is_up() { Ok(()) } else { Err(Refusal::Unavailable) };
                    answer(reply, outcome);
                }
            }
        }
        self.write(writes);
    }

    /// Writes what is waiting in one transaction; if one statement of it fails, one by one, so that a
    /// bad request fails alone.
    fn write(&mut self, writes: Vec<(WriteRequest, oneshot::Sender<Result<Written, Refusal>>)>) {
        if writes.is_empty() {
            return;
        }
        let (requests, replies): (Vec<_>, Vec<_>) = writes.into_iter().unzip();
        match self.commit(&requests) {
            Ok((snapshot, effects)) => {
                let snapshot = Arc::new(snapshot);
                self.shared.publish(Arc::clone(&snapshot));
                for (reply, effect) in replies.into_iter().zip(effects) {
                    answer(reply, effect.map(|effect| Written { effect, snapshot: Arc::clone(&snapshot) }));
                }
            }
            Err(Failure::Store(error)) if error.is_constraint() && requests.len() > 1 => {
                for write in requests.into_iter().zip(replies) {
                    self.write(vec![write]);
                }
            }
            Err(failure) => {
                let refusal = self.note(failure);
                for reply in replies {
                    answer(reply, Err(refusal.clone()));
                }
            }
        }
    }

    /// Checks and appends the requests in one transaction; what it returns is on disk.
    #[allow(clippy::type_complexity, reason = "used once, and told by the line above")]
    fn commit(&mut self, requests: &[WriteRequest]) -> Result<(Snapshot, Vec<Result<Effect, Refusal>>), Failure> {
        let present = self.shared.present();
        let now = (self.shared.clock)();
        let connection = connect(&mut self.connection, &self.database)?;
        store::transaction(connection, |connection| {
            let head = store::log::lock(connection)?;
            let mut staging = Staging::new(Snapshot::clone(&present));
            catch_up(connection, &mut staging, &present, &head)?;
            let effects = requests.iter().map(|request| staging.execute(request, now)).collect();
            staging.save(connection, &head)?;
            Ok((staging.finish(), effects))
        })
    }

    /// Does all of the requests in one transaction, or none of them.
    fn write_together(&mut self, requests: &[WriteRequest]) -> Result<Together, Refusal> {
        let present = self.shared.present();
        let now = (self.shared.clock)();
        let connection = connect(&mut self.connection, &self.database);
        let done = connection.map_err(Failure::from).and_then(|connection| {
            store::transaction(connection, |connection| {
                let head = store::log::lock(connection)?;
                let mut staging = Staging::new(Snapshot::clone(&present));
                catch_up(connection, &mut staging, &present, &head)?;
                let before = Arc::new(staging.finish());
                let mut staging = Staging::new(Snapshot::clone(&before));
                let outcomes: Vec<_> = requests.iter().map(|request| staging.execute(request, now)).collect();
                let done = outcomes.iter().all(Result::is_ok);
                if done {
                    staging.save(connection, &head)?;
                }
                Ok(Together { done, outcomes, after: Arc::new(staging.finish()), before })
            })
        });
        let together = done.map_err(|failure| self.note(failure))?;
        // Whoever was refused for what another node wrote must see that before they try again.
        let known = if together.done { &together.after } else { &together.before };
        self.shared.publish(Arc::clone(known));
        Ok(together)
    }

    /// Takes over what other nodes, or the command line, have written.
    fn look(&mut self) {
        let present = self.shared.present();
        let looked = connect(&mut self.connection, &self.database).map_err(Failure::from).and_then(|connection| {
            let head = store::log::head(connection)?;
            if head == present.head {
                return Ok(None);
            }
            let mut staging = Staging::new(Snapshot::clone(&present));
            catch_up(connection, &mut staging, &present, &head)?;
            Ok(Some(staging.finish()))
        });
        match looked {
            Ok(news) => {
                if let Some(snapshot) = news {
                    self.shared.publish(Arc::new(snapshot));
                }
                self.shared.set_database(None);
            }
            Err(failure) => drop(self.note(failure)),
        }
    }

    /// Judges everything anew once the day has changed.
    fn turn_day(&self) {
        let (present, today) = (self.shared.present(), (self.shared.clock)().date_naive());
        if present.judged_on != today {
            log::info!("judging as of {today}");
            self.shared.publish(Arc::new(present.judged(today)));
        }
    }

    fn with_connection<T>(
        &mut self,
        work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>,
    ) -> Result<T, Refusal> {
        let done = connect(&mut self.connection, &self.database).and_then(work);
        done.map_err(|error| self.note(Failure::Store(error)))
    }

    /// Says what went wrong, where it belongs, and what the client is told.
    fn note(&mut self, failure: Failure) -> Refusal {
        match failure {
            Failure::Store(error) if error.is_constraint() => {
                log::error!("a write that passed every check was refused by the database: {error}");
                Refusal::Internal
            }
            Failure::Store(error) => {
                if self.shared.database_is_up() {
                    log::error!("writes are refused until the database is back: {error}");
                }
                self.shared.set_database(Some(error.to_string()));
                // Whatever state the connection is in, a new one is in a good one.
                self.connection = None;
                Refusal::Unavailable
            }
            Failure::Diverged(told) => {
                log::error!(
                    "the log is not the one this node had ({told}); it is loaded anew, and writes wait for that"
                );
                self.reload();
                Refusal::Unavailable
            }
        }
    }

    fn reload(&mut self) {
        let today = (self.shared.clock)().date_naive();
        let loaded = connect(&mut self.connection, &self.database).and_then(|connection| load(connection, today));
        match loaded {
            Ok(snapshot) => self.shared.publish_anew(Arc::new(snapshot)),
            Err(error) => {
                log::error!("the log could not be loaded: {error}");
                self.shared.set_database(Some(error.to_string()));
                self.connection = None;
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
    one.city == other.city && (one == other || one.kind == Kind::City || other.kind == Kind::City)
}

/// A client that has gone away does not wait for its answer.
fn answer<T>(reply: oneshot::Sender<Result<T, Refusal>>, outcome: Result<T, Refusal>) {
    drop(reply.send(outcome));
}

fn connect<'a>(
    connection: &'a mut Option<AnyConnection>,
    database: &DatabaseUrl,
) -> Result<&'a mut AnyConnection, StoreError> {
    match connection {
        Some(connection) => Ok(connection),
        vacant => Ok(vacant.insert(database.connect()?)),
    }
}

/// Applies to `staging` what was written after `present`.
pub(super) fn catch_up(
    connection: &mut AnyConnection,
    staging: &mut Staging,
    present: &Snapshot,
    head: &Head,
) -> Result<(), Failure> {
    let behind = head.number > present.head.number;
    if !behind && (head.number, &head.hash) != (present.head.number, &present.head.hash) {
        return Err(Failure::Diverged(format!(
            "it ended with entry {}, now with {}",
            present.head.number, head.number
        )));
    }
    if behind {
        let mut diverged = None;
        store::log::follow(connection, present.head.number, |change| {
            if diverged.is_none() {
                diverged = staging.follow(&change).err();
            }
            Ok(())
        })?;
        if let Some(told) = diverged {
            return Err(Failure::Diverged(told));
        }
    }
    if head.keys != present.head.keys {
        staging.set_keys(Keyring::new(store::keys::list(connection)?), head.keys);
    }
    Ok(())
}

/// Builds the present from the whole log.
///
/// # Errors
/// Those of the database, and [`StoreError::Corrupt`] for the first entry that is wrong.
pub(super) fn load(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Snapshot, StoreError> {
    staged(connection, today).map(Staging::finish)
}

/// The same where nobody reads it: nothing is judged.
///
/// # Errors
/// Those of [`load`].
pub(super) fn load_unread(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Snapshot, StoreError> {
    staged(connection, today).map(Staging::finish_unread)
}

fn staged(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Staging, StoreError> {
    let head = store::log::head(connection)?;
    let mut staging = Staging::new(Snapshot::empty(today));
    store::log::follow(connection, 0, |change| staging.follow(&change).map_err(StoreError::Corrupt))?;
    staging.set_keys(Keyring::new(store::keys::list(connection)?), head.keys);
    Ok(staging)
}
