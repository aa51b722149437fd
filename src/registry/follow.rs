//! Following the log: what others wrote is taken over, and the present is built from the whole of it.

use std::sync::Arc;

use super::snapshot::Snapshot;
use super::staging::Staging;
use super::writer::Failure;
use crate::store::{self, AnyConnection, Head, StoreError};

/// What is to come after `present`, with what was written since, up to `head`; `beat` is told of each entry.
pub(super) fn caught_up(
    connection: &mut AnyConnection,
    present: &Snapshot,
    head: &Head,
    beat: &dyn Fn(),
) -> Result<Staging, Failure> {
    let mut staging = Staging::new(present.clone());
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
            beat();
            if diverged.is_none() {
                diverged = staging.follow(&change).err();
            }
            Ok(())
        })?;
        if let Some(message) = diverged {
            return Err(Failure::Diverged(message));
        }
        if staging.head().0 < head.number {
            return Err(Failure::Diverged(format!("it ends before the entry {} that it is to end with", head.number)));
        }
        staging.snapshot.accepted_forks = Arc::new(store::forks::accepted(connection)?);
    }
    match follow_keys(connection, &mut staging, head) {
        Ok(()) => Ok(staging),
        Err(StoreError::Corrupt(message)) => Err(Failure::KeysDiverged(message)),
        Err(error) => Err(Failure::Store(error)),
    }
}

/// Takes over what the log of keys has beyond the head of `staging`, up to `head` and what was written since.
fn follow_keys(connection: &mut AnyConnection, staging: &mut Staging, head: &Head) -> Result<(), StoreError> {
    let before = staging.snapshot.head.keys;
    if head.keys > before {
        store::key_log::follow(connection, before, |entry| staging.follow_key(&entry).map_err(StoreError::Corrupt))?;
    }
    let known = &staging.snapshot.head;
    let has_since = head.keys > before && known.keys > head.keys;
    if has_since || (head.keys, &head.keys_hash) == (known.keys, &known.keys_hash) {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("the log of keys ends with entry {}, its head says {}", known.keys, head.keys)))
}

/// Builds the present from the whole log; what of it is damaged is left out.
///
/// # Errors
/// Those of the database.
pub(super) fn load(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Snapshot, StoreError> {
    staged(connection, Snapshot::empty(today)).map(Staging::finish)
}

/// The same where nobody reads it: nothing is judged, and nothing may be left out.
///
/// # Errors
/// Those of the database, and [`StoreError::Corrupt`] for the first entry that is wrong.
pub(super) fn load_unread(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Snapshot, StoreError> {
    let snapshot = staged(connection, Snapshot::empty_for_all(today)).map(Staging::finish_unread)?;
    match snapshot.first_damage() {
        Some(message) => Err(StoreError::Corrupt(message.to_owned())),
        None => Ok(snapshot),
    }
}

fn staged(connection: &mut AnyConnection, empty: Snapshot) -> Result<Staging, StoreError> {
    // One moment, so that what others append meanwhile does not look like damage.
    store::connection::at_one_moment(connection, |connection| {
        let head = store::log::head(connection)?;
        let mut staging = Staging::new(empty);
        store::log::follow_any(connection, 0, |row| {
            staging.take_up_row(row);
            Ok(())
        })?;
        staging.check_end(&head);
        if let Err(error) = follow_keys(connection, &mut staging, &head) {
            let StoreError::Corrupt(message) = error else { return Err(error) };
            // Reads need no key. What is entered after the damage counts again.
            log::error!("no key made so far is taken, for their log is damaged: {message}");
            staging.forget_keys(&head);
        }
        staging.snapshot.accepted_forks = Arc::new(store::forks::accepted(connection)?);
        Ok(staging)
    })
}
