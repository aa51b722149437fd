//! The keys of those who may write: only hashes of their secrets are kept.
//!
//! What a key is, its [log](super::key_log) says; the tables `keys` and `key_cities` show it to people with SQL, and
//! hold beyond it the day of its last use.

use std::collections::{BTreeMap, BTreeSet};

use chrono::{DateTime, NaiveDate, NaiveDateTime, SubsecRound, TimeDelta, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::connection::{AnyConnection, on_either, transaction};
use super::key_log::{self, KeyChange};
use super::schema::{key_cities, keys};
use super::{Head, StoreError, log, secret};
use crate::record::change::{Action, Actor, GENESIS};
use crate::record::vocabulary::vocabulary;
use crate::record::{CityId, Name};

vocabulary! {
    /// What a key allows.
    Role {
        /// Everything; alone creates and withdraws cities and handles keys.
        Admin = "admin",
        /// Baselines, targets and reports of the cities it is bound to.
        Reporter = "reporter",
    }
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Key {
    /// Its id.
    #[schema(example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")]
    pub id: String,
    /// Whom it was given to; shown as `recorded_by` beside what it wrote.
    pub label: Name,
    /// What it allows.
    pub role: Role,
    /// The cities it is bound to; empty for an admin.
    #[schema(value_type = Vec<String>, example = json!(["us-los-angeles"]))]
    pub cities: Vec<CityId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// The last day on which it works; absent where there is none.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-12-31")]
    pub expires_on: Option<NaiveDate>,
    /// The last day on which it was used; absent while it never was.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-23")]
    pub last_used_on: Option<NaiveDate>,
    /// Until when the secret before the present one works beside it; absent where none was replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_secret_until: Option<DateTime<Utc>>,
    /// When it was revoked; absent while it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// SHA-256 of the secret; never served.
    #[serde(skip)]
    #[schema(ignore)]
    pub secret_hash: String,
    /// SHA-256 of the secret before it; never served.
    #[serde(skip)]
    #[schema(ignore)]
    pub old_secret_hash: Option<String>,
}

impl Key {
    /// The key as who writes.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { label: self.label.to_string(), key: Some(self.id.clone()) }
    }

    /// Whether its last day has passed.
    #[must_use]
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }
}

/// What a new key is to be.
#[derive(Debug, Clone)]
pub struct NewKey {
    /// Whom it is given to.
    pub label: Name,
    /// What it allows.
    pub role: Role,
    /// The cities it is bound to.
    pub cities: Vec<CityId>,
    /// The last day on which it works.
    pub expires_on: Option<NaiveDate>,
}

/// How the secret of a key is replaced.
#[derive(Debug, Clone)]
pub struct Rotation {
    /// How long the old secret works beside the new one.
    pub overlap: TimeDelta,
    /// Another last day for the key; unless given, the one it has stays.
    pub expires_on: Option<NaiveDate>,
}

/// A row of `keys`, but for the day of the last use.
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

    /// The names of the columns that have another value in `other`.
    fn differing(&self, other: &Self) -> Vec<&'static str> {
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

/// Makes a key and returns it with its secret, which is kept nowhere.
///
/// # Errors
/// Those of the database, and [`StoreError::Entropy`] when the system has no random bytes.
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
        enter(connection, head, (Action::Create, &key, None), by, now)
    })?;
    Ok((key, secret))
}

/// Gives a key a new secret and returns it with that; none if there is no such key, or it was revoked.
///
/// # Errors
/// Those of [`create`].
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
        // A secret that has expired does not come back beside the new one.
        let overlap = if key.has_expired(now.date_naive()) { TimeDelta::zero() } else { rotation.overlap };
        key.old_secret_hash = Some(std::mem::replace(&mut key.secret_hash, secret_hash));
        key.old_secret_until = Some(now + overlap);
        key.expires_on = rotation.expires_on.or(key.expires_on);
        enter(connection, head, (Action::Revise, &key, None), by, now)?;
        Ok(Some((key, secret)))
    })
}

/// Revokes a key; returns whether there was such a key that had not been revoked.
///
/// # Errors
/// Those of the database.
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
        enter(connection, head, (Action::Withdraw, &key, reason), by, now)?;
        Ok(true)
    })
}

fn new_secret() -> Result<(String, String), StoreError> {
    let secret = secret::make()?;
    let hash = secret::hash(&secret).ok_or_else(|| StoreError::Entropy("a new secret is not one".to_owned()))?;
    Ok((secret, hash))
}

/// Appends an entry to the log of keys and brings the tables up to it, within a transaction that holds the revision
/// row, which was at `head`.
fn enter(
    connection: &mut AnyConnection,
    head: Head,
    (action, key, reason): (Action, &Key, Option<String>),
    by: &Actor,
    now: DateTime<Utc>,
) -> Result<(), StoreError> {
    let entry = KeyChange::enter(&head, action, key, reason, by, now)?;
    let head = Head { keys: entry.sequence, keys_hash: entry.hash.clone(), ..head };
    key_log::append(connection, &[entry])?;
    save(connection, key, action == Action::Create)?;
    log::raise(connection, &head)?;
    Ok(())
}

