//! The day on which each key was last used: noted in memory, and written once a day by a thread of its own, so that
//! nobody who reads or writes waits for it.

use std::collections::HashMap;
use std::sync::Mutex;
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};

use chrono::NaiveDate;

use crate::registry::limits::{KEY_USES_PAUSE, KEY_USES_WAITING};
use crate::store::{self, AnyConnection, DatabaseUrl, Identity, StoreError};

/// A key, by its id, and a day on which it was used.
type KeyUse = (String, NaiveDate);

/// What this node knows of the uses of keys.
pub(super) struct KeyUses {
    noted: Mutex<HashMap<String, NaiveDate>>,
    news: SyncSender<KeyUse>,
}

impl KeyUses {
    /// One that hands what is new to a thread, which writes it to the database of that identity.
    ///
    /// # Errors
    /// When there is no thread to be had.
    pub(super) fn start(database: &DatabaseUrl, identity: Identity) -> Result<Self, StoreError> {
        let (news, queue) = sync_channel(KEY_USES_WAITING);
        let database = database.clone();
        super::thread("uses of keys", move || write_all(&(database, identity), &queue))?;
        Ok(KeyUses { noted: Mutex::default(), news })
    }

    /// Notes that a key is used on a day; nothing is done where that is known.
    pub(super) fn note(&self, id: &str, day: NaiveDate) {
        let mut noted = self.noted.lock().expect("nothing panics while it holds the lock");
        // What does not fit into the queue is noted with the next use.
        if noted.get(id).is_none_or(|known| *known < day) && self.news.try_send((id.to_owned(), day)).is_ok() {
            noted.insert(id.to_owned(), day);
        }
    }

    /// The last day on which a key was used: what is stored, or what this node knows beyond it.
    pub(super) fn last(&self, id: &str, stored: Option<NaiveDate>) -> Option<NaiveDate> {
        let noted = self.noted.lock().expect("nothing panics while it holds the lock");
        noted.get(id).copied().max(stored)
    }
}

/// Writes each use that comes; what fails is written once the database is back.
fn write_all(database: &(DatabaseUrl, Identity), queue: &Receiver<KeyUse>) {
    let mut waiting: HashMap<String, NaiveDate> = HashMap::new();
    let mut connection = None;
    loop {
        match queue.recv_timeout(KEY_USES_PAUSE) {
            Ok(new) => waiting.extend(std::iter::once(new).chain(queue.try_iter())),
            Err(RecvTimeoutError::Timeout) if waiting.is_empty() => {
                // A use a day does not need a connection of its own in between.
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
        vacant => vacant.insert(identity.connect_beside(database)?),
    };
    identity.check(connection)?;
    uses.iter().try_for_each(|(id, day)| Ok(store::keys::note_use(connection, id, *day)?))
}
