//! A network of cities, such as C40.

use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::fault::{At, Fields, Parse};
use super::source::Source;
use super::text::{Name, WebAddress};

/// A network of cities; its members are recorded with each city.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Network {
    /// Its name.
    pub name: Name,
    /// Its page on the web.
    pub website: Option<WebAddress>,
    /// Where this was published.
    pub source: Source,
}

impl Parse for Network {
    fn parse(value: Value, at: &At<'_>) -> Option<Self> {
        let mut fields = Fields::open(value, at)?;
        let name = fields.required("name");
        let website = fields.optional("website");
        let source = fields.required("source");
        fields.close();
        Some(Network { name: name?, website, source: source? })
    }
}
