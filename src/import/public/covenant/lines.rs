//! The Covenant's sectors as lines of the GPC.
//!
//! Direct emissions are those of fuels burnt in the city, indirect ones those of electricity, heat and cold that were
//! supplied to it: scopes 1 and 2 of the GPC. Sources: GPC, tables 6.1, 7.1 and 8.1, for the lines; Covenant of Mayors
//! guidebook "How to develop a Sustainable Energy Action Plan", part II, chapter 2, for what is in a sector.
//!
//! Where a sector spans several lines, the one named here has its emissions and the others are included in it.
//! Municipal and tertiary buildings are one line of the GPC. An inventory that lacks one of the two, and with it more
//! than a twentieth of what the signatory's other inventory counts, has half a line: that is recorded as not estimated,
//! for as a value it would hide what is missing. The total as it was reported stays beside it.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::import::table::figure::json;

/// A sector of the Covenant, and its lines.
#[derive(Debug)]
struct Sector {
    /// How its name begins, in lower case.
    begins: &'static str,
    /// Its name in a sentence.
    name: &'static str,
    /// The line of its direct emissions.
    direct: &'static str,
    /// The line of its indirect emissions; those of waste are in other sectors.
    indirect: Option<&'static str>,
}

const fn sector(
    begins: &'static str,
    name: &'static str,
    direct: &'static str,
    indirect: Option<&'static str>,
) -> Sector {
    Sector { begins, name, direct, indirect }
}

const SECTORS: &[Sector] = &[
    sector("residential", "residential buildings", "I.1.1", Some("I.1.2")),
    sector("municipal", "municipal buildings", "I.2.1", Some("I.2.2")),
    sector("institutional", "tertiary buildings", "I.2.1", Some("I.2.2")),
    sector("tertiary", "tertiary buildings", "I.2.1", Some("I.2.2")),
    sector("manufacturing", "industry", "I.3.1", Some("I.3.2")),
    sector("industry", "industry", "I.3.1", Some("I.3.2")),
    sector("agriculture", "agriculture", "I.5.1", Some("I.5.2")),
    // Road vehicles burn nearly all fuel, trains and trams use nearly all electricity.
    sector("transport", "transport", "II.1.1", Some("II.2.2")),
    sector("waste", "waste and wastewater", "III.1.1", None),
];

/// Lines that have the emissions of others, and those others.
const INCLUDED: &[(&str, &[&str])] =
    &[("II.1.1", &["II.2.1"]), ("II.2.2", &["II.1.2"]), ("III.1.1", &["III.2.1", "III.3.1", "III.4.1"])];

/// The share of an inventory that may lack in another one without making a line of it half a line.
const SHARE: f64 = 0.05;

/// A part of an inventory: what the Covenant tells apart.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// The line of the GPC that counts it.
    line: &'static str,
    /// The sector in a sentence.
    sector: &'static str,
}

/// The part of a sector and a type of emissions; none where one of them is not known.
pub(super) fn part(stated: &str, is_direct: bool) -> Option<Part> {
    let lower = stated.to_lowercase();
    let sector = SECTORS.iter().find(|sector| lower.starts_with(sector.begins))?;
    let line = if is_direct { Some(sector.direct) } else { sector.indirect };
    Some(Part { line: line?, sector: sector.name })
}

/// The parts of an inventory, with their tonnes.
#[derive(Debug, Clone, Default)]
pub(super) struct Parts(BTreeMap<Part, f64>);

/// A part that an inventory lacks and another one has.
#[derive(Debug, Clone)]
pub(super) struct MissingPart {
    part: Part,
    /// What the other one has of it, in t.
    tonnes: f64,
    /// The year of the other one.
    year: String,
}

impl Parts {
    /// Adds the tonnes of a line of the file.
    pub fn add(&mut self, part: Part, tonnes: f64) {
        *self.0.entry(part).or_default() += tonnes;
    }

    /// The parts that make half lines of lines that this inventory has, beside one of a year.
    pub fn lacks(&self, other: &Parts, year: &str) -> Vec<MissingPart> {
        let whole: f64 = other.0.values().sum();
        let has_line = |line: &str| self.0.keys().any(|part| part.line == line);
        let lacking = |(part, _): &(&Part, &f64)| !self.0.contains_key(part) && has_line(part.line);
        let lacking: Vec<(&Part, &f64)> = other.0.iter().filter(lacking).collect();
        let of_line = |line: &str| lacking.iter().filter(|(part, _)| part.line == line).map(|(_, t)| **t).sum::<f64>();
        let weighs = |(part, _): &&(&Part, &f64)| of_line(part.line) > SHARE * whole;
        let lack =
            |(part, tonnes): &(&Part, &f64)| MissingPart { part: **part, tonnes: **tonnes, year: year.to_owned() };
        lacking.iter().filter(weighs).map(lack).collect()
    }

    /// The lines as records take them; half lines have no value.
    pub fn lines(&self, lacks: &[MissingPart]) -> Vec<Value> {
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for (part, tonnes) in &self.0 {
            *sums.entry(part.line).or_default() += tonnes;
        }
        let mut lines = Vec::new();
        for (line, tonnes) in &sums {
            lines.push(match lacks.iter().find(|lack| lack.part.line == *line) {
                Some(lack) => self.half(lack),
                None => json!({"ref": line, "tonnes": json(*tonnes)}),
            });
            let included = INCLUDED.iter().filter(|(of, _)| of == line).flat_map(|(_, others)| *others);
            let explanation = format!("In {line}: the Covenant reports them together.");
            lines.extend(included.map(|other| json!({"ref": other, "notation": "IE", "explanation": explanation})));
        }
        lines
    }

    fn half(&self, MissingPart { part, tonnes, year }: &MissingPart) -> Value {
        let there = self.0.iter().filter(|(there, _)| there.line == part.line);
        let there: Vec<String> = there.map(|(there, tonnes)| format!("{} ({tonnes} t)", there.sector)).collect();
        let explanation = format!(
            "The inventory has {}, and not {}, which that of {year} has with {tonnes} t.",
            there.join(" and "),
            part.sector
        );
        json!({"ref": part.line, "notation": "NE", "explanation": explanation})
    }
}

impl MissingPart {
    /// Whether another lack makes a half line of the same line.
    pub fn is_of_line(&self, other: &MissingPart) -> bool {
        self.part.line == other.part.line
    }
}
