//! The only access to what is recorded: reads the present from memory, writes through to the store, and reads the past.

pub mod bulk;
pub mod clock;
mod concurrency;
mod confirmed;
mod failure;
mod feed;
mod follow;
mod fork;
mod fork_handling;
mod halt;
mod head_signer;
mod heartbeat;
mod history;
mod import_editions;
pub mod import_matching;
mod key_uses;
mod keyring;
pub mod limits;
mod listener;
mod lost;
mod outcome;
mod recent;
mod record_limit;
mod refusal;
mod relations;
mod reply;
mod request;
mod salvage;
mod shared;
mod signed_head;
mod snapshot;
mod staging;
mod succession;
mod successors;
mod thread;
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
pub use concurrency::{Queue, QueueSlot};
pub use feed::Streaming;
pub use fork::Fork;
pub use halt::Halt;
pub use history::History;
pub use keyring::Keyring;
pub use listener::Listener;
pub use outcome::{BatchOutcome, Written};
pub use refusal::Refusal;
pub use request::{Condition, Effect, Operation, WriteRequest};
pub use signed_head::Unsigned;
pub use snapshot::{CityEntry, CityLookup, NetworkEntry, Present, Snapshot};

use feed::News;
use halt::Halted;
use head_signer::Heads;
use heartbeat::Heartbeat;
use key_uses::KeyUses;
use listener::CatchUp;
use reply::Reply;
use shared::{LOG_AHEAD, Shared};
use staging::Staging;
use writer::{Command, Writer};

use crate::metrics::Metrics;
use crate::record::{Actor, CityId};
use crate::registry::limits::{FOLLOW_EVERY, KEY_LOOKUPS_PER_SECOND, LOG_PAGE_BYTES, WRITE_QUEUE, WRITE_WAIT};
use crate::store::Identity;

/// Which parts of the service work.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Health {
    /// Why the database is down; none while it is up.
    pub database: Option<String>,
    /// True if the writer has waited too long for the database.
    pub is_stalled: bool,
    /// Why writes have stopped until an operator acts; none while they go on.
    pub halt: Option<Halt>,
    /// True while the writer's thread runs.
    pub is_writer_running: bool,
    /// The fork of the log that prevents this node from writing; none if there is none.
    pub fork: Option<Arc<Fork>>,
    /// What is wrong with the clock or with the time of the log; none if nothing is.
    pub clock: Option<&'static str>,
}

