//! Records the day on which each key was last used. Days are kept in memory, and a separate thread writes them once a
//! day, so that no request waits for it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

use chrono::NaiveDate;

use super::thread;
use crate::registry::limits::{KEY_USES_PAUSE, KEY_USES_WAITING};
use crate::store::{self, AnyConnection, DatabaseUrl, Identity, StoreError};

/// The id of a key, and a day on which it was used.
type KeyUse = (String, NaiveDate);

/// The uses of keys that this node knows of.
pub(super) struct KeyUses {
    known: Mutex<HashMap<String, NaiveDate>>,
    sender: SyncSender<KeyUse>,
}

impl KeyUses {
    /// Starts the thread that writes new uses to the database.
    ///
    /// # Errors
    /// If the thread cannot be started.
    pub(super) fn start(database: &DatabaseUrl, identity: Identity) -> Result<Self, StoreError> {
        let (sender, queue) = sync_channel(KEY_USES_WAITING);
        let database = database.clone();
        thread::start("uses of keys", move || write_all(&(database, identity), &queue))?;
        Ok(KeyUses { known: Mutex::default(), sender })
    }

    /// Records that a key is used on a day. Does nothing if that is known.
    pub(super) fn add(&self, id: &str, day: NaiveDate) {
        let mut known = self.known.lock().expect("nothing panics while it holds the lock");
        // If the queue is full, the next use of the key is recorded instead.
        if known.get(id).is_none_or(|last| *last < day) && self.sender.try_send((id.to_owned(), day)).is_ok() {
            known.insert(id.to_owned(), day);
        }
    }

    /// The last day on which a key was used: the stored day, or a later one that this node knows of.
    pub(super) fn last(&self, id: &str, stored: Option<NaiveDate>) -> Option<NaiveDate> {
        let known = self.known.lock().expect("nothing panics while it holds the lock");
        known.get(id).copied().max(stored)
    }
}

/// Writes each use that arrives. After a failure it tries again once the database is back.
fn write_all(database: &(DatabaseUrl, Identity), queue: &Receiver<KeyUse>) {
    let mut waiting: HashMap<String, NaiveDate> = HashMap::new();
    let mut connection = None;
    loop {
        match queue.recv_timeout(KEY_USES_PAUSE) {
            Ok(new) => waiting.extend(std::iter::once(new).chain(queue.try_iter())),
            Err(RecvTimeoutError::Timeout) if waiting.is_empty() => {
                // No connection stays open for a use a day.
                connection = None;
                continue;
            }
            Err(RecvTimeoutError::Timeout) => {}
            Err(RecvTimeoutError::Disconnected) => return,
        }
        match write(database, &mut connection, &waiting) {
            Ok(()) => waiting.clear(),
            Err(error) => {
                log::debug!("the use of a key is written later: {error}");
                connection = None;
            }
        }
    }
}

fn write(
    (database, identity): &(DatabaseUrl, Identity),
    connection: &mut Option<AnyConnection>,
    uses: &HashMap<String, NaiveDate>,
) -> Result<(), StoreError> {
    let connection = match connection {
        Some(connection) => connection,
        closed => closed.insert(identity.connect_another(database)?),
    };
    identity.check(connection)?;
    uses.iter().try_for_each(|(id, day)| Ok(store::keys::save_last_use(connection, id, *day)?))
}
