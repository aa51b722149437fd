//! Coverage: whether two inventories count the same lines (section 1 of the method).
//!
//! For each side, the lines are added up that are not zero and that the other side does not know. The sum is divided by
//! the sum of all lines of that side. The larger of the two shares decides.
//! Source: ours. The notation keys, and that an unknown line is not 0, are from the GPC (chapter 2).

use serde::Serialize;
use utoipa::ToSchema;

use crate::record::gpc::GpcRef;
use crate::record::gwp::GwpSet;
use crate::record::inventory::{Figure, Inventory};
use crate::record::level::Level;
use crate::record::line::{LineValue, Notation};
use crate::record::vocabulary::vocabulary;
use crate::record::{Tonnes, Year};

use super::printed::Ratio;
use super::scope::Scope;

/// The share of one side, in percent, above which a report is left out.
pub const LEFT_OUT_PERCENT: f64 = 5.0;
/// The share of one side, in percent, above which there is a caution.
pub const CAUTION_PERCENT: f64 = 1.0;

/// What an inventory says of one line of the taxonomy.
#[derive(Debug, Clone, Default)]
enum State {
    /// Nothing: unknown.
    #[default]
    Missing,
    /// A value in kilograms; 0 if the line does not occur.
    Known { kilograms: i64, has_value: bool },
    /// Included in other lines, which it may name.
    Elsewhere { named: Vec<GpcRef> },
    /// Not estimated, or confidential.
    Unknown,
}

/// The lines of an inventory that a target counts, by their index in the taxonomy.
#[derive(Debug)]
pub(super) struct Lines(Vec<State>);

impl Lines {
    /// The lines of `inventory` within `scope`, with those stated by gas converted by `gwp`; `None` if it has no lines.
    pub fn of(inventory: &Inventory, scope: &Scope, gwp: Option<GwpSet>) -> Option<Self> {
        if inventory.lines.is_empty() || (scope.level == Level::Consumption && scope.lines.is_none()) {
            return None;
        }
        let mut states = vec![State::Missing; GpcRef::all().count()];
        for line in inventory.lines.iter().filter(|line| scope.includes(line.reference)) {
            let state = &mut states[line.reference.index()];
            *state = match (&line.value, line.kilograms(gwp)) {
                (LineValue::Notation { notation: Notation::IncludedElsewhere, .. }, _) => {
                    State::Elsewhere { named: line.included_in() }
                }
                // A line stated in several gases is their sum.
                (_, Some(kilograms)) => match state {
                    State::Known { kilograms: others, has_value } => {
                        State::Known { kilograms: *others + kilograms, has_value: *has_value || line.has_value() }
                    }
                    _ => State::Known { kilograms, has_value: line.has_value() },
                },
                (_, None) => State::Unknown,
            };
        }
        Some(Lines(states))
    }

    /// True if a line is not estimated or confidential.
    pub fn has_unknown(&self) -> bool {
        self.0.iter().any(|state| matches!(state, State::Unknown))
    }

    /// The kilograms of a line that has a value or does not occur; `None` otherwise.
    fn known(&self, line: GpcRef) -> Option<i64> {
        match self.0[line.index()] {
            State::Known { kilograms, .. } => Some(kilograms),
            _ => None,
        }
    }

    fn has_value(&self, line: GpcRef) -> bool {
        matches!(self.0[line.index()], State::Known { has_value: true, .. })
    }

    /// True if an amount that another inventory has on `line` is counted here, on that line or elsewhere.
    fn covers(&self, line: GpcRef) -> bool {
        match &self.0[line.index()] {
            State::Known { .. } => true,
            State::Elsewhere { named } => {
                let mut of_sector = GpcRef::all().filter(|other| other.sector() == line.sector());
                named.iter().any(|named| self.has_value(*named)) || of_sector.any(|other| self.has_value(other))
            }
            State::Unknown | State::Missing => false,
        }
    }

    /// The sum of the absolute amounts of all lines, in kilograms.
    fn absolute_sum(&self) -> i64 {
        GpcRef::all().filter_map(|line| self.known(line)).map(i64::abs).sum()
    }

    /// The lines that are not zero here and that `other` does not cover, with their kilograms.
    fn uncovered(&self, other: &Lines) -> Vec<(GpcRef, i64)> {
        let known = GpcRef::all().filter_map(|line| Some((line, self.known(line)?)));
        known.filter(|(line, kilograms)| *kilograms != 0 && !other.covers(*line)).collect()
    }