/// Brings the tables up to a key.
fn save(connection: &mut AnyConnection, key: &Key, is_new: bool) -> QueryResult<()> {
    let row = KeyRow::of(key);
    if !is_new {
        // The cities that a key is bound to never change.
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

/// Every key, revoked ones too, in the order they were made.
///
/// # Errors
/// Those of the database, and [`StoreError::Corrupt`] for an entry of the log of keys that is wrong.
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

/// What the log of keys makes.
struct KeysFromLog {
    /// The keys, by id.
    keys: BTreeMap<String, Key>,
    /// The sequence of its last entry.
    number: i64,
    /// The hash of that entry.
    hash: String,
}

impl KeysFromLog {
    fn read(connection: &mut AnyConnection) -> Result<Self, StoreError> {
        let mut logged = KeysFromLog { keys: BTreeMap::new(), number: 0, hash: GENESIS.to_owned() };
        key_log::follow(connection, 0, |entry| {
            entry.check(logged.number, &logged.hash).map_err(StoreError::Corrupt)?;
            let key = entry.key().map_err(StoreError::Corrupt)?;
            logged.keys.insert(key.id.clone(), key);
            (logged.number, logged.hash) = (entry.sequence, entry.hash);
            Ok(())
        })?;
        Ok(logged)
    }
}

/// The keys as the tables have them, by id.
fn tabled(connection: &mut AnyConnection) -> QueryResult<BTreeMap<String, (KeyRow, BTreeSet<String>)>> {
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

/// Checks the log of keys, and that the tables are what it makes; returns how many entries and keys there are.
///
/// # Errors
/// [`StoreError::Corrupt`] with the first thing that is wrong; those of the database.
pub(super) fn verify(connection: &mut AnyConnection, head: &Head) -> Result<(i64, usize), StoreError> {
    let KeysFromLog { keys: logged, number, hash } = KeysFromLog::read(connection)?;
    if (head.keys, &head.keys_hash) != (number, &hash) {
        let said = format!("the revision row says {} {} of the log of keys", head.keys, head.keys_hash);
        return Err(StoreError::Corrupt(format!("{said}, it ends with entry {number} {hash}")));
    }
    let tabled = tabled(connection)?;
    let ids: BTreeSet<&String> = logged.keys().chain(tabled.keys()).collect();
    match ids.into_iter().find_map(|id| difference(id, logged.get(id), tabled.get(id))) {
        Some(difference) => Err(StoreError::Corrupt(difference)),
        None => Ok((number, logged.len())),
    }
}

/// How the rows of a key differ from what the log makes of it.
fn difference(id: &str, logged: Option<&Key>, tabled: Option<&(KeyRow, BTreeSet<String>)>) -> Option<String> {
    let what = match (logged, tabled) {
        (Some(key), Some((row, cities))) => {
            let mut columns = KeyRow::of(key).differing(row);
            if !key.cities.iter().map(CityId::as_str).eq(cities.iter().map(String::as_str)) {
                columns.push("cities");
            }
            (!columns.is_empty()).then(|| format!("another {}", columns.join(", ")))?
        }
        (Some(_), None) => "no row".to_owned(),
        (None, _) => "a row that no entry makes".to_owned(),
    };
    Some(format!("the table of keys differs from the log of keys: of key {id} it has {what}"))
}

/// Enters the keys of a database that had no log of them yet; `by` stands as who did it, the time is that of the key.
pub(super) fn begin_log(connection: &mut AnyConnection, by: &Actor) -> Result<(), StoreError> {
    let mut head = log::head(connection)?;
    for (id, (row, cities)) in tabled(connection)? {
        let corrupt = || StoreError::Corrupt(format!("key {id} cannot be read"));
        let cities: Option<Vec<CityId>> = cities.iter().map(|city| CityId::new(city)).collect();
        let key = Key {
            label: label(&row.label).ok_or_else(corrupt)?,
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
        let entry = KeyChange::enter(&head, Action::Create, &key, None, by, key.revoked_at.unwrap_or(key.created_at))?;
        head = Head { keys: entry.sequence, keys_hash: entry.hash.clone(), ..head };
        key_log::append(connection, &[entry])?;
    }
    Ok(log::raise(connection, &head)?)
}

/// The day of the last use of each key that was used, by id.
///
/// # Errors
/// Those of the database.
pub fn last_uses(connection: &mut AnyConnection) -> QueryResult<Vec<(String, NaiveDate)>> {
    let rows: Vec<(String, Option<NaiveDate>)> =
        keys::table.filter(keys::last_used_on.is_not_null()).select((keys::id, keys::last_used_on)).load(connection)?;
    Ok(rows.into_iter().filter_map(|(id, day)| Some((id, day?))).collect())
}

/// Notes that a key was used on a day.
///
/// # Errors
/// Those of the database.
pub fn note_use(connection: &mut AnyConnection, id: &str, day: NaiveDate) -> QueryResult<()> {
    let earlier = keys::last_used_on.is_null().or(keys::last_used_on.lt(day));
    let key = keys::table.filter(keys::id.eq(id)).filter(earlier);
    diesel::update(key).set(keys::last_used_on.eq(day)).execute(connection).map(drop)
}

/// Reads a key's label, which has the bounds of a name.
#[must_use]
pub fn label(text: &str) -> Option<Name> {
    use crate::record::fault::{Parse, read};
    // A label is no figure: the day of reading does not matter to it.
    read(serde_json::Value::from(text), chrono::NaiveDate::MIN, Name::parse).ok()
}
