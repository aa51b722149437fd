//! A statement: a city's reply to the verdicts on it.

use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::fault::{At, Fields, Parse};
use super::text::{Slug, Text};

/// A city's reply to the verdicts on it; it is shown next to them, whatever they are.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Statement {
    /// The reply in the city's own words.
    pub text: Text,
    /// The id of the target that it is about; absent if it is about all of them.
    pub target: Option<Slug>,
}

impl Statement {
    /// The id of every city's statement in the log: a city has one.
    pub const ID: &str = "statement";
}

impl Parse for Statement {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let text = fields.required("text");
        let target = fields.optional("target");
        fields.close();
        Some(Statement { text: text?, target })
    }
}