    /// The lines known on both sides, with the kilograms of each side.
    pub fn shared<'o>(&'o self, other: &'o Lines) -> impl Iterator<Item = (GpcRef, [i64; 2])> + 'o {
        GpcRef::all().filter_map(|line| Some((line, [self.known(line)?, other.known(line)?])))
    }
}

vocabulary! {
    /// One of the two inventories that are compared.
    Side {
        /// The baseline.
        Baseline = "baseline",
        /// The report.
        Report = "report",
    }
}

/// The part of an inventory on lines that the other inventory does not know.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Uncovered {
    /// The year of the report.
    pub year: Year,
    /// The inventory with this part: of the two, the one with the larger share.
    pub side: Side,
    /// The lines, with this side's amounts.
    pub uncovered_lines: Vec<UncoveredLine>,
    /// The sum of their absolute amounts, in t CO2e.
    pub tonnes: Tonnes,
    /// The whole that the share is taken of, in t CO2e: the sum of the absolute amounts of all its lines. At the level
    /// `own`, this side's figure if that is larger.
    pub of_tonnes: Tonnes,
    /// The share, in percent. Above 5 the report is left out; above 1 there is a caution.
    pub share_percent: Ratio,
}

/// A line of one side that the other side does not know.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, ToSchema)]
pub struct UncoveredLine {
    /// The GPC reference number.
    #[serde(rename = "ref")]
    #[schema(value_type = String, pattern = "^[IV]{1,3}(\\.[1-8]){1,2}$", example = "I.1.1")]
    pub reference: GpcRef,
    /// Its amount, in t CO2e.
    pub tonnes: Tonnes,
}

impl Uncovered {
    /// What a baseline and the report of `year` do not know of each other's lines; `None` if nothing. At the level
    /// `own`, shares are taken of `figures` where these are larger than the lines.
    pub(super) fn between(sides: [&Lines; 2], figures: [Option<Figure>; 2], scope: &Scope, year: Year) -> Option<Self> {
        let [base, report] = sides;
        let of_base = Part::of(base, report, figures[0].filter(|_| scope.is_own()));
        let of_report = Part::of(report, base, figures[1].filter(|_| scope.is_own()));
        let (side, part) = if of_base.percent() >= of_report.percent() {
            (Side::Baseline, of_base)
        } else {
            (Side::Report, of_report)
        };
        let lines = part.lines.iter().map(|(reference, kilograms)| UncoveredLine {
            reference: *reference,
            tonnes: Tonnes::from_kilograms(*kilograms),
        });
        (part.kilograms > 0).then_some(Uncovered {
            year,
            side,
            uncovered_lines: lines.collect(),
            tonnes: Tonnes::from_kilograms(part.kilograms),
            of_tonnes: Tonnes::from_kilograms(part.whole),
            share_percent: Ratio::new(part.percent())?,
        })
    }

    /// The share in percent, not rounded.
    pub(super) fn percent(&self) -> f64 {
        self.share_percent.exact()
    }

    /// The lines for a sentence; at most three are named.
    pub(super) fn named_lines(&self) -> String {
        let names: Vec<&str> = self.uncovered_lines.iter().map(|line| line.reference.as_str()).collect();
        match names.as_slice() {
            [only] => format!("line {only}"),
            [some @ .., last] if names.len() <= 3 => format!("lines {} and {last}", some.join(", ")),
            _ => format!("{} lines, {} among them", names.len(), names[..2].join(" and ")),
        }
    }
}

/// The amounts of one side on lines that the other side does not know, in kilograms.
struct Part {
    lines: Vec<(GpcRef, i64)>,
    kilograms: i64,
    whole: i64,
}

impl Part {
    fn of(lines: &Lines, other: &Lines, figure: Option<Figure>) -> Self {
        let uncovered = lines.uncovered(other);
        let figure = figure.map_or(0, |figure| figure.tonnes.kilograms().abs());
        Part {
            kilograms: uncovered.iter().map(|(_, kilograms)| kilograms.abs()).sum(),
            whole: lines.absolute_sum().max(figure),
            lines: uncovered,
        }
    }

    #[allow(clippy::cast_precision_loss, reason = "at most 10^15 kilograms, below 2^53")]
    fn percent(&self) -> f64 {
        if self.whole > 0 { 100.0 * self.kilograms as f64 / self.whole as f64 } else { 0.0 }
    }
}