/// What is recorded, and the way to change it. Cheap to clone.
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
    /// Opens a database, migrates it to the current schema and loads the present from its log. Starts the writer and
    /// the feed for listeners.
    ///
    /// # Errors
    /// Database errors. Wrong entries of the log are logged and left out, and they stop all writes.
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
        let fork = fork::find_open(&mut connection, &state_dir)?;
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
            is_writer_running: AtomicBool::new(true),
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
        thread::start("writer", move || writer.run(&queue))?;
        // Separate pools, so that new entries do not wait behind readers of the past.
        let open_history = || History::new(database.clone(), identity.clone(), Arc::clone(&shared));
        let history = open_history();
        thread::start("news", move || news.feed(|range| history.read(range, LOG_PAGE_BYTES).unwrap_or_default()))?;
        let quota = Quota::per_second(NonZeroU32::new(KEY_LOOKUPS_PER_SECOND).unwrap_or(NonZeroU32::MIN));
        Ok(Registry {
            history: open_history(),
            catch_up: CatchUp::new(open_history()),
            shared,
            commands,
            lookups: Arc::new(RateLimiter::direct(quota)),
            key_uses: Arc::new(KeyUses::start(database, identity.clone())?),
        })
    }

    /// The current snapshot.
    #[must_use]
    pub fn present(&self) -> Arc<Snapshot> {
        self.shared.present()
    }

    /// The current time.
    #[must_use]
    pub fn now(&self) -> DateTime<Utc> {
        self.shared.clock.now()
    }

    /// The current day, UTC.
    #[must_use]
    pub fn today(&self) -> NaiveDate {
        self.now().date_naive()
    }

    /// Which parts of the service work.
    #[must_use]
    pub fn health(&self) -> Health {
        let database = self.shared.database.load().as_ref().clone();
        Health {
            database,
            halt: self.shared.halted.get().cloned(),
            is_stalled: self.shared.heartbeat.is_stalled(),
            is_writer_running: self.shared.is_writer_running.load(Ordering::Relaxed),
            fork: self.shared.fork(),
            clock: self.shared.clock.warning().or_else(|| self.shared.is_ahead().then_some(LOG_AHEAD)),
        }
    }

    /// The counters.
    #[must_use]
    pub fn counters(&self) -> &Metrics {
        &self.shared.metrics
    }

    /// The counters, with gauges set to the current state.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        let Health { database, halt, is_stalled, is_writer_running, fork, clock: _ } = self.health();
        let (metrics, present) = (&self.shared.metrics, self.present());
        metrics.sequence.set(present.head.number);
        metrics.cities.set(i64::try_from(present.present().count()).unwrap_or(i64::MAX));
        metrics.database_up.set(i64::from(database.is_none() && halt.is_none()));
        metrics.database_stalled.set(i64::from(is_stalled));
        metrics.log_diverged.set(i64::from(fork.is_some()));
        metrics.writer_up.set(i64::from(is_writer_running));
        #[allow(clippy::cast_precision_loss, reason = "seconds since 1970 are far below 2 to the 52nd")]
        metrics.last_entry_time.set(present.recorded_at.timestamp() as f64);
        metrics
    }

    /// Executes a write. After `Ok` the write is on disk and readable.
    ///
    /// # Errors
    /// Why it was not done.
    pub async fn write(&self, request: WriteRequest) -> Result<Written, Refusal> {
        self.submit(|reply| Command::Write(request, reply)).await
    }

    /// Executes all writes in one transaction, or none if one of them is refused.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`], [`Refusal::Busy`] or [`Refusal::Internal`]. The refusal of a single write is part of
    /// the outcome.
    pub async fn write_atomically(
        &self,
        requests: Vec<WriteRequest>,
        mark: Option<Mark>,
    ) -> Result<BatchOutcome, Refusal> {
        self.submit(|reply| Command::WriteAtomically(requests, mark, reply)).await
    }

    /// The outcome that [`write_atomically`](Registry::write_atomically) would have on `before`. Changes nothing.
    #[must_use]
    pub fn rehearse(&self, before: Arc<Snapshot>, requests: &[WriteRequest]) -> BatchOutcome {
        let now = self.now();
        let mut staging = Staging::new(Snapshot::clone(&before));
        let outcomes = requests.iter().map(|request| staging.execute(request, now)).collect();
        BatchOutcome { done: false, repeated: false, outcomes, after: Arc::new(staging.finish()), before }
    }

    /// Creates a key and returns it with its secret.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] or [`Refusal::Busy`].
    pub async fn create_key(&self, new: NewKey, by: Actor) -> Result<(Key, String), Refusal> {
        self.submit(|reply| Command::CreateKey(new, by, reply)).await
    }

    /// Gives a key a new secret and returns both; none if there is no such key or it is revoked.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] or [`Refusal::Busy`].
    pub async fn rotate_key(
        &self,
        id: String,
        rotation: Rotation,
        by: Actor,
    ) -> Result<Option<(Key, String)>, Refusal> {
        self.submit(|reply| Command::RotateKey(id, rotation, by, reply)).await
    }

    /// Revokes a key. Returns true if it was valid until then.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] or [`Refusal::Busy`].
    pub async fn revoke_key(&self, id: String, reason: Option<String>, by: Actor) -> Result<bool, Refusal> {
        self.submit(|reply| Command::RevokeKey(id, reason, by, reply)).await
    }

    /// Finds the key with this secret and checks that it may be used now. A key just created elsewhere is found too.
    ///
    /// No key is accepted while the database is unreachable. Another node may have revoked it, and this node could not
    /// know.
    ///
    /// # Errors
    /// [`Refusal::KeyRefused`], and [`Refusal::Unavailable`] if the database cannot be reached.
    pub async fn key(&self, secret: &str) -> Result<Arc<Key>, Refusal> {
        let Some(hash) = crate::store::secret::hash(secret) else {
            return Err(Refusal::KeyRefused("this is not a key, or a part of it is missing or mistyped".to_owned()));
        };
        let known = self.present().keyring.find(&hash, self.now());
        if let Some(Err(refusal)) = known {
            return Err(refusal);
        }
        self.shared.check_may_write()?;
        if !self.shared.is_database_available() {
            return Err(Refusal::Unavailable);
        }
        if let Some(known) = known {
            return known;
        }
        let unknown = || Err(Refusal::KeyRefused("the key is unknown".to_owned()));
        // Guessed keys must not keep the database busy.
        if self.lookups.check().is_err() {
            return unknown();
        }
        self.submit(Command::Refresh).await?;
        self.present().keyring.find(&hash, self.now()).unwrap_or_else(unknown)
    }

    /// Records that a key is used today.
    pub fn mark_used(&self, key: &Key) {
        self.key_uses.add(&key.id, self.today());
    }

    /// Lists every key in order of creation, with the day of its last use on any node. Blocks on the database.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] if the database, which has these days, cannot be reached.
    pub fn keys(&self, history: &History) -> Result<Vec<Key>, Refusal> {
        let uses = history.last_uses()?;
        let with_use = |key: &Arc<Key>| {
            let stored = uses.get(&key.id).copied();
            Key { last_used_on: self.key_uses.last(&key.id, stored), ..Key::clone(key) }
        };
        Ok(self.present().keyring.all().map(with_use).collect())
    }

    /// Opens a stream of the log after an entry or, without one, from the next entry on, for all cities or for one. An
    /// entry that the log does not have, because it lost its end, counts as its last entry.
    ///
    /// # Errors
    /// [`Refusal::Busy`] if there are too many listeners, or too many resume at once. [`Refusal::Unavailable`] if the
    /// log is needed and the database cannot be reached.
    pub async fn listen(&self, address: IpAddr, after: Option<i64>, city: Option<CityId>) -> Result<Listener, Refusal> {
        Listener::open(&self.shared.news, (self.catch_up.clone(), address), after, city).await
    }

    /// Ends all streams, because the service stops.
    pub fn stop_listening(&self) {
        self.shared.news.close();
    }

    /// Sends a command to the writer and waits for the reply. A refusal before that means that it never ran and never
    /// will.
    async fn submit<T>(&self, command: impl FnOnce(Reply<T>) -> Command) -> Result<T, Refusal> {
        self.shared.check_may_write()?;
        if self.shared.heartbeat.is_stalled() {
            return Err(Refusal::Unavailable);
        }
        let (reply, pending) = reply::channel();
        self.commands.try_send(command(reply)).map_err(|error| match error {
            TrySendError::Full(_) => Refusal::Busy,
            TrySendError::Disconnected(_) => Refusal::Internal,
        })?;
        pending.answer().await
    }

    /// The reader of the log, whose calls block on the database; refused while the database does not respond.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`].
    pub fn history(&self) -> Result<&History, Refusal> {
        if self.shared.is_database_available() { Ok(&self.history) } else { Err(Refusal::Unavailable) }
    }

    /// Waits for `work`, which needs the database, but no longer than the database responds.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] once it does not respond, or after the longest wait of a write.
    pub async fn while_available<T>(&self, work: impl Future<Output = T>) -> Result<T, Refusal> {
        let (mut work, start) = (std::pin::pin!(work), Instant::now());
        while self.shared.is_database_available() && start.elapsed() < WRITE_WAIT {
            if let Ok(done) = tokio::time::timeout(FOLLOW_EVERY, &mut work).await {
                return Ok(done);
            }
        }
        Err(Refusal::Unavailable)
    }
}
