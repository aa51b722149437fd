//! Requests that clients marked with an `Idempotency-Key`, and what each wrote.

use chrono::{DateTime, Days, NaiveDateTime, Utc};
use diesel::prelude::*;

use super::connection::AnyConnection;
use super::schema::idempotency_keys;
use crate::store::limits::IDEMPOTENCY_DAYS;

/// Identifies a request, so that a repetition of it is recognized.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mark {
    /// The id of the API key that writes.
    pub key_id: String,
    /// The client's `Idempotency-Key`.
    pub token: String,
    /// SHA-256 of the request's content.
    pub request_hash: String,
}

/// What a marked request wrote.
#[derive(Debug, Clone, PartialEq, Eq, Queryable)]
pub struct Outcome {
    /// SHA-256 of the request's content.
    pub request_hash: String,
    /// The first log entry that the request made.
    pub first_entry: i64,
    /// The last log entry; before the first if the request made none.
    pub last_entry: i64,
}

/// Finds what an earlier request with the same key and token wrote; none if there is no such request, or its row was
/// deleted. Rows that have expired are deleted when the next one is added; until then their requests are still known.
///
/// # Errors
/// Database errors.
pub fn find(connection: &mut AnyConnection, mark: &Mark) -> QueryResult<Option<Outcome>> {
    idempotency_keys::table
        .find((&mark.key_id, &mark.token))
        .select((idempotency_keys::request_hash, idempotency_keys::first_entry, idempotency_keys::last_entry))
        .first(connection)
        .optional()
}

/// Records what a request wrote, in the transaction that writes it, and deletes expired rows.
///
/// # Errors
/// Database errors.
pub fn add(
    connection: &mut AnyConnection,
    mark: &Mark,
    (first_entry, last_entry): (i64, i64),
    now: DateTime<Utc>,
) -> QueryResult<()> {
    let oldest: Option<NaiveDateTime> = now.naive_utc().checked_sub_days(Days::new(IDEMPOTENCY_DAYS));
    if let Some(oldest) = oldest {
        diesel::delete(idempotency_keys::table.filter(idempotency_keys::recorded_at.lt(oldest))).execute(connection)?;
    }
    diesel::insert_into(idempotency_keys::table)
        .values((
            idempotency_keys::key_id.eq(&mark.key_id),
            idempotency_keys::token.eq(&mark.token),
            idempotency_keys::request_hash.eq(&mark.request_hash),
            idempotency_keys::first_entry.eq(first_entry),
            idempotency_keys::last_entry.eq(last_entry),
            idempotency_keys::recorded_at.eq(now.naive_utc()),
        ))
        .execute(connection)
        .map(drop)
}
