//! The past as it was written: entries of the change log, read through a pool of its own. Whoever reads is made to wait.

use std::borrow::Cow;
use std::collections::HashMap;
use std::sync::Arc;

use chrono::NaiveDate;
use diesel::r2d2::{ManageConnection, Pool};

use super::halt::Halt;
use super::{Refusal, Shared};
use crate::answers::records::ChangeAnswer;
use crate::record::{AsOf, Change, Dossier};
use crate::registry::limits::{LOG_STEP_MOST_ROWS, LOG_STEP_ROWS, POOL_CONNECTIONS, POOL_WAIT};
use crate::store::{self, AnyConnection, DatabaseUrl, Identity, LogRange, StoreError};

/// Opens connections for the pool, to the database that was opened at the start.
#[derive(Debug)]
struct Opener(DatabaseUrl, Identity);

impl ManageConnection for Opener {
    type Connection = AnyConnection;
    type Error = StoreError;

    fn connect(&self) -> Result<AnyConnection, StoreError> {
        self.1.connect_beside(&self.0)
    }

    fn is_valid(&self, connection: &mut AnyConnection) -> Result<(), StoreError> {
        store::log::head(connection).map(drop).map_err(StoreError::from)
    }

    fn has_broken(&self, _connection: &mut AnyConnection) -> bool {
        // `is_valid` asks the database itself before each use.
        false
    }
}

/// The reader of the log.
#[derive(Clone)]
pub struct History {
    pool: Pool<Opener>,
    /// What this node has seen of the log: nothing else is shown as the log.
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

    /// Reads entries with what each changed, and no more once they have so many bytes, what was before included.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the database cannot be reached.
    pub fn read(&self, range: &LogRange, bytes: usize) -> Result<Vec<ChangeAnswer>, Refusal> {
        self.with_our_log(|connection| {
            let read = page(connection, range, bytes)?;
            let answer = |(entry, before): (Change, Option<Change>)| {
                let is_redacted = entry.body.is_none();
                let redaction = is_redacted.then(|| store::log::redaction_of(connection, &entry)).transpose()?;
                let answer = ChangeAnswer::new(entry, before.as_ref()).map_err(StoreError::Corrupt)?;
                Ok(ChangeAnswer { redaction: redaction.flatten(), ..answer })
            };
            read.into_iter().map(answer).collect()
        })
    }

    /// The dossier with what was known after `cut` whole: what is not kept in memory is read from the log.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the log would have to be read and the database cannot be reached.
    pub fn restored<'d>(&self, dossier: &'d Dossier, cut: &AsOf) -> Result<Cow<'d, Dossier>, Refusal> {
        let mut restored = Cow::Borrowed(dossier);
        loop {
            let missing = restored.missing_entries(cut);
            if missing.is_empty() {
                return Ok(restored);
            }
            let entries = self.with_our_log(|connection| store::log::entries(connection, &missing))?;
            if entries.len() < missing.len() {
                // The log is not the one that this node has: the writer says so.
                return Err(Refusal::Unavailable);
            }
            // What was redacted meanwhile gives way to what was known before it.
            for entry in &entries {
                let put_back = restored.to_mut().restore(entry);
                put_back.map_err(|message| {
                    log::error!("the log cannot be read: {message}");
                    Refusal::Internal
                })?;
            }
        }
    }

    /// Counts the entries whose bodies were taken out.
    ///
    /// # Errors
    /// [`Refusal::Unavailable`] when the database cannot be reached.
    pub fn redacted(&self) -> Result<i64, Refusal> {
        self.with_connection(|connection| Ok(store::log::redacted(connection)?))
    }

    /// The day of the last use of each key, by its id.
    pub(super) fn last_uses(&self) -> Result<HashMap<String, NaiveDate>, Refusal> {
        self.with_connection(|connection| Ok(store::keys::last_uses(connection)?.into_iter().collect()))
    }

    /// Reads what counts only if the log is the one that this node has seen.
    fn with_our_log<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, Refusal> {
        let seen = self.shared.present().head.end();
        let read = self.with_connection(|connection| {
            let read = work(connection)?;
            Ok(store::log::has(connection, &seen)?.then_some(read))
        })?;
        // The log is another one: the writer finds the same at its next look, and says so.
        read.ok_or(Refusal::Unavailable)
    }

    fn with_connection<T>(&self, work: impl FnOnce(&mut AnyConnection) -> Result<T, StoreError>) -> Result<T, Refusal> {
        self.shared.check_log_is_ours()?;
        // What stands in another database is not what was recorded here.
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

/// Reads entries a few at a time, each with the one that made the revision before, and keeps no more once they are
/// many bytes: a page may end early.
fn page(
    connection: &mut AnyConnection,
    range: &LogRange,
    most: usize,
) -> Result<Vec<(Change, Option<Change>)>, StoreError> {
    let asked = range.limit.unwrap_or(i64::MAX);
    let mut entries = Vec::new();
    let (mut bytes, mut rows) = (0, LOG_STEP_ROWS);
    let mut rest = range.clone();
    while bytes < most {
        let read = i64::try_from(entries.len()).unwrap_or(i64::MAX);
        rest.limit = Some((asked - read).min(rows));
        let step = store::log::read(connection, &rest)?;
        let Some(last) = step.last() else { break };
        rest.after = last.sequence;
        for entry in step {
            if bytes < most {
                let before = store::log::predecessor(connection, &entry)?;
                // A short entry may have a long one before it.
                let bodies = [&entry].into_iter().chain(&before).filter_map(|entry| entry.body.as_ref());
                bytes += bodies.map(String::len).sum::<usize>();
                entries.push((entry, before));
            }
        }
        // What was read so far foretells that as much again, and more, has room.
        if bytes < most / 4 {
            rows = (rows * 2).min(LOG_STEP_MOST_ROWS);
        }
    }
    Ok(entries)
}

/// The writer says already when the database is down; the pool need not say it every time it tries.
#[derive(Debug)]
struct SilentHandler;

impl diesel::r2d2::HandleError<StoreError> for SilentHandler {
    fn handle_error(&self, error: StoreError) {
        log::debug!("the pool could not connect: {error}");
    }
}
