//! Ids of the baselines and targets of a file: readable, made from what the rows say and from nothing else.
//!
//! All rows of a file are looked at before the first id is given, so neither the order of rows nor that of files
//! decides who has which, and no two records share one.

use std::collections::{BTreeMap, BTreeSet};

use crate::record::change::sha256;

use super::pledge::{Base, Pledge};

/// Longest id that records take.
const CHARACTERS: usize = 64;

/// What the pledges of a file have in common, by account.
#[derive(Debug, Default)]
pub(super) struct Ids {
    /// What the pledges of one year, amount and part are measured from.
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

/// Tonnes that have an order: of positive numbers it is that of their bits.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Tonnes(u64);

impl Tonnes {
    const fn of(tonnes: f64) -> Self {
        Tonnes(tonnes.to_bits())
    }

    fn word(self) -> String {
        word(&f64::from_bits(self.0).to_string())
    }
}

impl Ids {
    /// Takes note of a pledge.
    pub fn note(&mut self, pledge: &Pledge) {
        let entity = pledge.entity();
        self.measures.entry((entity.clone(), stem(pledge))).or_default().insert(measure(pledge));
        if let Some(base) = &pledge.base {
            let figures = self.bases.entry((entity, base_stem(pledge, base))).or_default();
            *figures.entry(Tonnes::of(base.tonnes)).or_default() += 1;
        }
    }

    /// The id of the baseline that a pledge is measured from, if it is from one: its year, and its part if it is of one.
    ///
    /// Of several figures for it, the one that most pledges are measured from has that id, of equally many the largest;
    /// the others have the figure in theirs.
    pub fn baseline(&self, pledge: &Pledge) -> Option<String> {
        let base = pledge.base.as_ref()?;
        let stem = base_stem(pledge, base);
        let figures = self.bases.get(&(pledge.entity(), stem.clone()));
        let most = figures.and_then(|figures| figures.iter().max_by_key(|(tonnes, count)| (**count, **tonnes)));
        let tonnes = Tonnes::of(base.tonnes);
        let is_first = most.is_none_or(|(first, _)| *first == tonnes);
        Some(if is_first { stem } else { fitted(format!("{stem}-at-{}", tonnes.word())) })
    }

    /// The id of a target: its year and what it asks for, such as `2030-40`, and its part if it is of one.
    ///
    /// Where pledges that would share one are measured from different figures, it says from which: `2030-40-from-1990`.
    pub fn target(&self, pledge: &Pledge) -> String {
        let (stem, own) = (stem(pledge), measure(pledge));
        let Some(all) = self.measures.get(&(pledge.entity(), stem.clone())).filter(|all| all.len() > 1) else {
            return fitted(stem);
        };
        let year = |measure: &Measure| measure.base.map(|(year, _)| year);
        let mut id = stem;
        if let Some((from, tonnes)) = own.base {
            id = format!("{id}-from-{from}");
            if all.iter().filter(|other| year(other) == Some(from)).count() > 1 {
                id = format!("{id}-at-{}", tonnes.word());
            }
        }
        // Pledges against a scenario may differ in nothing else.
        if let Some(scenario) = own.scenario
            && all.iter().any(|other| other.base == own.base && *other != own)
        {
            id = format!("{id}-of-{}", scenario.word());
        }
        fitted(id)
    }
}

fn measure(pledge: &Pledge) -> Measure {
    let base = pledge.base.as_ref().map(|base| (base.year, Tonnes::of(base.tonnes)));
    Measure { base, scenario: pledge.asks.scenario().map(Tonnes::of) }
}

fn stem(pledge: &Pledge) -> String {
    with_part(format!("{}-{}", pledge.target_year, word(&pledge.asks.in_short())), pledge)
}

fn base_stem(pledge: &Pledge, base: &Base) -> String {
    with_part(base.year.to_string(), pledge)
}

/// An id with what the pledge covers, unless that is the whole by the city's own definition.
fn with_part(id: String, pledge: &Pledge) -> String {
    match (pledge.covers.part, pledge.covers.level) {
        (Some(part), _) => format!("{id}-{}", word(part.name)),
        (None, "own") => id,
        (None, level) => format!("{id}-{}", word(level)),
    }
}

/// A text as part of an id: letters and digits, the rest as single hyphens.
fn word(text: &str) -> String {
    let plain: String = text.to_lowercase().chars().map(|c| if c.is_ascii_alphanumeric() { c } else { ' ' }).collect();
    plain.split_whitespace().collect::<Vec<_>>().join("-")
}

/// The id itself, or what tells it apart where it is too long to be one.
fn fitted(id: String) -> String {
    if id.len() <= CHARACTERS {
        return id;
    }
    let hash = &sha256(&id)[..8];
    format!("{}-{hash}", &id[..CHARACTERS - 9])
}
