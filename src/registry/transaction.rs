//! The transactions of the writer. They check the waiting writes against the current state and append them.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::failure::Failure;
use super::follow::catch_up;
use super::outcome::{BatchOutcome, Written};
use super::refusal::Refusal;
use super::reply::Reply;
use super::request::Effect;
use super::request::WriteRequest;
use super::shared::Shared;
use super::snapshot::Snapshot;
use super::staging::Staging;
use crate::record::{Action, Change};
use crate::store::idempotency::{self, Mark, Outcome};
use crate::store::{self, AnyConnection, Head, LogRange, StoreError, TransactionError};

/// The result of a transaction: the snapshot to publish, and the outcomes.
pub(super) type TransactionResult<T> = Result<(Arc<Snapshot>, T), TransactionError<(Arc<Snapshot>, T), Failure>>;

/// A write that was done, now or by an earlier request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Executed {
    effect: Effect,
    /// The last log entry that it made; none if it made none.
    sequence: Option<i64>,
    /// True if an earlier request with the same `Idempotency-Key` did it.
    is_repeated: bool,
}

impl Executed {
    pub(super) fn written(self, snapshot: &Arc<Snapshot>) -> Written {
        let Executed { effect, sequence, is_repeated } = self;
        Written { effect, repeated: is_repeated.then_some(sequence), snapshot: Arc::clone(snapshot) }
    }
}

/// Locks the revision row, and applies what others wrote before that.
fn lock_and_catch_up(connection: &mut AnyConnection, shared: &Shared) -> Result<(Head, Staging), Failure> {
    let head = store::log::lock(connection)?;
    let staging = catch_up(connection, &shared.present(), &head, &|| shared.heartbeat.beat())?;
    Ok((head, staging))
}

/// Executes, in one transaction, each write whose client still waits.
pub(super) fn write_batch(
    connection: &mut AnyConnection,
    shared: &Shared,
    writes: &[(WriteRequest, Reply<Written>)],
) -> TransactionResult<Vec<Option<Result<Executed, Refusal>>>> {
    store::try_transaction(connection, |connection| {
        let (head, mut staging) = lock_and_catch_up(connection, shared)?;
        let now = shared.clock.entry_time(connection, staging.snapshot.recorded_at)?;
        let mut outcomes = Vec::with_capacity(writes.len());
        for (request, reply) in writes {
            shared.heartbeat.beat();
            // It may have taken long to get here. A write answered with "not done" must not be done.
            let outcome = reply.begin().then(|| execute(connection, &mut staging, request, now)).transpose()?;
            outcomes.push(outcome);
        }
        staging.save(connection, &head)?;
        shared.heartbeat.beat();
        Ok((Arc::new(staging.finish()), outcomes))
    })
}

/// Executes one write in a transaction, unless its mark shows that it was done before.
fn execute(
    connection: &mut AnyConnection,
    staging: &mut Staging,
    request: &WriteRequest,
    now: DateTime<Utc>,
) -> Result<Result<Executed, Refusal>, StoreError> {
    if let Some(mark) = &request.mark
        && let Some(earlier) = idempotency::find(connection, mark)?
    {
        return if earlier.request_hash == mark.request_hash {
            earlier_outcome(connection, &earlier).map(Ok)
        } else {
            Ok(Err(Refusal::IdempotencyKeyReused))
        };
    }
    let before = staging.head().0;
    let effect = match staging.execute(request, now) {
        Ok(effect) => effect,
        Err(refusal) => return Ok(Err(refusal)),
    };
    let last = staging.head().0;
    if let Some(mark) = &request.mark {
        idempotency::add(connection, mark, (before + 1, last), now)?;
    }
    Ok(Ok(Executed { effect, sequence: (last > before).then_some(last), is_repeated: false }))
}

/// What an earlier request did.
fn earlier_outcome(connection: &mut AnyConnection, earlier: &Outcome) -> Result<Executed, StoreError> {
    // In a withdrawal the record may come before or after its dependants; all of them were withdrawn.
    let first = read_entries(connection, earlier)?.into_iter().next();
    let effect = first.map_or(Effect::Unchanged, |entry| effect_of(&entry));
    let sequence = (earlier.last_entry >= earlier.first_entry).then_some(earlier.last_entry);
    Ok(Executed { effect, sequence, is_repeated: true })
}

/// Reads the log entries that an earlier request made.
fn read_entries(connection: &mut AnyConnection, earlier: &Outcome) -> Result<Vec<Change>, StoreError> {
    let limit = earlier.last_entry - earlier.first_entry + 1;
    if limit < 1 {
        return Ok(Vec::new());
    }
    store::log::read(connection, &LogRange { after: earlier.first_entry - 1, city: None, limit: Some(limit) })
}

fn effect_of(entry: &Change) -> Effect {
    match entry.action {
        Action::Create => Effect::Created,
        Action::Revise => Effect::Revised,
        Action::Withdraw => Effect::Withdrawn,
    }
}

/// Executes all writes in one transaction, or none of them. Does nothing if the client has given up.
pub(super) fn write_atomically(
    connection: &mut AnyConnection,
    shared: &Shared,
    requests: &[WriteRequest],
    mark: Option<&Mark>,
    reply: &Reply<BatchOutcome>,
) -> TransactionResult<Option<Result<BatchOutcome, Refusal>>> {
    store::try_transaction(connection, |connection| {
        let (head, staging) = lock_and_catch_up(connection, shared)?;
        let before = Arc::new(staging.finish());
        if !reply.begin() {
            return Ok((before, None));
        }
        if let Some(mark) = mark
            && let Some(outcome) = idempotency::find(connection, mark)?
        {
            let repeated = earlier_batch_outcome(connection, &before, requests, (mark, &outcome))?;
            return Ok((before, Some(repeated)));
        }
        let now = shared.clock.entry_time(connection, before.recorded_at)?;
        let mut staging = Staging::new(Snapshot::clone(&before));
        let execute = |request: &WriteRequest| {
            shared.heartbeat.beat();
            staging.execute(request, now)
        };
        let outcomes: Vec<_> = requests.iter().map(execute).collect();
        let done = outcomes.iter().all(Result::is_ok);
        if done {
            staging.save(connection, &head)?;
            if let Some(mark) = mark {
                idempotency::add(connection, mark, (head.number + 1, staging.head().0), now)?;
            }
        }
        let after = Arc::new(staging.finish());
        let present = Arc::clone(if done { &after } else { &before });
        let outcome = BatchOutcome { done, repeated: false, outcomes, before, after };
        shared.heartbeat.beat();
        Ok((present, Some(Ok(outcome))))
    })
}

/// What an earlier request did with these writes, according to the log.
fn earlier_batch_outcome(
    connection: &mut AnyConnection,
    present: &Arc<Snapshot>,
    requests: &[WriteRequest],
    (mark, outcome): (&Mark, &Outcome),
) -> Result<Result<BatchOutcome, Refusal>, StoreError> {
    if outcome.request_hash != mark.request_hash {
        return Ok(Err(Refusal::IdempotencyKeyReused));
    }
    let entries = read_entries(connection, outcome)?;
    let effect = |request: &WriteRequest| {
        let entry = entries.iter().find(|entry| entry.subject.record() == Some(&request.key));
        Ok(entry.map_or(Effect::Unchanged, effect_of))
    };
    let outcomes = requests.iter().map(effect).collect();
    let (before, after) = (Arc::clone(present), Arc::clone(present));
    Ok(Ok(BatchOutcome { done: true, repeated: true, outcomes, before, after }))
}
