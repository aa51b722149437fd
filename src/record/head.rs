//! The signed head of the log: what is signed, and how an outsider checks it.
//!
//! The head of the log is its last entry: its sequence and its hash, which covers all entries before it. The service
//! signs it with Ed25519 (RFC 8032). The signed text is these five lines in UTF-8, joined by line feeds, without one at
//! the end. Each value is written as it is served:
//!
//! ```text
//! pledgewatch log head
//! key_id
//! sequence
//! hash
//! signed_at
//! ```
//!
//! `key_id` is the SHA-256 of the 32 bytes of the public key. Before the first entry, `sequence` is 0 and `hash` is 64
//! zeros.

use std::fmt;
use std::str::FromStr;

use chrono::{DateTime, SubsecRound, Utc};
use ed25519_dalek::{Signature, Signer as _, SigningKey, VerifyingKey};
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};
use utoipa::ToSchema;

use super::change::timestamp;

/// The first line of the signed text, so that a signature for another purpose cannot be used here.
const PURPOSE: &str = "pledgewatch log head";

/// The last entry of a log.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogEnd {
    /// Its sequence; 0 for a log without entries.
    pub sequence: i64,
    /// Its hash; 64 zeros for a log without entries.
    pub hash: String,
}

impl fmt::Display for LogEnd {
    /// `SEQUENCE:HASH`, the format that the command line reads.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.sequence, self.hash)
    }
}

impl FromStr for LogEnd {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let problem = || "must be SEQUENCE:HASH, as /health/ready prints it".to_owned();
        let (sequence, hash) = text.split_once(':').ok_or_else(problem)?;
        let sequence = sequence.parse().ok().filter(|sequence| *sequence >= 0).ok_or_else(problem)?;
        if !is_hex(hash, 64) {
            return Err(problem());
        }
        Ok(LogEnd { sequence, hash: hash.to_owned() })
    }
}

/// The public key that verifies signed heads.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct LogKey {
    /// SHA-256 of the 32 bytes of the public key, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "f6a1e0f2a3b8f1f75bd35c0a4cf6e3c5d1f0a4d1e2a6b7c8d9e0f1a2b3c4d5e6")]
    pub key_id: String,
    /// Always `Ed25519` (RFC 8032).
    #[schema(example = "Ed25519")]
    pub algorithm: String,
    /// The 32 bytes of the public key, in hexadecimal.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    pub public_key: String,
    /// When the key was created: RFC 3339, UTC.
    pub created_at: DateTime<Utc>,
}

/// The head of the log, signed by the service.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct SignedHead {
    /// The sequence of the last entry; 0 if the log is empty.
    #[schema(minimum = 0, example = 812)]
    pub sequence: i64,
    /// The hash of the last entry; 64 zeros if the log is empty.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08")]
    pub hash: String,
    /// When the last entry was recorded: RFC 3339, UTC; absent if the log is empty.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded_at: Option<DateTime<Utc>>,
    /// When the head was signed: RFC 3339, UTC, to the second.
    pub signed_at: DateTime<Utc>,
    /// The id of the key that signed it.
    #[schema(pattern = "^[0-9a-f]{64}$", example = "f6a1e0f2a3b8f1f75bd35c0a4cf6e3c5d1f0a4d1e2a6b7c8d9e0f1a2b3c4d5e6")]
    pub key_id: String,
    /// The Ed25519 signature, in hexadecimal.
    #[schema(
        pattern = "^[0-9a-f]{128}$",
        example = "e5564300c360ac729086e2cc806e828a84877f1eb8e5d974d873e065224901555fb8821590a33bacc61e39701cf9b46bd25bf5f0595bbe24655141438e7a100b"
    )]
    pub signature: String,
}

impl SignedHead {
    /// The last entry of the log that it signs.
    #[must_use]
    pub fn end(&self) -> LogEnd {
        LogEnd { sequence: self.sequence, hash: self.hash.clone() }
    }

    /// The text that is signed.
    #[must_use]
    pub fn signed_text(&self) -> String {
        let SignedHead { sequence, hash, signed_at, key_id, recorded_at: _, signature: _ } = self;
        // The time of the entry is not part of it: the hash covers it.
        [PURPOSE, key_id, &sequence.to_string(), hash, &timestamp(*signed_at)].join("\n")
    }
}

impl LogKey {
    fn of(key: &VerifyingKey, created_at: DateTime<Utc>) -> Self {
        LogKey {
            key_id: hex::encode(Sha256::digest(key.as_bytes())),
            algorithm: "Ed25519".to_owned(),
            public_key: hex::encode(key.as_bytes()),
            created_at: created_at.trunc_subsecs(0),
        }
    }

    /// Checks that this key signed the head.
    ///
    /// # Errors
    /// A sentence that says what does not match.
    pub fn verify(&self, head: &SignedHead) -> Result<(), String> {
        let bytes: Option<[u8; 32]> = hex::decode(&self.public_key).ok().and_then(|bytes| bytes.try_into().ok());
        let key = bytes.and_then(|bytes| VerifyingKey::from_bytes(&bytes).ok());
        let key = key.ok_or_else(|| format!("{} is no Ed25519 public key", self.public_key))?;
        if hex::encode(Sha256::digest(key.as_bytes())) != self.key_id {
            return Err(format!("the id of the key, {}, is not the SHA-256 of the key", self.key_id));
        }
        if head.key_id != self.key_id {
            return Err(format!("the head is signed by the key {}, not by {}", head.key_id, self.key_id));
        }
        let bytes: Option<[u8; 64]> = hex::decode(&head.signature).ok().and_then(|bytes| bytes.try_into().ok());
        let signature = bytes.map(|bytes| Signature::from_bytes(&bytes));
        let valid =
            signature.is_some_and(|signature| key.verify_strict(head.signed_text().as_bytes(), &signature).is_ok());
        if valid { Ok(()) } else { Err(format!("the signature of the head {} is wrong", head.end())) }
    }
}

/// Signs heads with a private key, which it never shows.
pub struct Signer {
    key: SigningKey,
    public: LogKey,
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("public", &self.public).finish_non_exhaustive()
    }
}

impl Signer {
    /// The signer with this private key.
    #[must_use]
    pub fn new(private_key: &[u8; 32], created_at: DateTime<Utc>) -> Self {
        let key = SigningKey::from_bytes(private_key);
        let public = LogKey::of(&key.verifying_key(), created_at);
        Signer { key, public }
    }

    /// Its public key.
    #[must_use]
    pub fn public(&self) -> &LogKey {
        &self.public
    }

    /// Signs the head of a log whose last entry was recorded at `recorded_at`.
    #[must_use]
    pub fn sign(&self, end: LogEnd, recorded_at: DateTime<Utc>, now: DateTime<Utc>) -> SignedHead {
        let mut head = SignedHead {
            recorded_at: Some(recorded_at).filter(|_| end.sequence > 0),
            sequence: end.sequence,
            hash: end.hash,
            signed_at: now.trunc_subsecs(0),
            key_id: self.public.key_id.clone(),
            signature: String::new(),
        };
        head.signature = hex::encode(self.key.sign(head.signed_text().as_bytes()).to_bytes());
        head
    }
}

fn is_hex(text: &str, length: usize) -> bool {
    text.len() == length && text.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}
