//! The ids of the baselines and targets in a file. They are readable and depend only on what the rows say.
//!
//! All rows of a file are read before the first id is given. So the order of rows and files does not matter, and no two
//! records share an id.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::change::sha256;

use super::pledge::{Base, Pledge};

/// The longest id that records allow, in characters.
const ID_CHARACTERS: usize = 64;

/// What the pledges of a file have in common, by account.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// What the pledges with the same year, amount and part are measured from.
    measures: BTreeMap<(String, String), BTreeSet<Measure>>,
    /// How many pledges are measured from each figure of a base year.
    bases: BTreeMap<(String, String), BTreeMap<Tonnes, usize>>,
}

/// What a pledge is measured from, exactly.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
struct Measure {
    base: Option<(i32, Tonnes)>,
    scenario: Option<Tonnes>,
}

/// Tonnes with an order. For positive numbers the order of their bits is right.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tonnes(u64);

impl Tonnes {
    const fn of(tonnes: f64) -> Self {
        Tonnes(tonnes.to_bits())
    }

    fn id_part(self) -> String {
        id_part(&f64::from_bits(self.0).to_string())
    }
}

impl Ids {
    /// Registers a pledge.
    pub fn add(&mut self, pledge: &Pledge) {
        let entity = pledge.entity();
        self.measures.entry((entity.clone(), stem(pledge))).or_default().insert(measure(pledge));
        if let Some(base) = &pledge.base {
            let figures = self.bases.entry((entity, base_stem(pledge, base))).or_default();
            *figures.entry(Tonnes::of(base.tonnes)).or_default() += 1;
        }
    }

    /// The id of the baseline that a pledge is measured from: the year, and the part if it covers only one. None
    /// without a baseline.
    ///
    /// If there are several figures for that year, the one that most pledges use gets this id, or the largest of
    /// equally common ones. The ids of the others contain the figure.
    pub fn baseline(&self, pledge: &Pledge) -> Option<String> {
        let base = pledge.base.as_ref()?;
        let stem = base_stem(pledge, base);
        let figures = self.bases.get(&(pledge.entity(), stem.clone()));
        let most = figures.and_then(|figures| figures.iter().max_by_key(|(tonnes, count)| (**count, **tonnes)));
        let tonnes = Tonnes::of(base.tonnes);
        let is_first = most.is_none_or(|(first, _)| *first == tonnes);
        Some(if is_first { stem } else { shorten(format!("{stem}-at-{}", tonnes.id_part())) })
    }

    /// The id of a target: the year and the amount, such as `2030-40`, and the part if it covers only one.
    ///
    /// If several pledges would share this id, it also names the base: `2030-40-from-1990`.
    pub fn target(&self, pledge: &Pledge) -> String {
        let (stem, own) = (stem(pledge), measure(pledge));
        let Some(all) = self.measures.get(&(pledge.entity(), stem.clone())).filter(|all| all.len() > 1) else {
            return shorten(stem);
        };
        let year = |measure: &Measure| measure.base.map(|(year, _)| year);
        let mut id = stem;
        if let Some((from, tonnes)) = own.base {
            id = format!("{id}-from-{from}");
            if all.iter().filter(|other| year(other) == Some(from)).count() > 1 {
                id = format!("{id}-at-{}", tonnes.id_part());
            }
        }
        // Pledges against a scenario may differ only in the scenario.
        if let Some(scenario) = own.scenario
            && all.iter().any(|other| other.base == own.base && *other != own)
        {
            id = format!("{id}-of-{}", scenario.id_part());
        }
        shorten(id)
    }
}

fn measure(pledge: &Pledge) -> Measure {
    let base = pledge.base.as_ref().map(|base| (base.year, Tonnes::of(base.tonnes)));
    Measure { base, scenario: pledge.goal.scenario().map(Tonnes::of) }
}

fn stem(pledge: &Pledge) -> String {
    with_part(format!("{}-{}", pledge.target_year, id_part(&pledge.goal.in_short())), pledge)
}

fn base_stem(pledge: &Pledge, base: &Base) -> String {
    with_part(base.year.to_string(), pledge)
}

/// An id with the part or level that the pledge covers, unless it is the whole by the city's own definition.
fn with_part(id: String, pledge: &Pledge) -> String {
    match (pledge.covers.part, pledge.covers.level) {
        (Some(part), _) => format!("{id}-{}", id_part(part.name)),
        (None, "own") => id,
        (None, level) => format!("{id}-{}", id_part(level)),
    }
}

/// Converts a text for use in an id: letters and digits, everything else as single hyphens.
fn id_part(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}

/// Returns the id, or a shortened one with a hash if it is too long.
fn shorten(id: String) -> String {
    if id.len() <= ID_CHARACTERS {
        return id;
    }
    let hash = &sha256(&id)[..8];
    format!("{}-{hash}", &id[..ID_CHARACTERS - 9])
}
