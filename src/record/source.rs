//! Where a figure or a pledge was published.

use chrono::NaiveDate;
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::fault::{At, Fields, Parse};
use super::text::{Name, Text, WebAddress};

/// The publication that a figure or a pledge was taken from.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Source {
    /// The title of the document or data set.
    pub title: Name,
    /// Its address on the web.
    pub url: Option<WebAddress>,
    /// Who published it.
    pub publisher: Option<Name>,
    /// The day it was published. If absent, its figures count from the day they were recorded.
    #[schema(example = "2023-05-30")]
    pub published: Option<NaiveDate>,
    /// The licence or terms it is published under.
    pub licence: Option<Name>,
    /// Where in the publication the figure is: page, table, row.
    pub locator: Option<Text>,
}

impl Parse for Source {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let title = fields.required("title");
        let url = fields.optional("url");
        let publisher = fields.optional("publisher");
        let published: Option<NaiveDate> = fields.optional("published");
        let licence = fields.optional("licence");
        let locator = fields.optional("locator");
        if published.is_some_and(|day| day > at.today) {
            at.child("published").fault::<()>("in_future", "must not lie in the future");
        }
        fields.close();
        Some(Source { title: title?, url, publisher, published, licence, locator })
    }
}
