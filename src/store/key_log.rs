//! The log of keys: the creation, change and revocation of keys, as entries of a separate chain that is not public.
//!
//! `hash` is the SHA-256 of `previous_hash`, `sequence`, `recorded_at`, `actor`, `actor_key`, `key_id`, `action` and
//! the SHA-256 of `body`, joined by line feeds. A missing `actor_key` counts as an empty string. The first
//! `previous_hash` is 64 zeros. The revision row holds the last hash, so that lost entries at the end are noticed.

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_with::skip_serializing_none;

use super::connection::{AnyConnection, insert_all};
use super::error::StoreError;
use super::key::{Key, Role, parse_label};
use super::log::Head;
use super::schema::key_changes;
use crate::record::change::{Action, Actor, Link, sha256, timestamp};
use crate::record::limits::LOAD_ROWS;
use crate::record::{CityId, Slug};

/// An entry of the log of keys.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Insertable, Serialize, Deserialize)]
#[diesel(table_name = key_changes)]
pub struct KeyChange {
    /// Its number: 1, 2, 3 without a gap.
    pub sequence: i64,
    /// When it was recorded, to the second.
    pub recorded_at: NaiveDateTime,
    /// The label of the key that made the change.
    pub actor: String,
    /// The id of that key; none on the command line.
    pub actor_key: Option<String>,
    /// The id of the key that changed.
    pub key_id: String,
    /// The kind of change.
    pub action: String,
    /// The body as JSON text.
    pub body: String,
    /// The hash of the entry before.
    pub previous_hash: String,
    /// The hash of this entry.
    pub hash: String,
}

/// The content of a body.
#[skip_serializing_none]
#[derive(Serialize, Deserialize)]
struct Body {
    after: After,
    reason: Option<String>,
}

/// The state of a key after the entry.
#[skip_serializing_none]
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct After {
    cities: Vec<String>,
    created_at: DateTime<Utc>,
    expires_on: Option<NaiveDate>,
    label: String,
    old_secret_hash: Option<String>,
    old_secret_until: Option<DateTime<Utc>>,
    revoked_at: Option<DateTime<Utc>>,
    role: Role,
    secret_hash: String,
}

impl After {
    fn of(key: &Key) -> Self {
        let Key {
            id: _,
            label,
            role,
            cities,
            created_at,
            expires_on,
            last_used_on: _,
            old_secret_until,
            revoked_at,
            secret_hash,
            old_secret_hash,
        } = key;
        After {
            cities: cities.iter().map(ToString::to_string).collect(),
            created_at: *created_at,
            expires_on: *expires_on,
            label: label.to_string(),
            old_secret_hash: old_secret_hash.clone(),
            old_secret_until: *old_secret_until,
            revoked_at: *revoked_at,
            role: *role,
            secret_hash: secret_hash.clone(),
        }
    }

    fn into_key(self, id: &str) -> Option<Key> {
        Some(Key {
            id: id.to_owned(),
            label: parse_label(&self.label)?,
            role: self.role,
            cities: self.cities.iter().map(|city| Slug::new(city)).collect::<Option<Vec<CityId>>>()?,
            created_at: self.created_at,
            expires_on: self.expires_on,
            last_used_on: None,
            old_secret_until: self.old_secret_until,
            revoked_at: self.revoked_at,
            secret_hash: self.secret_hash,
            old_secret_hash: self.old_secret_hash,
        })
    }
}

impl KeyChange {
    /// Makes the entry that follows the last one in `head`.
    ///
    /// # Errors
    /// [`StoreError::Corrupt`] if the key cannot be written as JSON, which never happens.
    pub(super) fn new(
        head: &Head,
        action: Action,
        key: &Key,
        reason: Option<String>,
        by: &Actor,
        now: DateTime<Utc>,
    ) -> Result<Self, StoreError> {
        let body = serde_json::to_string(&Body { after: After::of(key), reason });
        let mut entry = KeyChange {
            sequence: head.keys + 1,
            recorded_at: now.trunc_subsecs(0).naive_utc(),
            actor: by.label.clone(),
            actor_key: by.key.clone(),
            key_id: key.id.clone(),
            action: action.to_string(),
            body: body.map_err(|error| StoreError::Corrupt(error.to_string()))?,
            previous_hash: head.keys_hash.clone(),
            hash: String::new(),
        };
        entry.hash = entry.computed_hash();
        Ok(entry)
    }

    fn computed_hash(&self) -> String {
        let parts = [
            self.previous_hash.as_str(),
            &self.sequence.to_string(),
            &timestamp(self.recorded_at.and_utc()),
            &self.actor,
            self.actor_key.as_deref().unwrap_or_default(),
            &self.key_id,
            &self.action,
            &sha256(&self.body),
        ];
        sha256(&parts.join("\n"))
    }

    /// Checks that the entry follows the one with `previous_sequence` and `previous_hash`.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub fn check(&self, previous_sequence: i64, previous_hash: &str) -> Result<(), String> {
        let link = Link { sequence: self.sequence, previous_hash: &self.previous_hash, hash: &self.hash };
        link.check(previous_sequence, previous_hash, &self.computed_hash())
            .map_err(|broken| format!("entry {} of the log of keys {broken}", self.sequence))
    }

    /// The state of the key after this entry.
    ///
    /// # Errors
    /// A sentence, if the body cannot be read.
    pub fn key(&self) -> Result<Key, String> {
        let unreadable = || format!("entry {} of the log of keys has a body that cannot be read", self.sequence);
        let body: Body = serde_json::from_str(&self.body).map_err(|_| unreadable())?;
        body.after.into_key(&self.key_id).ok_or_else(unreadable)
    }

    /// The reason for the change, if one was given.
    #[must_use]
    pub fn reason(&self) -> Option<String> {
        serde_json::from_str::<Body>(&self.body).ok()?.reason
    }
}

/// Appends entries to the log.
///
/// # Errors
/// Database errors.
pub fn append(connection: &mut AnyConnection, entries: &[KeyChange]) -> QueryResult<()> {
    insert_all!(connection, key_changes::table, entries)
}

/// Calls `each` with every entry after `after`, in order. Reads a bounded number at a time.
///
/// # Errors
/// Database errors and those of `each`.
pub fn for_each_entry(
    connection: &mut AnyConnection,
    after: i64,
    mut each: impl FnMut(KeyChange) -> Result<(), StoreError>,
) -> Result<(), StoreError> {
    let mut last = after;
    loop {
        let entries: Vec<KeyChange> = key_changes::table
            .filter(key_changes::sequence.gt(last))
            .order(key_changes::sequence)
            .limit(LOAD_ROWS)
            .select(key_changes::all_columns)
            .load(connection)?;
        let Some(entry) = entries.last() else { return Ok(()) };
        last = entry.sequence;
        entries.into_iter().try_for_each(&mut each)?;
    }
}

/// The state of a key after its last entry.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for an entry that cannot be read.
pub(super) fn latest(connection: &mut AnyConnection, id: &str) -> Result<Option<Key>, StoreError> {
    let entry: Option<KeyChange> = key_changes::table
        .filter(key_changes::key_id.eq(id))
        .order(key_changes::sequence.desc())
        .select(key_changes::all_columns)
        .first(connection)
        .optional()?;
    entry.map(|entry| entry.key().map_err(StoreError::Corrupt)).transpose()
}
