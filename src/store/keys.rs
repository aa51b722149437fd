//! The keys of clients that may write. Only hashes of their secrets are stored.
//!
//! The [log of keys](super::key_log) is authoritative. The tables `keys` and `key_cities` show the same to people who
//! use SQL. They add only the day of the last use.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use diesel::prelude::*;

use super::connection::{AnyConnection, on_either, transaction};
use super::error::StoreError;
use super::key::{Key, Role, parse_label};
use super::key_log::{self, KeyChange};
use super::schema::{key_cities, keys};
use super::{Head, log, secret};
use crate::record::change::{Action, Actor, GENESIS};
use crate::record::{CityId, Name};

/// The properties of a new key.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Who gets the key.
    pub label: Name,
    /// What the key allows.
    pub role: Role,
    /// The cities that the key is bound to.
    pub cities: Vec<CityId>,
    /// The last day on which the key works; none if it does not expire.
    pub expires_on: Option<NaiveDate>,
}

/// How the secret of a key is replaced.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// How long the old secret works beside the new one.
    pub overlap: TimeDelta,
    /// A new last day of the key; none to keep the present one.
    pub expires_on: Option<NaiveDate>,
}

/// A row of `keys`, without the day of the last use.
#[derive(Debug, Clone, PartialEq, Eq, Queryable, Selectable, Insertable, AsChangeset)]
#[diesel(table_name = keys)]
#[diesel(treat_none_as_null = true)]
struct KeyRow {
    id: String,
    label: String,
    role: String,
    secret_hash: String,
    created_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
    expires_on: Option<NaiveDate>,
    old_secret_hash: Option<String>,
    old_secret_until: Option<NaiveDateTime>,
}

impl KeyRow {
    fn of(key: &Key) -> Self {
        KeyRow {
            id: key.id.clone(),
            label: key.label.to_string(),
            role: key.role.to_string(),
            secret_hash: key.secret_hash.clone(),
            created_at: key.created_at.naive_utc(),
            revoked_at: key.revoked_at.map(|time| time.naive_utc()),
            expires_on: key.expires_on,
            old_secret_hash: key.old_secret_hash.clone(),
            old_secret_until: key.old_secret_until.map(|time| time.naive_utc()),
        }
    }

    /// The names of the columns whose values differ.
    fn changed_columns(&self, other: &Self) -> Vec<&'static str> {
        let KeyRow {
            id: _,
            label,
            role,
            secret_hash,
            created_at,
            revoked_at,
            expires_on,
            old_secret_hash,
            old_secret_until,
        } = other;
        let columns = [
            ("label", self.label == *label),
            ("role", self.role == *role),
            ("secret_hash", self.secret_hash == *secret_hash),
            ("created_at", self.created_at == *created_at),
            ("revoked_at", self.revoked_at == *revoked_at),
            ("expires_on", self.expires_on == *expires_on),
            ("old_secret_hash", self.old_secret_hash == *old_secret_hash),
            ("old_secret_until", self.old_secret_until == *old_secret_until),
        ];
        columns.into_iter().filter(|(_, same)| !same).map(|(name, _)| name).collect()
    }
}

