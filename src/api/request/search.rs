//! Finds cities by a text: in their name, and in those of their country, region and networks.

use chrono::NaiveDate;

use crate::overview::row::Row;
use crate::record::Slug;
use crate::record::text::fold_name;
use crate::registry::{NetworkEntry, Snapshot};

/// A text that names are searched for.
#[derive(Debug)]
pub(super) struct Search<'q> {
    text: String,
    /// The networks whose name has it.
    networks: Vec<&'q Slug>,
    judged_on: NaiveDate,
}

impl<'q> Search<'q> {
    pub fn new(text: &str, snapshot: &'q Snapshot) -> Self {
        let text = fold_name(text);
        let is_named = |entry: &NetworkEntry| {
            entry.network.live().is_some_and(|(network, _)| fold_name(network.name.as_str()).contains(&text))
        };
        let networks = snapshot.networks.iter().filter(|(_, entry)| is_named(entry)).map(|(id, _)| id).collect();
        Search { networks, text, judged_on: snapshot.judged_on }
    }

    pub fn finds(&self, row: &Row<'_>) -> bool {
        let city = &row.present.city;
        let has = |name: &str| fold_name(name).contains(&self.text);
        has(city.name.as_str())
            || has(city.country.name())
            || city.region.as_ref().is_some_and(|region| has(region.as_str()))
            || self.networks.iter().any(|network| row.entry.is_member(network.as_str(), self.judged_on))
    }
}
