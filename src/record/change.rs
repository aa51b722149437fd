//! An entry of the change log, and the hash that chains it to the one before.
//!
//! Nothing recorded is ever overwritten. Every write appends an entry, and the entries alone rebuild everything else.
//! An outsider who keeps an old head of the chain can check the whole log:
//!
//! - `body_hash` is the SHA-256 of the body's text. The body is a JSON object with the members `after` (the record;
//!   absent after a withdrawal), `key` (the id of the key that wrote it; absent without one) and `reason` (absent if none
//!   was given). Members are sorted by name at every depth. There is no white space, UTF-8 is not escaped, whole numbers
//!   have no fraction, and no number has an exponent;
//! - `hash` is the SHA-256 of `previous_hash`, `sequence`, `recorded_at`, `actor`, `kind`, `city`, `id`, `action`,
//!   `revision` and `body_hash`, each as it is served, joined by line feeds; a `city` that is absent, as for a network,
//!   is an empty string;
//! - the first entry's `previous_hash` is 64 zeros.
//!
//! Only the body's hash is part of the chain. So a body can be removed, once the record was withdrawn or restated
//! without it. The entry is then shown as `redacted`, and the chain still verifies. Who removed it, when and why is
//! recorded in an entry of its own, of the kind `redaction`.

use chrono::{DateTime, SecondsFormat, SubsecRound, Utc};
use serde::Deserialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};
use sha2::{Digest, Sha256};

use super::key::Subject;
use super::limits::CLOCK_JUMP;
use super::vocabulary::vocabulary;

/// The `previous_hash` of the first entry.
pub const GENESIS: &str = "0000000000000000000000000000000000000000000000000000000000000000";

vocabulary! {
    /// What an entry of the log does to a record.
    Action {
        /// The record is new, or is recorded again after a withdrawal.
        Create = "create",
        /// The record is changed.
        Revise = "revise",
        /// The record is withdrawn; its history is kept.
        Withdraw = "withdraw",
    }
}

/// One entry of the log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    /// Its number: 1, 2, 3 without a gap.
    pub sequence: i64,
    /// When it was recorded, to the second.
    pub recorded_at: DateTime<Utc>,
    /// The label of the key that wrote it.
    pub actor: String,
    /// The record or the redaction that it is about.
    pub subject: Subject,
    /// What it does.
    pub action: Action,
    /// The revision of the record that it makes.
    pub revision: i32,
    /// The text of the body; `None` once it is redacted.
    pub body: Option<String>,
    /// SHA-256 of the body's text, in hexadecimal.
    pub body_hash: String,
    /// The hash of the entry before.
    pub previous_hash: String,
    /// The hash of this entry.
    pub hash: String,
}

/// Who writes. Labels may repeat; ids do not.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Actor {
    /// The label of the key or, without a key, of what writes, such as an import.
    pub label: String,
    /// The id of the key; `None` without a key.
    pub key: Option<String>,
}

impl From<&str> for Actor {
    /// A writer without a key.
    fn from(label: &str) -> Self {
        Actor { label: label.to_owned(), key: None }
    }
}

/// An entry that has no place in the log yet.
#[derive(Debug, Clone)]
pub struct Draft {
    /// Who writes it.
    pub actor: Actor,
    /// What it is about.
    pub subject: Subject,
    /// What it does.
    pub action: Action,
    /// The revision of the record that it makes.
    pub revision: i32,
    /// The record after it; `None` after a withdrawal.
    pub after: Option<Value>,
    /// Why; `None` if no reason was given.
    pub reason: Option<String>,
}

/// The time of an entry that is made `now`, after an entry of the time `last`.
///
/// Clocks of nodes differ a little, and are set back. The times of the log normally never decrease, so that everything
/// up to a day is the first part of it. But if `last` is far ahead, its clock was wrong, and following it would put all
/// later entries ahead, too. Then the log's time goes back once, and the entries that lie ahead count as recorded by
/// then.
#[must_use]
pub fn entry_time(last: DateTime<Utc>, now: DateTime<Utc>) -> DateTime<Utc> {
    let is_far_ahead = (last - now).to_std().is_ok_and(|ahead| ahead > CLOCK_JUMP);
    if is_far_ahead { now } else { now.max(last) }
}

impl Draft {
    /// Gives the draft the place `sequence` in the log, after the entry whose hash is `previous_hash`.
    #[must_use]
    pub fn into_entry(self, sequence: i64, recorded_at: DateTime<Utc>, previous_hash: &str) -> Change {
        let mut members = Map::new();
        if let Some(after) = self.after {
            members.insert("after".to_owned(), after);
        }
        if let Some(key) = self.actor.key {
            members.insert("key".to_owned(), Value::String(key));
        }
        if let Some(reason) = self.reason {
            members.insert("reason".to_owned(), Value::String(reason));
        }
        let body = Value::Object(members).to_string();
        let body_hash = sha256(&body);
        let mut change = Change {
            sequence,
            // To the second, as it is served and hashed.
            recorded_at: recorded_at.trunc_subsecs(0),
            actor: self.actor.label,
            subject: self.subject,
            action: self.action,
            revision: self.revision,
            body: Some(body),
            body_hash,
            previous_hash: previous_hash.to_owned(),
            hash: String::new(),
        };
        change.hash = change.computed_hash();
        change
    }
}

