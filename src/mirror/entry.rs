//! An entry of the log as a service serves it. All hashes are recomputed, so that nothing the service claims is
//! trusted.

use serde::Deserialize;
use serde_json::{Map, Value};

use crate::record::change::sha256;

/// The place of an entry in the chain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) sequence: i64,
    pub(super) previous_hash: String,
    pub(super) hash: String,
}

/// An entry as it is served. Kind and action stay texts, since a newer service may have others.
#[derive(Deserialize)]
struct Served {
    sequence: i64,
    recorded_at: String,
    actor: String,
    city: Option<String>,
    kind: String,
    id: String,
    action: String,
    revision: i64,
    reason: Option<String>,
    key: Option<String>,
    after: Option<Value>,
    #[serde(default)]
    redacted: bool,
    body_hash: String,
    previous_hash: String,
    hash: String,
}

impl Entry {
    /// Reads an entry and checks the hashes of its body and of itself.
    ///
    /// # Errors
    /// A sentence that says what is wrong.
    pub(super) fn read(text: &str) -> Result<Self, String> {
        let served: Served = serde_json::from_str(text).map_err(|error| format!("it is not an entry: {error}"))?;
        if !served.redacted && sha256(&served.body()) != served.body_hash {
            return Err(format!("the body of entry {} does not match its hash", served.sequence));
        }
        if served.computed_hash() != served.hash {
            return Err(format!("entry {} does not match its hash", served.sequence));
        }
        let Served { sequence, previous_hash, hash, .. } = served;
        Ok(Entry { sequence, previous_hash, hash })
    }
}

impl Served {
    fn body(&self) -> String {
        let mut members = Map::new();
        members.extend(self.after.clone().map(|after| ("after".to_owned(), after)));
        members.extend(self.key.clone().map(|key| ("key".to_owned(), key.into())));
        members.extend(self.reason.clone().map(|reason| ("reason".to_owned(), reason.into())));
        Value::Object(members).to_string()
    }

    fn computed_hash(&self) -> String {
        let (sequence, revision) = (self.sequence.to_string(), self.revision.to_string());
        let parts = [
            self.previous_hash.as_str(),
            &sequence,
            &self.recorded_at,
            &self.actor,
            &self.kind,
            self.city.as_deref().unwrap_or_default(),
            &self.id,
            &self.action,
            &revision,
            &self.body_hash,
        ];
        sha256(&parts.join("\n"))
    }
}
