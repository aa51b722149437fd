//! Which cities succeed which. The successor names its predecessors, and the predecessor is shown with its successors.

use std::collections::BTreeSet;

use imbl::OrdMap;

use super::snapshot::{CityLookup, Snapshot};
use super::staging::Staging;
use crate::record::{CityId, Dossier, RecordKey};

/// The successors of each city, as they last named it. Includes withdrawn successors.
#[derive(Debug, Clone, Default)]
pub struct Succession(OrdMap<CityId, Vec<CityId>>);

impl Succession {
    /// The cities that last named this one as a predecessor, by id.
    fn of(&self, predecessor: &CityId) -> &[CityId] {
        self.0.get(predecessor).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, predecessor: &CityId, successor: &CityId) {
        let successors = self.0.entry(predecessor.clone()).or_default();
        if let Err(index) = successors.binary_search(successor) {
            successors.insert(index, successor.clone());
        }
    }

    fn remove(&mut self, predecessor: &CityId, successor: &CityId) {
        if let Some(successors) = self.0.get_mut(predecessor) {
            successors.retain(|id| id != successor);
        }
    }
}

/// The predecessors that a city last named, and whether the city is live.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Origins {
    predecessors: BTreeSet<CityId>,
    is_live: bool,
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

impl Staging {
    /// Records how the predecessors of `city` changed. Predecessors whose list of successors changes are rendered
    /// again.
    pub(super) fn update_succession(&mut self, city: &CityId, before: &Origins, now: &Origins) {
        for predecessor in before.predecessors.union(&now.predecessors) {
            let (was, is) = (before.predecessors.contains(predecessor), now.predecessors.contains(predecessor));
            if is && !was {
                self.snapshot.succession.add(predecessor, city);
            } else if was && !is {
                self.snapshot.succession.remove(predecessor, city);
            }
            let shown = (was && before.is_live, is && now.is_live);
            if shown.0 != shown.1 {
                self.stage_city(predecessor);
            }
        }
    }

    /// The successors of `city` that are not withdrawn, by id.
    pub(super) fn successors(&self, city: &CityId) -> Vec<CityId> {
        let successors = self.snapshot.succession.of(city).iter();
        successors.filter(|id| self.is_live(&RecordKey::city_itself(id))).cloned().collect()
    }

    /// True if `city` is `other`, or one of its direct or indirect successors.
    pub(super) fn is_descendant(&self, city: &CityId, other: &CityId) -> bool {
        let (mut seen, mut pending) = (BTreeSet::new(), vec![city]);
        while let Some(id) = pending.pop() {
            if id == other {
                return true;
            }
            let live = self.dossier(id).and_then(|dossier| dossier.city.live());
            let named = live.into_iter().flat_map(|(city, _)| &city.predecessors).map(|named| &named.city);
            pending.extend(named.filter(|id| seen.insert(*id)));
        }
        false
    }
}

impl Snapshot {
    /// The live successors of a withdrawn city, by id. A withdrawn successor is replaced by its own successors.
    #[must_use]
    pub fn heirs<'s>(&'s self, city: &'s CityId) -> BTreeSet<&'s CityId> {
        let (mut heirs, mut seen, mut pending) = (BTreeSet::new(), BTreeSet::from([city]), vec![city]);
        while let Some(id) = pending.pop() {
            for successor in self.succession.of(id) {
                match self.find(successor.as_str()) {
                    CityLookup::Here(..) => drop(heirs.insert(successor)),
                    _ if seen.insert(successor) => pending.push(successor),
                    _ => {}
                }
            }
        }
        heirs
    }
}
