//! Which cities came after which: the later ones say so, and the earlier ones are shown with them.

use std::collections::BTreeSet;

use imbl::OrdMap;

use super::snapshot::{CityLookup, Snapshot};
use super::staging::Staging;
use crate::record::{CityId, Dossier, RecordKey};

/// The later cities of each earlier one, as the later ones last said, withdrawn ones included.
#[derive(Debug, Clone, Default)]
pub struct Succession(OrdMap<CityId, Vec<CityId>>);

impl Succession {
    /// The cities that last said that they came from this one, by id.
    fn of(&self, predecessor: &CityId) -> &[CityId] {
        self.0.get(predecessor).map_or(&[], Vec::as_slice)
    }

    fn add(&mut self, predecessor: &CityId, successor: &CityId) {
        let successors = self.0.entry(predecessor.clone()).or_default();
        if let Err(place) = successors.binary_search(successor) {
            successors.insert(place, successor.clone());
        }
    }

    fn remove(&mut self, predecessor: &CityId, successor: &CityId) {
        if let Some(successors) = self.0.get_mut(predecessor) {
            successors.retain(|id| id != successor);
        }
    }
}

/// What a city last said of those that it came from, and whether it is there.
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
    /// Notes from which cities `city` came `before` and comes `now`; those that are shown with it are rendered anew.
    pub(super) fn note_origins(&mut self, city: &CityId, before: &Origins, now: &Origins) {
        for predecessor in before.predecessors.union(&now.predecessors) {
            let (was, is) = (before.predecessors.contains(predecessor), now.predecessors.contains(predecessor));
            if is && !was {
                self.snapshot.succession.add(predecessor, city);
            } else if was && !is {
                self.snapshot.succession.remove(predecessor, city);
            }
            let shown = (was && before.is_live, is && now.is_live);
            if shown.0 != shown.1 {
                self.bring_in_city(predecessor);
            }
        }
    }

    /// The cities there are that came from `city`, by id.
    pub(super) fn successors(&self, city: &CityId) -> Vec<CityId> {
        let successors = self.snapshot.succession.of(city).iter();
        successors.filter(|id| self.is_live(&RecordKey::city_itself(id))).cloned().collect()
    }

    /// Whether `city` is `other`, or came from it.
    pub(super) fn came_from(&self, city: &CityId, other: &CityId) -> bool {
        let (mut seen, mut ahead) = (BTreeSet::new(), vec![city]);
        while let Some(id) = ahead.pop() {
            if id == other {
                return true;
            }
            let live = self.dossier(id).and_then(|dossier| dossier.city.live());
            let named = live.into_iter().flat_map(|(city, _)| &city.predecessors).map(|named| &named.city);
            ahead.extend(named.filter(|id| seen.insert(*id)));
        }
        false
    }
}

impl Snapshot {
    /// The cities there are that came from one that is withdrawn, by id; in place of one that is withdrawn too, those
    /// that came from it.
    #[must_use]
    pub fn heirs<'s>(&'s self, city: &'s CityId) -> BTreeSet<&'s CityId> {
        let (mut heirs, mut seen, mut ahead) = (BTreeSet::new(), BTreeSet::from([city]), vec![city]);
        while let Some(id) = ahead.pop() {
            for successor in self.succession.of(id) {
                match self.find(successor.as_str()) {
                    CityLookup::Here(..) => drop(heirs.insert(successor)),
                    _ if seen.insert(successor) => ahead.push(successor),
                    _ => {}
                }
            }
        }
        heirs
    }
}
