//! Which cities succeed which. The successor names its predecessors, and the predecessor is shown with its successors.

use std::collections::BTreeSet;

use imbl::OrdMap;

use crate::record::{CityId, Dossier};

/// The successors of each city, as they last named it. Includes withdrawn successors.
#[derive(Debug, Clone, Default)]
pub struct Succession(OrdMap<CityId, Vec<CityId>>);

impl Succession {
    /// The cities that last named this one as a predecessor, by id.
    pub(super) fn of(&self, predecessor: &CityId) -> &[CityId] {
        self.0.get(predecessor).map_or(&[], Vec::as_slice)
    }

    pub(super) fn add(&mut self, predecessor: &CityId, successor: &CityId) {
        let successors = self.0.entry(predecessor.clone()).or_default();
        if let Err(index) = successors.binary_search(successor) {
            successors.insert(index, successor.clone());
        }
    }

    pub(super) fn remove(&mut self, predecessor: &CityId, successor: &CityId) {
        if let Some(successors) = self.0.get_mut(predecessor) {
            successors.retain(|id| id != successor);
        }
    }
}

/// The predecessors that a city last named, and whether the city is live.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Origins {
    pub(super) predecessors: BTreeSet<CityId>,
    pub(super) is_live: bool,
}

impl Origins {
    pub(super) fn of(dossier: &Dossier) -> Self {
        let named = dossier.city.last_value().into_iter().flat_map(|city| &city.predecessors);
        Origins {
            predecessors: named.map(|predecessor| predecessor.city.clone()).collect(),
            is_live: dossier.city.live().is_some(),
        }
    }
}
