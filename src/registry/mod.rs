//! The one door to what is recorded: read the present from memory, write through to the store, ask for the past.

pub mod arrival;
pub mod bulk;
pub mod clock;
mod confirmed;
mod follow;
mod fork;
mod halt;
mod heads;
mod heartbeat;
mod history;
mod key_uses;
mod keyring;
pub mod limits;
mod listener;
mod lost;
mod news;
mod queue;
mod recent;
mod relations;
mod reply;
mod request;
mod room;
mod salvage;
mod shared;
mod snapshot;
mod staging;
mod states;
mod succession;
mod touched;
mod transaction;
mod writer;

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{SyncSender, TrySendError, sync_channel};
use std::time::Instant;

use arc_swap::{ArcSwap, ArcSwapOption};
use chrono::{DateTime, NaiveDate, Utc};
use governor::{DefaultDirectRateLimiter, Quota, RateLimiter};

pub use crate::answers::latest::Latest;
pub use crate::store::idempotency::Mark;
pub use crate::store::{DatabaseUrl, Key, LogRange, NewKey, Role, Rotation, StoreError};
pub use clock::Clock;
pub use fork::Fork;
pub use halt::Halt;
pub use heads::Unsigned;
pub use history::History;
pub use keyring::Keyring;
pub use listener::Listener;
pub use news::Streaming;
pub use queue::{Queue, QueueSlot};
pub use request::{BatchOutcome, Condition, Operation, Refusal, WriteRequest, Written};
pub use snapshot::{CityEntry, CityLookup, NetworkEntry, Present, Snapshot};
pub use staging::Effect;

use halt::Halted;
use heads::Heads;
use heartbeat::Heartbeat;
use key_uses::KeyUses;
use listener::CatchUp;
use news::News;
use reply::Reply;
use shared::{LOG_AHEAD, Shared};
use staging::Staging;
use writer::{Command, Writer};

use crate::metrics::Metrics;
use crate::record::{Actor, CityId};
use crate::registry::limits::{FOLLOW_EVERY, KEY_LOOKUPS_PER_SECOND, WRITE_QUEUE, WRITE_WAIT};
use crate::store::Identity;

/// Which parts of the service are up.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Why the database is down; none while it is up.
    pub database: Option<String>,
    /// Whether the database has let the writer wait for too long.
    pub is_stalled: bool,
    /// Why writes have stopped until an operator acts; none while they have not.
    pub halt: Option<Halt>,
    /// Whether the writer's thread runs.
    pub writer: bool,
    /// The fork of the log that keeps this node from writing; none while the log is whole.
    pub fork: Option<Arc<Fork>>,
    /// What is wrong with the clock, or with the time of the log; none while nothing is.
    pub clock: Option<&'static str>,
}

/// What is recorded, and the way to change it; cheap to clone.
#[derive(Clone)]
pub struct Registry {
    shared: Arc<Shared>,
    commands: SyncSender<Command>,
    history: History,
    catch_up: CatchUp,
    lookups: Arc<DefaultDirectRateLimiter>,
    key_uses: Arc<KeyUses>,
}

impl Registry {
    /// Opens a database, brings it to this version, loads the present from its log and starts the writer and the
    /// feed of those who listen.
    ///
    /// # Errors
    /// Those of the database. Entries of the log that are wrong are told, left out, and keep everyone from writing.
    pub fn open(
        database: &DatabaseUrl,
        clock: Clock,
        streaming: Streaming,
        state_dir: Option<PathBuf>,
    ) -> Result<Self, StoreError> {
        let mut connection = database.connect()?;
        let halted = Halted::default();
        salvage::migrate_if_sound(&mut connection, &halted)?;
        let heads = Heads::open(&mut connection, clock.now());
        let state_dir = state_dir.unwrap_or_else(|| database.directory());
        let fork = fork::found_before(&mut connection, &state_dir)?;
        let snapshot = follow::load(&mut connection, clock.now().date_naive())?;
        let identity = Identity::of(database, &mut connection)?;
        halted.set_if_any(snapshot.halt());
        let news = Arc::new(News::new(snapshot.head.number, streaming));
        snapshot.edition.begin(clock.now(), None);
        let shared = Arc::new(Shared {
            news: Arc::clone(&news),
            snapshot: ArcSwap::from_pointee(snapshot),
            database: ArcSwap::from_pointee(None),
            halted,
            writing: AtomicBool::new(true),
            heartbeat: Heartbeat::new(),
            metrics: Metrics::default(),
            clock,
            fork: ArcSwapOption::from(fork.map(Arc::new)),
            heads,
            state_dir,
        });
        if shared.is_ahead() {
            log::error!("{LOG_AHEAD}: {}", shared.present().recorded_at);
        }
        let (commands, queue) = sync_channel(WRITE_QUEUE);
        let writer = Writer::new(database.clone(), connection, identity.clone(), Arc::clone(&shared));
        thread("writer", move || writer.run(&queue))?;
        // With a pool of its own, so that what is new does not wait behind those who read the past.
        let of_the_past = || History::new(database.clone(), identity.clone(), Arc::clone(&shared));
        let history = of_the_past();
        thread("news", move || news.feed(&history))?;
        let quota = Quota::per_second(NonZeroU32::new(KEY_LOOKUPS_PER_SECOND).unwrap_or(NonZeroU32::MIN));
        Ok(Registry {
            history: of_the_past(),
            catch_up: CatchUp::new(of_the_past()),
            shared,
            commands,
            lookups: Arc::new(RateLimiter::direct(quota)),
            key_uses: Arc::new(KeyUses::start(database, identity.clone())?),
        })
    }