/// The place of an entry in a chain.
#[derive(Debug, Clone, Copy)]
pub struct Link<'e> {
    /// Its number.
    pub sequence: i64,
    /// The hash of the entry before it, as the entry states it.
    pub previous_hash: &'e str,
    /// Its own hash, as the entry states it.
    pub hash: &'e str,
}

impl Link<'_> {
    /// Checks that it follows the entry with `previous_sequence` and `previous_hash`, and that its hash is the computed
    /// one.
    ///
    /// # Errors
    /// What does not match, as the end of a sentence about the entry.
    pub fn check(&self, previous_sequence: i64, previous_hash: &str, computed_hash: &str) -> Result<(), &'static str> {
        if self.sequence != previous_sequence + 1 {
            Err("does not follow the entry before it without a gap")
        } else if self.previous_hash != previous_hash {
            Err("does not name the hash of the entry before it")
        } else if computed_hash != self.hash {
            Err("has a hash that does not match its fields")
        } else {
            Ok(())
        }
    }
}

impl Change {
    /// The hash computed from the entry's own fields.
    #[must_use]
    pub fn computed_hash(&self) -> String {
        let fields = [
            self.previous_hash.as_str(),
            &self.sequence.to_string(),
            &timestamp(self.recorded_at),
            &self.actor,
            self.subject.kind().as_str(),
            self.subject.city_or_empty(),
            &self.subject.id(),
            self.action.as_str(),
            &self.revision.to_string(),
            &self.body_hash,
        ];
        sha256(&fields.join("\n"))
    }

    /// Checks that the entry follows the one with `previous_sequence` and `previous_hash`, and that its body matches
    /// its hash.
    ///
    /// # Errors
    /// A sentence that says what does not match.
    pub fn check(&self, previous_sequence: i64, previous_hash: &str) -> Result<(), String> {
        self.check_place(previous_sequence, previous_hash)?;
        self.check_body()
    }

    /// Checks that the entry follows the one with `previous_sequence` and `previous_hash`; the body is not checked.
    ///
    /// # Errors
    /// A sentence that says what does not match.
    pub fn check_place(&self, previous_sequence: i64, previous_hash: &str) -> Result<(), String> {
        let link = Link { sequence: self.sequence, previous_hash: &self.previous_hash, hash: &self.hash };
        link.check(previous_sequence, previous_hash, &self.computed_hash())
            .map_err(|problem| format!("entry {} {problem}", self.sequence))
    }

    /// Checks that the body, unless it was redacted, matches its hash.
    ///
    /// # Errors
    /// A sentence that says that it does not.
    pub fn check_body(&self) -> Result<(), String> {
        match &self.body {
            Some(body) if sha256(body) != self.body_hash => {
                Err(format!("entry {} has a body that its body hash does not match", self.sequence))
            }
            _ => Ok(()),
        }
    }

    /// True if the hashes of the entry match its fields and its body.
    #[must_use]
    pub fn is_intact(&self) -> bool {
        self.check_body().is_ok() && self.computed_hash() == self.hash
    }

    /// The record after the change and the reason for it, from the body.
    ///
    /// # Errors
    /// A sentence, if the body is not the JSON it should be.
    pub fn contents(&self) -> Result<(Option<Value>, Option<String>), String> {
        let (after, reason) = self.raw_contents()?;
        let after = after.map(serde_json::from_str).transpose().map_err(|error| self.unreadable_body(&error))?;
        Ok((after, reason))
    }

    /// The same, with the record as the text that was hashed.
    ///
    /// # Errors
    /// A sentence, if the body is not the JSON it should be.
    pub fn raw_contents(&self) -> Result<(Option<&str>, Option<String>), String> {
        let Some(body) = &self.body else { return Ok((None, None)) };
        let Body { after, reason, key: _ } =
            serde_json::from_str(body).map_err(|error| self.unreadable_body(&error))?;
        Ok((after.map(RawValue::get), reason))
    }

    /// The id of the key that wrote the entry, from the body.
    ///
    /// # Errors
    /// A sentence, if the body is not the JSON it should be.
    pub fn key_id(&self) -> Result<Option<String>, String> {
        let Some(body) = &self.body else { return Ok(None) };
        let body: Body<'_> = serde_json::from_str(body).map_err(|error| self.unreadable_body(&error))?;
        Ok(body.key)
    }

    fn unreadable_body(&self, error: &serde_json::Error) -> String {
        format!("entry {} has a body that cannot be read: {error}", self.sequence)
    }
}

/// The members of a body.
#[derive(Deserialize)]
struct Body<'a> {
    #[serde(borrow)]
    after: Option<&'a RawValue>,
    reason: Option<String>,
    key: Option<String>,
}

/// A time as it is served and hashed: RFC 3339, UTC, to the second.
#[must_use]
pub fn timestamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Secs, true)
}

/// SHA-256 in hexadecimal.
#[must_use]
pub fn sha256(text: &str) -> String {
    hex::encode(Sha256::digest(text.as_bytes()))
}
