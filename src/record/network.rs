//! A network: cities that have joined together, such as C40.

use chrono::{DateTime, Utc};
use serde::Serialize;
use serde_json::Value;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use super::change::{Action, Change};
use super::dossier::{AnyRecord, bytes_of, read_change};
use super::fault::{At, Fields, Parse};
use super::recorded::{Recorded, Revision};
use super::source::Source;
use super::text::{Name, WebAddress};

/// A network of cities; who its members are is recorded city by city.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Eq, Serialize, ToSchema)]
pub struct Network {
    /// Its name.
    pub name: Name,
    /// Its page on the web.
    pub website: Option<WebAddress>,
    /// Where it was taken from.
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

impl Recorded<Network> {
    /// Lets no state be recorded after `time`: a later entry of the log was recorded then.
    pub fn set_all_back(&mut self, time: DateTime<Utc>) {
        self.set_back(time, false);
    }

    /// Adds what an entry says of a network to all that was recorded of it `before`.
    ///
    /// # Errors
    /// A sentence, when the entry cannot be read or does not follow the last revision.
    pub fn follow(before: Option<Self>, change: &Change) -> Result<Self, String> {
        if before.is_none() && change.action != Action::Create {
            return Err(format!("entry {} is about a network that is not there", change.sequence));
        }
        let (stamp, record) = read_change(change)?;
        let network =
            record.and_then(|record| if let AnyRecord::Network(network) = record { Some(network) } else { None });
        let next = Revision::new(stamp, network, bytes_of(change));
        let Some(mut record) = before else { return Recorded::begin(next) };
        record.push(next, false)?;
        Ok(record)
    }
}
