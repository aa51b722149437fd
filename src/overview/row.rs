//! A row of a list: a city and one of its targets.

use crate::method::Assessment;
use crate::record::CityId;
use crate::registry::{CityEntry, Present};

/// A row of a list: a city and one of its targets, or none.
#[derive(Debug, Clone, Copy)]
pub struct Row<'a> {
    /// The city's id.
    pub id: &'a CityId,
    /// Everything recorded about the city.
    pub entry: &'a CityEntry,
    /// The city's current state, judged.
    pub present: &'a Present,
    /// The target. In a list of cities it is the headline target, if there is one.
    pub target: Option<&'a Assessment>,
}

impl Row<'_> {
    /// True if the target is the city's headline target.
    #[must_use]
    pub fn is_headline(&self) -> bool {
        self.target.is_some_and(|target| self.present.headline.as_ref() == Some(&target.target.id))
    }
}
