//! A membership: a city belongs to a network for some time.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::fault::{At, Fields, Parse};
use super::source::Source;

/// A city's membership in a network.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Member {
    /// The day the city joined; absent if it counts as a member from the beginning. It may be in the future.
    #[schema(example = "2015-06-01")]
    pub joined_on: Option<NaiveDate>,
    /// The first day on which the city is no longer a member; absent if it still is one. It may be in the future.
    #[schema(example = "2024-01-01")]
    pub left_on: Option<NaiveDate>,
    /// Where this was published.
    pub source: Source,
}

impl Member {
    /// True if the city is a member on `day`.
    #[must_use]
    pub fn includes(&self, day: NaiveDate) -> bool {
        self.joined_on.is_none_or(|joined| joined <= day) && self.left_on.is_none_or(|left| day < left)
    }
}

impl Parse for Member {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let joined_on: Option<NaiveDate> = fields.optional("joined_on");
        let left_on: Option<NaiveDate> = fields.optional("left_on");
        let source = fields.required("source");
        if let (Some(joined), Some(left)) = (joined_on, left_on)
            && left <= joined
        {
            fields.at().child("left_on").fault::<()>("not_after_joining", "must lie after the day it joined");
        }
        fields.close();
        Some(Member { joined_on, left_on, source: source? })
    }
}
