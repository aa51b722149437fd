//! A row of a list: a city, and one of its targets.

use crate::method::Assessment;
use crate::record::CityId;
use crate::registry::{CityEntry, Present};

/// A row of a list: a city, and one of its targets or none.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The city's id.
    pub id: &'a CityId,
    /// All that is recorded of it.
    pub entry: &'a CityEntry,
    /// What is served of it.
    pub present: &'a Present,
    /// The target; in a list of cities the headline target, if there is one.
    pub target: Option<&'a Assessment>,
}

impl Row<'_> {
    /// Whether the target is the one that speaks for the city.
    #[must_use]
    pub fn is_headline(&self) -> bool {
        self.target.is_some_and(|target| self.present.headline.as_ref() == Some(&target.target.id))
    }
}
