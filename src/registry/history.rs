//! Reads the past from the change log, through a separate connection pool. These calls block.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::r2d2::{ManageConnection, Pool};

use super::halt::Halt;
use super::refusal::Refusal;
use super::shared::Shared;
use crate::answers::records::ChangeAnswer;
use crate::record::{AsOf, Change, Dossier};
use crate::registry::limits::{LOG_STEP_MAX_ROWS, LOG_STEP_ROWS, POOL_CONNECTIONS, POOL_WAIT};
use crate::store::{self, AnyConnection, DatabaseUrl, Identity, LogRange, StoreError};

/// Opens connections for the pool to the database that was opened at start-up.
#[derive(Debug)]
struct Opener(DatabaseUrl, Identity);

impl ManageConnection for Opener {
    type Connection = AnyConnection;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        self.1.connect_another(&self.0)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        store::log::head(connection).map(drop).map_err(StoreError::from)
    }

    fn has_broken(&self, _connection: &mut AnyConnection) -> bool {
        // `is_valid` asks the database before each use.
        false
    }
}

/// Reads the log.
#[derive(Clone)]
pub struct History {
    pool: Pool<Opener>,
    /// What this node has seen of the log. Nothing else is shown.
    shared: Arc<Shared>,
}

impl History {
    pub(super) fn new(database: DatabaseUrl, identity: Identity, shared: Arc<Shared>) -> Self {
        let pool = Pool::builder()
            .max_size(POOL_CONNECTIONS)
            .min_idle(Some(0))
            .connection_timeout(POOL_WAIT)
            .error_handler(Box::new(SilentHandler))
            .build_unchecked(Opener(database, identity));
        History { pool, shared }
    }

    /// Reads entries with what each changed. Stops once their bodies, old and new, have `bytes` bytes.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] if the database cannot be reached.
    pub fn read(&self, range: &LogRange, bytes: usize) -> Result<Vec<ChangeAnswer>, Refusal> {
        self.with_same_log(|connection| {
            let read = read_page(connection, range, bytes)?;
            let answer = |(entry, before): (Change, Option<Change>)| {
                let is_redacted = entry.body.is_none();
                let redaction = is_redacted.then(|| store::log::find_redaction(connection, &entry)).transpose()?;
                let answer = ChangeAnswer::new(entry, before.as_ref()).map_err(StoreError::Corrupt)?;
                Ok(ChangeAnswer { redaction: redaction.flatten(), ..answer })
            };
            read.into_iter().map(answer).collect()
        })
    }

    /// Returns the dossier with full revisions after `cut`. Those that are not in memory are read from the log.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] if the log is needed and the database cannot be reached.
    pub fn restore<'d>(&self, dossier: &'d Dossier, cut: &AsOf) -> Result<Cow<'d, Dossier>, Refusal> {
        let mut restored = Cow::Borrowed(dossier);
        loop {
            let missing = restored.missing_entries(cut);
            if missing.is_empty() {
                return Ok(restored);
            }
            let entries = self.with_same_log(|connection| store::log::entries(connection, &missing))?;
            if entries.len() < missing.len() {
                // The log is not the one of this node; the writer reports that.
                return Err(Refusal::Unavailable);
            }
            // If a revision was redacted in the meantime, the revision before it takes its place.
            for entry in &entries {
                let result = restored.to_mut().restore(entry);
                result.map_err(|message| {
                    log::error!("the log cannot be read: {message}");
                    Refusal::Internal
                })?;
            }
        }
    }

    /// Counts the entries without a body.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] if the database cannot be reached.
    pub fn count_redacted(&self) -> Result<i64, Refusal> {
        self.with_connection(|connection| Ok(store::log::count_redacted(connection)?))
    }

    /// Reads the day of the last use of each key, by id.
    pub(super) fn last_uses(&self) -> Result<HashMap<String, NaiveDate>, Refusal> {
        self.with_connection(|connection| Ok(store::keys::last_uses(connection)?.into_iter().collect()))
    }

    /// Reads from the log, and checks that it is the log that this node has seen.
    fn with_same_log<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, Refusal> {
        let seen = self.shared.present().head.end();
        let read = self.with_connection(|connection| {
            let read = work(connection)?;
            Ok(store::log::contains(connection, &seen)?.then_some(read))
        })?;
        // The log is another one. The writer finds that too and reports it.
        read.ok_or(Refusal::Unavailable)
    }

    fn with_connection<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, Refusal> {
        self.shared.check_log_is_ours()?;
        // The content of another database is not what was recorded here.
        if let Some(halt) = self.shared.halted.get().filter(|halt| matches!(halt, Halt::Replaced(_))) {
            return Err(halt.refusal());
        }
        let mut connection = self.pool.get().map_err(|error| {
            log::warn!("the log cannot be read: {error}");
            Refusal::Unavailable
        })?;
        work(&mut connection).map_err(|error| {
            log::error!("the log cannot be read: {error}");
            if let Err(refusal) = self.shared.check_log_is_ours() {
                return refusal;
            }
            Halt::of(&error).map_or(Refusal::Unavailable, |halt| {
                let refusal = halt.refusal();
                self.shared.halted.set(halt);
                refusal
            })
        })
    }
}

/// Reads a few entries at a time, each with the entry of the revision before. Stops after `max_bytes` bytes, so a page
/// may end early.
fn read_page(
    connection: &mut AnyConnection,
    range: &LogRange,
    max_bytes: usize,
) -> Result<Vec<(Change, Option<Change>)>, StoreError> {
    let limit = range.limit.unwrap_or(i64::MAX);
    let mut entries = Vec::new();
    let (mut bytes, mut rows) = (0, LOG_STEP_ROWS);
    let mut remaining = range.clone();
    while bytes < max_bytes {
        let read = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        remaining.limit = Some((limit - read).min(rows));
        let batch = store::log::read(connection, &remaining)?;
        let Some(last) = batch.last() else { break };
        remaining.after = last.sequence;
        for entry in batch {
            if bytes < max_bytes {
                let before = store::log::predecessor(connection, &entry)?;
                // A short entry may follow a long one.
                let bodies = [&entry].into_iter().chain(&before).filter_map(|entry| entry.body.as_ref());
                bytes += bodies.map(String::len).sum::<usize>();
                entries.push((entry, before));
            }
        }
        // If the entries so far were small, the next step reads twice as many.
        if bytes < max_bytes / 4 {
            rows = (rows * 2).min(LOG_STEP_MAX_ROWS);
        }
    }
    Ok(entries)
}

/// Logs pool errors only for debugging: the writer already reports that the database is down.
#[derive(Debug)]
struct SilentHandler;

impl diesel::r2d2::HandleError<StoreError> for SilentHandler {
    fn handle_error(&self, error: StoreError) {
        log::debug!("the pool could not connect: {error}");
    }
}
