//! Follows the log: applies what others wrote, and builds the present from the whole log.

use std::sync::Arc;

use super::failure::Failure;
use super::snapshot::Snapshot;
use super::staging::Staging;
use crate::store::{self, AnyConnection, Head, StoreError};

/// Applies to `present` what was written since, up to `head`. Calls `beat` for each entry.
pub(super) fn catch_up(
    connection: &mut AnyConnection,
    present: &Snapshot,
    head: &Head,
    beat: &dyn Fn(),
) -> Result<Staging, Failure> {
    let mut staging = Staging::new(present.clone());
    let is_behind = head.number > present.head.number;
    if !is_behind && (head.number, &head.hash) != (present.head.number, &present.head.hash) {
        return Err(Failure::Diverged(format!(
            "it ended with entry {}, now with {}",
            present.head.number, head.number
        )));
    }
    if is_behind {
        let mut diverged = None;
        store::log::for_each_entry(connection, present.head.number, |change| {
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
            return Err(Failure::Diverged(format!(
                "it ends before entry {}, with which its head says it ends",
                head.number
            )));
        }
        staging.snapshot.accepted_forks = Arc::new(store::forks::accepted(connection)?);
    }
    match follow_keys(connection, &mut staging, head) {
        Ok(()) => Ok(staging),
        Err(StoreError::Corrupt(message)) => Err(Failure::KeysDiverged(message)),
        Err(error) => Err(Failure::Store(error)),
    }
}

/// Applies the entries of the log of keys after the head of `staging`, up to `head` or later.
fn follow_keys(connection: &mut AnyConnection, staging: &mut Staging, head: &Head) -> Result<(), StoreError> {
    let before = staging.snapshot.head.keys;
    if head.keys > before {
        store::key_log::for_each_entry(connection, before, |entry| {
            staging.follow_key(&entry).map_err(StoreError::Corrupt)
        })?;
    }
    let known = &staging.snapshot.head;
    let is_past_head = head.keys > before && known.keys > head.keys;
    if is_past_head || (head.keys, &head.keys_hash) == (known.keys, &known.keys_hash) {
        return Ok(());
    }
    Err(StoreError::Corrupt(format!("the log of keys ends with entry {}, its head says {}", known.keys, head.keys)))
}

/// Builds the present from the whole log. Damaged cities and networks are left out.
///
/// # Errors
/// Database errors.
pub(super) fn load(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Snapshot, StoreError> {
    stage_log(connection, Snapshot::empty(today)).map(Staging::finish)
}

/// Like [`load`], but for a present that no client reads: nothing is judged, and damage is an error.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for the first wrong entry.
pub(super) fn load_unjudged(connection: &mut AnyConnection, today: chrono::NaiveDate) -> Result<Snapshot, StoreError> {
    let snapshot = stage_log(connection, Snapshot::empty_keeping_all(today)).map(Staging::finish_unjudged)?;
    match snapshot.first_damage() {
        Some(message) => Err(StoreError::Corrupt(message.to_owned())),
        None => Ok(snapshot),
    }
}

fn stage_log(connection: &mut AnyConnection, empty: Snapshot) -> Result<Staging, StoreError> {
    // A consistent read, so that concurrent writes do not look like damage.
    store::connection::read_transaction(connection, |connection| {
        let head = store::log::head(connection)?;
        let mut staging = Staging::new(empty);
        store::log::for_each_row(connection, 0, |row| {
            staging.salvage_row(row);
            Ok(())
        })?;
        staging.check_end(&head);
        if let Err(error) = follow_keys(connection, &mut staging, &head) {
            let StoreError::Corrupt(message) = error else { return Err(error) };
            // Reads need no key. Entries after the damage count again.
            log::error!("the log of keys is damaged; no key made so far is accepted: {message}");
            staging.forget_keys(&head);
        }
        staging.snapshot.accepted_forks = Arc::new(store::forks::accepted(connection)?);
        Ok(staging)
    })
}