    /// The present.
    #[must_use]
    pub fn present(&self) -> Arc<Snapshot> {
        self.shared.present()
    }

    /// The time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    /// The day.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Which parts are up.
    #[must_use]
    pub fn health(&self) -> Health {
        let database = self.shared.database.load().as_ref().clone();
        Health {
            database,
            halt: self.shared.halted.get().cloned(),
            is_stalled: self.shared.heartbeat.is_stalled(),
            writer: self.shared.writing.load(Ordering::Relaxed),
            fork: self.shared.fork(),
            clock: self.shared.clock.complaint().or_else(|| self.shared.is_ahead().then_some(LOG_AHEAD)),
        }
    }

    /// What is counted.
    #[must_use]
    pub fn counters(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// What is counted, with the state of things as it is now.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        let Health { database, halt, is_stalled, writer, fork, clock: _ } = self.health();
        let (metrics, present) = (&self.shared.metrics, self.present());
        metrics.sequence.set(present.head.number);
        metrics.cities.set(i64::try_from(present.present().count()).unwrap_or(i64::MAX));
        metrics.database_up.set(i64::from(database.is_none() && halt.is_none()));
        metrics.database_stalled.set(i64::from(is_stalled));
        metrics.log_diverged.set(i64::from(fork.is_some()));
        metrics.writer_up.set(i64::from(writer));
        #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2 to the 52nd")]
        metrics.last_entry_time.set(present.recorded_at.timestamp() as f64);
        metrics
    }

