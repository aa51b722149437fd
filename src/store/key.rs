//! A key as it is known: who holds it, what it allows, and until when.

use chrono::{DateTime, NaiveDate, Utc};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::record::change::Actor;
use crate::record::fault::{Parse, read};
use crate::record::vocabulary::vocabulary;
use crate::record::{CityId, Name};

vocabulary! {
    /// What a key allows.
    Role {
        /// Everything. Only this role creates and withdraws cities and manages keys.
        Admin = "admin",
        /// Writing baselines, targets and reports of the cities that the key is bound to.
        Reporter = "reporter",
    }
}

/// A key, without its secret.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Key {
    /// The id of the key.
    #[schema(example = "01939f2c-7a10-7cc3-9d4e-2f7a1f0c9b11")]
    pub id: String,
    /// Who holds the key. Shown as `recorded_by` in the records that the key wrote.
    pub label: Name,
    /// What the key allows.
    pub role: Role,
    /// The cities that the key is bound to; empty for an admin.
    #[schema(value_type = Vec<String>, example = json!(["us-los-angeles"]))]
    pub cities: Vec<CityId>,
    /// When the key was created.
    pub created_at: DateTime<Utc>,
    /// The last day on which the key works; absent if it does not expire.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2027-12-31")]
    pub expires_on: Option<NaiveDate>,
    /// The last day on which the key was used; absent if it was never used.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(example = "2026-11-23")]
    pub last_used_on: Option<NaiveDate>,
    /// Until when the previous secret still works; absent if the secret was never replaced.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub old_secret_until: Option<DateTime<Utc>>,
    /// When the key was revoked; absent if it was not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub revoked_at: Option<DateTime<Utc>>,
    /// SHA-256 of the secret; never part of a response.
    #[serde(skip)]
    #[schema(ignore)]
    pub secret_hash: String,
    /// SHA-256 of the previous secret; never part of a response.
    #[serde(skip)]
    #[schema(ignore)]
    pub old_secret_hash: Option<String>,
}

impl Key {
    /// The key as the author of a change.
    #[must_use]
    pub fn actor(&self) -> Actor {
        Actor { label: self.label.to_string(), key: Some(self.id.clone()) }
    }

    /// True if the last day of the key has passed.
    #[must_use]
    pub fn has_expired(&self, today: NaiveDate) -> bool {
        self.expires_on.is_some_and(|last| last < today)
    }
}

/// Parses the label of a key, which has the same limits as a name.
#[must_use]
pub fn parse_label(text: &str) -> Option<Name> {
    // A label is not a figure, so the day of reading does not matter.
    read(Value::from(text), NaiveDate::MIN, Name::parse).ok()
}
