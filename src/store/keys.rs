//! The keys of those who may write: only hashes of their secrets are kept.

use chrono::{DateTime, NaiveDateTime, SubsecRound, Utc};
use diesel::prelude::*;
use serde::Serialize;
use utoipa::ToSchema;

use super::connection::{AnyConnection, on_either, transaction};
use super::schema::{key_cities, keys};
use super::{StoreError, log};
use crate::record::change::sha256;
use crate::record::vocabulary::vocabulary;
use crate::record::{Actor, CityId, Name, Slug};

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
    #[schema(value_type = String, min_length = 1, max_length = 200, example = "City of Los Angeles, climate office")]
    pub label: Name,
    /// What it allows.
    pub role: Role,
    /// The cities it is bound to; empty for an admin.
    #[schema(value_type = Vec<String>, example = json!(["us-los-angeles"]))]
    pub cities: Vec<CityId>,
    /// When it was made.
    pub created_at: DateTime<Utc>,
    /// When it was revoked; absent while it is valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// SHA-256 of the secret; never served.
    #[serde(skip)]
    #[schema(ignore)]
    pub secret_hash: String,
}

impl Key {
    /// The key as who writes.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { label: self.label.to_string(), key: Some(self.id.clone()) }
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
}

/// What every secret begins with, so that scanners for leaked secrets recognise one.
const PREFIX: &str = "pwk_";

/// The hash by which a secret is known.
#[must_use]
pub fn hash_of(secret: &str) -> String {
    // A fast hash will do: a secret has 256 random bits, which no dictionary holds.
    sha256(secret)
}

#[derive(Queryable, Selectable, Insertable)]
#[diesel(table_name = keys)]
struct KeyRow {
    id: String,
    label: String,
    role: String,
    secret_hash: String,
    created_at: NaiveDateTime,
    revoked_at: Option<NaiveDateTime>,
}

/// Makes a key and returns it with its secret, which is kept nowhere.
///
/// # Errors
/// Those of the database, and [`StoreError::Entropy`] when the system has no random bytes.
pub fn create(connection: &mut AnyConnection, new: NewKey, now: DateTime<Utc>) -> Result<(Key, String), StoreError> {
    let mut bytes = [0_u8; 32];
    getrandom::fill(&mut bytes).map_err(|error| StoreError::Entropy(error.to_string()))?;
    let secret = format!("{PREFIX}{}", hex::encode(bytes));
    let key = Key {
        id: uuid::Uuid::now_v7().to_string(),
        label: new.label,
        role: new.role,
        cities: new.cities,
        created_at: now.trunc_subsecs(0),
        revoked_at: None,
        secret_hash: hash_of(&secret),
    };
    transaction(connection, |connection| {
        let mut head = log::lock(connection)?;
        let row = KeyRow {
            id: key.id.clone(),
            label: key.label.to_string(),
            role: key.role.to_string(),
            secret_hash: key.secret_hash.clone(),
            created_at: key.created_at.naive_utc(),
            revoked_at: None,
        };
        diesel::insert_into(keys::table).values(&row).execute(connection)?;
        let cities: Vec<_> = key
            .cities
            .iter()
            .map(|city| (key_cities::key_id.eq(&key.id), key_cities::city.eq(city.as_str())))
            .collect();
        if !cities.is_empty() {
            on_either!(connection, c => diesel::insert_into(key_cities::table).values(&cities).execute(c))?;
        }
        head.keys += 1;
        log::raise(connection, &head)?;
        Ok::<_, StoreError>(())
    })?;
    Ok((key, secret))
}

/// Revokes a key; returns whether there was such a key that was still valid.
///
/// # Errors
/// Those of the database.
pub fn revoke(connection: &mut AnyConnection, id: &str, now: DateTime<Utc>) -> Result<bool, StoreError> {
    transaction(connection, |connection| {
        let mut head = log::lock(connection)?;
        let revoked = diesel::update(keys::table.find(id).filter(keys::revoked_at.is_null()))
            .set(keys::revoked_at.eq(now.naive_utc().trunc_subsecs(0)))
            .execute(connection)?;
        head.keys += 1;
        log::raise(connection, &head)?;
        Ok(revoked == 1)
    })
}

/// Every key, revoked ones too, in the order they were made.
///
/// # Errors
/// Those of the database, and [`StoreError::Corrupt`] for a row that cannot be a key.
pub fn list(connection: &mut AnyConnection) -> Result<Vec<Key>, StoreError> {
    let rows: Vec<KeyRow> = keys::table.select(keys::all_columns).load(connection)?;
    let bound: Vec<(String, String)> = key_cities::table.select(key_cities::all_columns).load(connection)?;
    let mut listed = rows
        .into_iter()
        .map(|row| {
            let corrupt = || StoreError::Corrupt(format!("key {} cannot be read", row.id));
            let cities = bound.iter().filter(|(key, _)| *key == row.id).map(|(_, city)| Slug::new(city));
            let mut cities = cities.collect::<Option<Vec<_>>>().ok_or_else(corrupt)?;
            cities.sort();
            Ok(Key {
                label: label(&row.label).ok_or_else(corrupt)?,
                role: Role::from_word(&row.role).ok_or_else(corrupt)?,
                cities,
                created_at: row.created_at.and_utc(),
                revoked_at: row.revoked_at.map(|time| time.and_utc()),
                secret_hash: row.secret_hash.clone(),
                id: row.id.clone(),
            })
        })
        .collect::<Result<Vec<Key>, StoreError>>()?;
    // Version 7 UUIDs begin with the time. Sorted here, for databases differ in how they sort text.
    listed.sort_by(|one, other| one.id.cmp(&other.id));
    Ok(listed)
}

/// Reads a key's label, which has the bounds of a name.
#[must_use]
pub fn label(text: &str) -> Option<Name> {
    use crate::record::fault::{Parse, read};
    // A label is no figure: the day of reading does not matter to it.
    read(serde_json::Value::from(text), chrono::NaiveDate::MIN, Name::parse).ok()
}