    /// Does a write; an answer without an error means that it is on disk and readable.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn write(&self, request: WriteRequest) -> Result<Written, Refusal> {
        self.ask(|reply| Command::Write(request, reply)).await
    }

    /// Does all of the writes in one transaction or, when one of them is refused, none.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`], [`Refusal::Busy`] or [`Refusal::Internal`]; what is refused of a single write
    /// stands with its outcome.
    pub async fn write_together(
        &self,
        requests: Vec<WriteRequest>,
        mark: Option<Mark>,
    ) -> Result<BatchOutcome, Refusal> {
        self.ask(|reply| Command::WriteTogether(requests, mark, reply)).await
    }

    /// What [`write_together`](Registry::write_together) would have done to `before`; nothing is changed.
    #[must_use]
    pub fn rehearse(&self, before: Arc<Snapshot>, requests: &[WriteRequest]) -> BatchOutcome {
        let now = self.now();
        let mut staging = Staging::new(Snapshot::clone(&before));
        let outcomes = requests.iter().map(|request| staging.execute(request, now)).collect();
        BatchOutcome { done: false, repeated: false, outcomes, after: Arc::new(staging.finish()), before }
    }

    /// Makes a key and returns it with its secret.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] or [`Refusal::Busy`].
    pub async fn create_key(&self, new: NewKey, by: Actor) -> Result<(Key, String), Refusal> {
        self.ask(|reply| Command::CreateKey(new, by, reply)).await
    }

    /// Gives a key a new secret and returns it with that; none if it was revoked.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] or [`Refusal::Busy`].
    pub async fn rotate_key(&self, id: String, how: Rotation, by: Actor) -> Result<Option<(Key, String)>, Refusal> {
        self.ask(|reply| Command::RotateKey(id, how, by, reply)).await
    }

    /// Revokes a key; returns whether it was valid until then.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] or [`Refusal::Busy`].
    pub async fn revoke_key(&self, id: String, reason: Option<String>, by: Actor) -> Result<bool, Refusal> {
        self.ask(|reply| Command::RevokeKey(id, reason, by, reply)).await
    }

    /// The key with this secret, if it may be used now; one made elsewhere a moment ago is found too.
    ///
    /// While the database is away no key is taken: whether it still holds could not be told, and this node would go on
    /// with one that was revoked on another.
    ///
    /// # Errors
    /// [`Refusal::KeyRefused`], and [`Refusal::Unavailable`] when the database cannot be asked.
    pub async fn key(&self, secret: &str) -> Result<Arc<Key>, Refusal> {
        let Some(hash) = crate::store::secret::hash(secret) else {
            return Err(Refusal::KeyRefused("this is no key, or a part of it is missing or mistyped".to_owned()));
        };
        let known = self.present().keyring.find(&hash, self.now());
        if let Some(Err(refusal)) = known {
            return Err(refusal);
        }
        self.shared.check_may_write()?;
        if !self.shared.database_is_at_hand() {
            return Err(Refusal::Unavailable);
        }
        if let Some(known) = known {
            return known;
        }
        let unknown = || Err(Refusal::KeyRefused("the key is unknown".to_owned()));
        // Guessing at keys must not keep the database busy.
        if self.lookups.check().is_err() {
            return unknown();
        }
        self.ask(Command::Refresh).await?;
        self.present().keyring.find(&hash, self.now()).unwrap_or_else(unknown)
    }

    /// Notes that a key is used today.
    pub fn note_use(&self, key: &Key) {
        self.key_uses.note(&key.id, self.today());
    }

    /// Every key, in the order they were made, each with the day of its last use on any node; waits for the database.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the database, which has these days, cannot be reached.
    pub fn keys(&self, history: &History) -> Result<Vec<Key>, Refusal> {
        let uses = history.last_uses()?;
        let with_use = |key: &Arc<Key>| {
            let stored = uses.get(&key.id).copied();
            Key { last_used_on: self.key_uses.last(&key.id, stored), ..Key::clone(key) }
        };
        Ok(self.present().keyring.all().map(with_use).collect())
    }

    /// Listens to the log after an entry or, without one, from now on: to all of it, or to what is of one city. An
    /// entry that the log does not have, because it has lost its end, is taken for its last one.
    ///
    /// # Errors
    /// [`Refusal::Busy`] when as many listen as may, or come back at once; [`Refusal::Unavailable`] when the log has to be read first and
    /// the database cannot be reached.
    pub async fn listen(&self, address: IpAddr, after: Option<i64>, city: Option<CityId>) -> Result<Listener, Refusal> {
        Listener::open(&self.shared.news, (self.catch_up.clone(), address), after, city).await
    }

    /// Ends the streams of all who listen, for the service stops.
    pub fn stop_listening(&self) {
        self.shared.news.close();
    }

    /// Asks the writer, unless it could only wait: what is refused here was not begun and never will be.
    async fn ask<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Refusal> {
        self.shared.check_may_write()?;
        if self.shared.heartbeat.is_stalled() {
            return Err(Refusal::Unavailable);
        }
        let (reply, pending) = reply::reply();
        self.commands.try_send(command(reply)).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::Busy,
            TrySendError::Disconnected(_) => Refusal::Internal,
        })?;
        pending.answer().await
    }

    /// The reader of the log, who is made to wait for the database; none while it does not answer.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub fn history(&self) -> Result<&History, Refusal> {
        if self.shared.database_is_at_hand() { Ok(&self.history) } else { Err(Refusal::Unavailable) }
    }

    /// Waits for what waits for the database, but no longer than the database answers.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] once it does not.
    pub async fn while_at_hand<T>(&self, work: impl Future<Output = T>) -> Result<T, Refusal> {
        let (mut work, begin) = (std::pin::pin!(work), Instant::now());
        while self.shared.database_is_at_hand() && begin.elapsed() < WRITE_WAIT {
            if let Ok(done) = tokio::time::timeout(FOLLOW_EVERY, &mut work).await {
                return Ok(done);
            }
        }
        Err(Refusal::Unavailable)
    }
}

fn thread(name: &str, work: impl FnOnce() + Send + 'static) -> Result<(), StoreError> {
    let started = std::thread::Builder::new().name(name.to_owned()).spawn(work);
    started.map(drop).map_err(|error| StoreError::Migration(format!("no thread for the {name}: {error}")))
}
