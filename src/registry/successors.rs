//! Shows a city with those that succeed it, and keeps that in step with writes.

use std::collections::BTreeSet;

use super::snapshot::{CityLookup, Snapshot};
use super::staging::Staging;
use super::succession::Origins;
use crate::record::{CityId, RecordKey};

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
