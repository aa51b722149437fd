//! The Covenant's sectors as lines of the GPC.
//!
//! Direct emissions come from fuels burnt in the city. Indirect ones come from electricity, heat and cold supplied to
//! it. They are scopes 1 and 2 of the GPC. Sources: GPC, tables 6.1, 7.1 and 8.1, for the lines; Covenant of Mayors
//! guidebook "How to develop a Sustainable Energy Action Plan", part II, chapter 2, for the content of the sectors.
//!
//! If a sector spans several lines, the line named here has its emissions, and the others are marked as included in it.
//! Municipal and tertiary buildings share one line of the GPC. An inventory may lack one of the two. The line is
//! recorded as not estimated if the missing part is more than a twentieth of the signatory's other inventory. A value
//! would hide what is missing. The reported total is recorded unchanged.

use std::collections::BTreeMap;

use serde_json::{Value, json};

use crate::import::table::figure::json;

/// A sector of the Covenant, and its GPC lines.
#[derive(Debug)]
struct Sector {
    /// The beginning of its name, in lower case.
    prefix: &'static str,
    /// Its name for use in a sentence.
    name: &'static str,
    /// The line of its direct emissions.
    direct: &'static str,
    /// The line of its indirect emissions. Those of waste are in other sectors.
    indirect: Option<&'static str>,
}

const fn sector(
    prefix: &'static str,
    name: &'static str,
    direct: &'static str,
    indirect: Option<&'static str>,
) -> Sector {
    Sector { prefix, name, direct, indirect }
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

/// Lines that include the emissions of others, and those others.
const INCLUDED: &[(&str, &[&str])] =
    &[("II.1.1", &["II.2.1"]), ("II.2.2", &["II.1.2"]), ("III.1.1", &["III.2.1", "III.3.1", "III.4.1"])];

/// The share of an inventory that may be missing in another one without making a line incomplete.
const MISSING_SHARE: f64 = 0.05;

/// The smallest part of an inventory that the Covenant distinguishes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Part {
    /// The GPC line that counts it.
    line: &'static str,
    /// The sector, for use in a sentence.
    sector: &'static str,
}

/// The part for a sector and a type of emissions; none if either is unknown.
pub(super) fn part(stated: &str, is_direct: bool) -> Option<Part> {
    let lower = stated.to_lowercase();
    let sector = SECTORS.iter().find(|sector| lower.starts_with(sector.prefix))?;
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
    /// The tonnes of it in the other inventory.
    tonnes: f64,
    /// The year of the other inventory.
    year: String,
}

impl Parts {
    /// Adds the tonnes of a line of the file.
    pub fn add(&mut self, part: Part, tonnes: f64) {
        *self.0.entry(part).or_default() += tonnes;
    }

    /// The missing parts that make lines of this inventory incomplete, compared with one of another year.
    pub fn missing_from(&self, other: &Parts, year: &str) -> Vec<MissingPart> {
        let whole: f64 = other.0.values().sum();
        let has_line = |line: &str| self.0.keys().any(|part| part.line == line);
        let missing = |(part, _): &(&Part, &f64)| !self.0.contains_key(part) && has_line(part.line);
        let missing: Vec<(&Part, &f64)> = other.0.iter().filter(missing).collect();
        let line_tonnes =
            |line: &str| missing.iter().filter(|(part, _)| part.line == line).map(|(_, t)| **t).sum::<f64>();
        let is_relevant = |(part, _): &&(&Part, &f64)| line_tonnes(part.line) > MISSING_SHARE * whole;
        let missing_part =
            |(part, tonnes): &(&Part, &f64)| MissingPart { part: **part, tonnes: **tonnes, year: year.to_owned() };
        missing.iter().filter(is_relevant).map(missing_part).collect()
    }

    /// The lines in the form that records use. Incomplete lines have no value.
    pub fn lines(&self, missing: &[MissingPart]) -> Vec<Value> {
        let mut sums: BTreeMap<&str, f64> = BTreeMap::new();
        for (part, tonnes) in &self.0 {
            *sums.entry(part.line).or_default() += tonnes;
        }
        let mut lines = Vec::new();
        for (line, tonnes) in &sums {
            lines.push(match missing.iter().find(|missing| missing.part.line == *line) {
                Some(missing) => self.incomplete_line(missing),
                None => json!({"ref": line, "tonnes": json(*tonnes)}),
            });
            let included = INCLUDED.iter().filter(|(of, _)| of == line).flat_map(|(_, others)| *others);
            let explanation = format!("In {line}: the Covenant reports them together.");
            lines.extend(included.map(|other| json!({"ref": other, "notation": "IE", "explanation": explanation})));
        }
        lines
    }

    fn incomplete_line(&self, MissingPart { part, tonnes, year }: &MissingPart) -> Value {
        let present = self.0.iter().filter(|(present, _)| present.line == part.line);
        let present: Vec<String> =
            present.map(|(present, tonnes)| format!("{} ({tonnes} t)", present.sector)).collect();
        let explanation = format!(
            "The inventory has {}, and not {}, which that of {year} has with {tonnes} t.",
            present.join(" and "),
            part.sector
        );
        json!({"ref": part.line, "notation": "NE", "explanation": explanation})
    }
}

impl MissingPart {
    /// True if both are parts of the same GPC line.
    pub fn is_same_line(&self, other: &MissingPart) -> bool {
        self.part.line == other.part.line
    }
}