/// Creates a key and returns it with its secret. The secret is stored nowhere.
///
/// # Errors
/// Database errors, and [`StoreError::Entropy`] if the system has no random bytes.
pub fn create(
    connection: &mut AnyConnection,
    new: NewKey,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(Key, String), StoreError> {
    let (secret, secret_hash) = new_secret()?;
    let NewKey { label, role, cities, expires_on } = new;
    let key = Key {
        id: uuid::Uuid::now_v7().to_string(),
        label,
        role,
        cities,
        created_at: now.trunc_subsecs(0),
        expires_on,
        last_used_on: None,
        old_secret_until: None,
        revoked_at: None,
        secret_hash,
        old_secret_hash: None,
    };
    transaction(connection, |connection| {
        let head = log::lock(connection)?;
        append_entry(connection, head, (Action::Create, &key, None), by, now)
    })?;
    Ok((key, secret))
}

/// Gives a key a new secret and returns both; none if there is no such key or it is revoked.
///
/// # Errors
/// The same as [`create`].
pub fn rotate(
    connection: &mut AnyConnection,
    id: &str,
    rotation: &Rotation,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<Option<(Key, String)>, StoreError> {
    let (secret, secret_hash) = new_secret()?;
    transaction(connection, |connection| {
        let head = log::lock(connection)?;
        let key = key_log::latest(connection, id)?.filter(|key| key.revoked_at.is_none());
        let Some(mut key) = key else { return Ok(None) };
        let now = now.trunc_subsecs(0);
        // An expired secret must not work again beside the new one.
        let overlap = if key.has_expired(now.date_naive()) { TimeDelta::zero() } else { rotation.overlap };
        key.old_secret_hash = Some(std::mem::replace(&mut key.secret_hash, secret_hash));
        key.old_secret_until = Some(now + overlap);
        key.expires_on = rotation.expires_on.or(key.expires_on);
        append_entry(connection, head, (Action::Revise, &key, None), by, now)?;
        Ok(Some((key, secret)))
    })
}

/// Revokes a key. Returns false if there is no such key or it is already revoked.
///
/// # Errors
/// Database errors.
pub fn revoke(
    connection: &mut AnyConnection,
    id: &str,
    reason: Option<String>,
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<bool, StoreError> {
    transaction(connection, |connection| {
        let head = log::lock(connection)?;
        let key = key_log::latest(connection, id)?.filter(|key| key.revoked_at.is_none());
        let Some(mut key) = key else { return Ok(false) };
        key.revoked_at = Some(now.trunc_subsecs(0));
        append_entry(connection, head, (Action::Withdraw, &key, reason), by, now)?;
        Ok(true)
    })
}

fn new_secret() -> Result<(String, String), StoreError> {
    let secret = secret::make()?;
    let hash = secret::hash(&secret).ok_or_else(|| StoreError::Entropy("a new secret is not one".to_owned()))?;
    Ok((secret, hash))
}

/// Appends an entry to the log of keys and updates the tables. Must run in a transaction that has locked the revision
/// row, which was at `head`.
fn append_entry(
    connection: &mut AnyConnection,
    head: Head,
    (action, key, reason): (Action, &Key, Option<String>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let entry = KeyChange::new(&head, action, key, reason, by, now)?;
    let head = Head { keys: entry.sequence, keys_hash: entry.hash.clone(), ..head };
    key_log::append(connection, &[entry])?;
    save(connection, key, action == Action::Create)?;
    log::set_head(connection, &head)?;
    Ok(())
}

/// Writes the state of a key to the tables.
fn save(connection: &mut AnyConnection, key: &Key, is_new: bool) -> QueryResult<()> {
    let row = KeyRow::of(key);
    if !is_new {
        // The cities of a key never change.
        return diesel::update(keys::table.find(&row.id)).set(&row).execute(connection).map(drop);
    }
    diesel::insert_into(keys::table).values(&row).execute(connection)?;
    let cities = key.cities.iter().map(|city| (key_cities::key_id.eq(&key.id), key_cities::city.eq(city.as_str())));
    let cities: Vec<_> = cities.collect();
    if !cities.is_empty() {
        on_either!(connection, c => diesel::insert_into(key_cities::table).values(&cities).execute(c))?;
    }
    Ok(())
}

/// Lists every key, including revoked ones, in order of creation.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] for a wrong entry of the log of keys.
pub fn list(connection: &mut AnyConnection) -> Result<Vec<Key>, StoreError> {
    let KeysFromLog { mut keys, .. } = KeysFromLog::read(connection)?;
    for (id, day) in last_uses(connection)? {
        if let Some(key) = keys.get_mut(&id) {
            key.last_used_on = Some(day);
        }
    }
    // Version 7 UUIDs begin with the time.
    Ok(keys.into_values().collect())
}

/// The keys as the log of keys describes them.
struct KeysFromLog {
    /// The keys, by id.
    keys: BTreeMap<String, Key>,
    /// The sequence of the last entry.
    sequence: i64,
    /// The hash of that entry.
    hash: String,
}

impl KeysFromLog {
    fn read(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let mut logged = KeysFromLog { keys: BTreeMap::new(), sequence: 0, hash: GENESIS.to_owned() };
        key_log::for_each_entry(connection, 0, |entry| {
            entry.check(logged.sequence, &logged.hash).map_err(StoreError::Corrupt)?;
            let key = entry.key().map_err(StoreError::Corrupt)?;
            logged.keys.insert(key.id.clone(), key);
            (logged.sequence, logged.hash) = (entry.sequence, entry.hash);
            Ok(())
        })?;
        Ok(logged)
    }
}

/// Reads the keys from the tables, by id.
fn load_tables(connection: &mut AnyConnection) -> QueryResult<BTreeMap<String, (KeyRow, BTreeSet<String>)>> {
    let rows: Vec<KeyRow> = keys::table.select(KeyRow::as_select()).load(connection)?;
    let bound: Vec<(String, String)> = key_cities::table.select(key_cities::all_columns).load(connection)?;
    let mut keys: BTreeMap<_, _> = rows.into_iter().map(|row| (row.id.clone(), (row, BTreeSet::new()))).collect();
    for (key, city) in bound {
        if let Some((_, cities)) = keys.get_mut(&key) {
            cities.insert(city);
        }
    }
    Ok(keys)
}

/// Checks the log of keys and compares it with the tables. Returns the number of entries and of keys.
///
/// # Errors
/// Database errors, and [`StoreError::Corrupt`] with the first difference.
pub(super) fn verify(connection: &mut AnyConnection, head: &Head) -> Result<(i64, usize), StoreError> {
    let KeysFromLog { keys: logged, sequence, hash } = KeysFromLog::read(connection)?;
    if (head.keys, &head.keys_hash) != (sequence, &hash) {
        let expected = format!("the revision row says {} {} of the log of keys", head.keys, head.keys_hash);
        return Err(StoreError::Corrupt(format!("{expected}, it ends with entry {sequence} {hash}")));
    }
    let stored = load_tables(connection)?;
    let ids: BTreeSet<&String> = logged.keys().chain(stored.keys()).collect();
    match ids.into_iter().find_map(|id| difference(id, logged.get(id), stored.get(id))) {
        Some(difference) => Err(StoreError::Corrupt(difference)),
        None => Ok((sequence, logged.len())),
    }
}

/// Describes how the rows of a key differ from the log of keys.
fn difference(id: &str, logged: Option<&Key>, stored: Option<&(KeyRow, BTreeSet<String>)>) -> Option<String> {
    let difference = match (logged, stored) {
        (Some(key), Some((row, cities))) => {
            let mut columns = KeyRow::of(key).changed_columns(row);
            if !key.cities.iter().map(CityId::as_str).eq(cities.iter().map(String::as_str)) {
                columns.push("cities");
            }
            (!columns.is_empty()).then(|| format!("another {}", columns.join(", ")))?
        }
        (Some(_), None) => "no row".to_owned(),
        (None, _) => "a row that no entry makes".to_owned(),
    };
    Some(format!("the table of keys differs from the log of keys: of key {id} it has {difference}"))
}

/// Enters the keys of an older database into the new log of keys. `by` is named as the author; each entry has the time
/// of its key.
pub(super) fn begin_log(connection: &mut AnyConnection, by: &Actor) -> Result<(), StoreError> {
    let mut head = log::head(connection)?;
    for (id, (row, cities)) in load_tables(connection)? {
        let corrupt = || StoreError::Corrupt(format!("key {id} cannot be read"));
        let cities: Option<Vec<CityId>> = cities.iter().map(|city| CityId::new(city)).collect();
        let key = Key {
            label: parse_label(&row.label).ok_or_else(corrupt)?,
            role: Role::from_word(&row.role).ok_or_else(corrupt)?,
            cities: cities.ok_or_else(corrupt)?,
            created_at: row.created_at.and_utc(),
            expires_on: row.expires_on,
            last_used_on: None,
            old_secret_until: row.old_secret_until.map(|time| time.and_utc()),
            revoked_at: row.revoked_at.map(|time| time.and_utc()),
            secret_hash: row.secret_hash,
            old_secret_hash: row.old_secret_hash,
            id: row.id,
        };
        let entry = KeyChange::new(&head, Action::Create, &key, None, by, key.revoked_at.unwrap_or(key.created_at))?;
        head = Head { keys: entry.sequence, keys_hash: entry.hash.clone(), ..head };
        key_log::append(connection, &[entry])?;
    }
    Ok(log::set_head(connection, &head)?)
}

/// Reads the day of the last use of each key that was used, by id.
///
/// # Errors
/// Database errors.
pub fn last_uses(connection: &mut AnyConnection) -> QueryResult<Vec<(String, NaiveDate)>> {
    let rows: Vec<(String, Option<NaiveDate>)> =
        keys::table.filter(keys::last_used_on.is_not_null()).select((keys::id, keys::last_used_on)).load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, day)| Some((id, day?))).collect())
}

/// Stores that a key was used on a day. An earlier day than the stored one changes nothing.
///
/// # Errors
/// Database errors.
pub fn save_last_use(connection: &mut AnyConnection, id: &str, day: NaiveDate) -> QueryResult<()> {
    let is_earlier = keys::last_used_on.is_null().or(keys::last_used_on.lt(day));
    let key = keys::table.filter(keys::id.eq(id)).filter(is_earlier);
    diesel::update(key).set(keys::last_used_on.eq(day)).execute(connection).map(drop)
}
