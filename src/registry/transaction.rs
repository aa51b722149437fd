//! The transactions of the writer: what is waiting is checked against what is then current, and appended.

use std::sync::Arc;

use chrono::{DateTime, Utc};

use super::follow::caught_up;
use super::reply::Reply;
use super::snapshot::Snapshot;
use super::staging::{Effect, Staging};
use super::writer::Failure;
use super::{BatchOutcome, Refusal, Shared, WriteRequest, Written};
use crate::record::{Action, Change};
use crate::store::idempotency::{self, Mark, Outcome};
use crate::store::{self, AnyConnection, Head, LogRange, StoreError, TransactionError};

/// What a transaction ends with: the snapshot to publish, and what else came of it.
pub(super) type Committed<T> = Result<(Arc<Snapshot>, T), TransactionError<(Arc<Snapshot>, T), Failure>>;

/// A write that was done, now or before.
#[derive(Debug, Clone, Copy)]
pub(super) struct Executed {
    effect: Effect,
    /// The last entry of the log that it made; none if it made none.
    sequence: Option<i64>,
    /// Whether it was done by an earlier request with the same `Idempotency-Key`.
    is_repeated: bool,
}

impl Executed {
    pub(super) fn written(self, snapshot: &Arc<Snapshot>) -> Written {
        let Executed { effect, sequence, is_repeated } = self;
        Written { effect, repeated: is_repeated.then_some(sequence), snapshot: Arc::clone(snapshot) }
    }
}

/// Locks the revision row, and takes over what others wrote before that.
fn locked(connection: &mut AnyConnection, shared: &Shared) -> Result<(Head, Staging), Failure> {
    let head = store::log::lock(connection)?;
    let staging = caught_up(connection, &shared.present(), &head, &|| shared.heartbeat.beat())?;
    Ok((head, staging))
}

/// Does each write that may be done, and whose client still waits, in one transaction.
pub(super) fn batch(
    connection: &mut AnyConnection,
    shared: &Shared,
    writes: &[(WriteRequest, Reply<Written>)],
) -> Committed<Vec<Option<Result<Executed, Refusal>>>> {
    store::try_transaction(connection, |connection| {
        let (head, mut staging) = locked(connection, shared)?;
        let now = shared.clock.time_to_enter(connection, staging.snapshot.recorded_at)?;
        let mut outcomes = Vec::with_capacity(writes.len());
        for (request, reply) in writes {
            shared.heartbeat.beat();
            // It may have taken long to come so far: a client that was told "not done" is not to be belied.
            let outcome = reply.begin().then(|| execute(connection, &mut staging, request, now)).transpose()?;
            outcomes.push(outcome);
        }
        staging.save(connection, &head)?;
        shared.heartbeat.beat();
        Ok((Arc::new(staging.finish()), outcomes))
    })
}

/// Does one write within a transaction, unless its mark says that it was done before.
fn execute(
    connection: &mut AnyConnection,
    staging: &mut Staging,
    request: &WriteRequest,
    now: DateTime<Utc>,
) -> Result<Result<Executed, Refusal>, StoreError> {
    if let Some(mark) = &request.mark
        && let Some(before) = idempotency::find(connection, mark)?
    {
        return if before.request_hash == mark.request_hash {
            repeated(connection, &before).map(Ok)
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

/// What a request did when it was done.
fn repeated(connection: &mut AnyConnection, before: &Outcome) -> Result<Executed, StoreError> {
    // Of a withdrawal the record itself may come before or after what belonged to it; all were withdrawn.
    let first = entries(connection, before)?.into_iter().next();
    let effect = first.map_or(Effect::Unchanged, |entry| effect_of(&entry));
    let sequence = (before.last_entry >= before.first_entry).then_some(before.last_entry);
    Ok(Executed { effect, sequence, is_repeated: true })
}

/// The entries of the log that a request made.
fn entries(connection: &mut AnyConnection, before: &Outcome) -> Result<Vec<Change>, StoreError> {
    let limit = before.last_entry - before.first_entry + 1;
    if limit < 1 {
        return Ok(Vec::new());
    }
    store::log::read(connection, &LogRange { after: before.first_entry - 1, city: None, limit: Some(limit) })
}

fn effect_of(entry: &Change) -> Effect {
    match entry.action {
        Action::Create => Effect::Created,
        Action::Revise => Effect::Revised,
        Action::Withdraw => Effect::Withdrawn,
    }
}

/// Does all of the writes in one transaction, or none of them; nothing either if the client has given up.
pub(super) fn together(
    connection: &mut AnyConnection,
    shared: &Shared,
    requests: &[WriteRequest],
    mark: Option<&Mark>,
    reply: &Reply<BatchOutcome>,
) -> Committed<Option<Result<BatchOutcome, Refusal>>> {
    store::try_transaction(connection, |connection| {
        let (head, staging) = locked(connection, shared)?;
        let before = Arc::new(staging.finish());
        if !reply.begin() {
            return Ok((before, None));
        }
        if let Some(mark) = mark
            && let Some(outcome) = idempotency::find(connection, mark)?
        {
            let repeated = repeated_together(connection, &before, requests, (mark, &outcome))?;
            return Ok((before, Some(repeated)));
        }
        let now = shared.clock.time_to_enter(connection, before.recorded_at)?;
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
        let known = Arc::clone(if done { &after } else { &before });
        let together = BatchOutcome { done, repeated: false, outcomes, before, after };
        shared.heartbeat.beat();
        Ok((known, Some(Ok(together))))
    })
}

/// What requests did together when they were done: what the log has of it.
fn repeated_together(
    connection: &mut AnyConnection,
    present: &Arc<Snapshot>,
    requests: &[WriteRequest],
    (mark, outcome): (&Mark, &Outcome),
) -> Result<Result<BatchOutcome, Refusal>, StoreError> {
    if outcome.request_hash != mark.request_hash {
        return Ok(Err(Refusal::IdempotencyKeyReused));
    }
    let entries = entries(connection, outcome)?;
    let effect = |request: &WriteRequest| {
        let entry = entries.iter().find(|entry| entry.subject.record() == Some(&request.key));
        Ok(entry.map_or(Effect::Unchanged, effect_of))
    };
    let outcomes = requests.iter().map(effect).collect();
    let (before, after) = (Arc::clone(present), Arc::clone(present));
    Ok(Ok(BatchOutcome { done: true, repeated: true, outcomes, before, after }))
}
