//! Coverage: whether two inventories count the same lines (section 1 of the method).
//!
//! On each side the lines that are not zero and that the other side does not know are added up, and divided by all
//! its lines; the larger of the two shares decides.
//! Source: ours; the notation keys, and that an unknown line is not 0, are the GPC's (chapter 2).

use crate::record::gpc::GpcRef;
use crate::record::gwp::GwpSet;
use crate::record::inventory::{Inventory, Level};
use crate::record::line::{LineValue, Notation};

use super::scope::Scope;

/// Share of one side, in percent, above which a report is left out.
pub const LEFT_OUT_PERCENT: f64 = 5.0;
/// Share of one side, in percent, above which there is a caution.
pub const CAUTION_PERCENT: f64 = 1.0;

/// What an inventory says of one line of the taxonomy.
#[derive(Debug, Clone, Default)]
enum State {
    /// Nothing: unknown.
    #[default]
    Absent,
    /// A value in kilograms, or 0 where it does not occur.
    Known { kilograms: i64, has_value: bool },
    /// Included in other lines, which it may name.
    Elsewhere { named: Vec<GpcRef> },
    /// Not estimated, or confidential.
    Unknown,
}

/// The lines of an inventory that a target counts, by their place in the taxonomy.
#[derive(Debug)]
pub(super) struct Lines(Vec<State>);

impl Lines {
    /// The lines of `inventory` within `scope`, those stated by gas converted by `gwp`; none if it has no lines.
    pub fn of(inventory: &Inventory, scope: &Scope, gwp: Option<GwpSet>) -> Option<Self> {
        if inventory.lines.is_empty() || (scope.level == Level::Consumption && scope.lines.is_none()) {
            return None;
        }
        let mut states = vec![State::Absent; GpcRef::all().count()];
        for line in inventory.lines.iter().filter(|line| scope.counts(line.reference)) {
            let state = &mut states[line.reference.index()];
            *state = match (&line.value, line.kilograms(gwp)) {
                (LineValue::Notation { notation: Notation::IncludedElsewhere, .. }, _) => {
                    State::Elsewhere { named: line.included_in() }
                }
                // A line stated by several gases is the sum of them.
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

    /// Whether a line is not estimated or confidential.
    pub fn has_unknown(&self) -> bool {
        self.0.iter().any(|state| matches!(state, State::Unknown))
    }

    /// The kilograms of a line that has a value or does not occur.
    fn known(&self, line: GpcRef) -> Option<i64> {
        match self.0[line.index()] {
            State::Known { kilograms, .. } => Some(kilograms),
            _ => None,
        }
    }

    fn has_value(&self, line: GpcRef) -> bool {
        matches!(self.0[line.index()], State::Known { has_value: true, .. })
    }

    /// Whether an amount that another inventory has on `line` is counted here, on that line or elsewhere.
    fn covers(&self, line: GpcRef) -> bool {
        match &self.0[line.index()] {
            State::Known { .. } => true,
            State::Elsewhere { named } => {
                let mut of_sector = GpcRef::all().filter(|other| other.sector() == line.sector());
                named.iter().any(|named| self.has_value(*named)) || of_sector.any(|other| self.has_value(other))
            }
            State::Unknown | State::Absent => false,
        }
    }

    /// The amounts without their signs, in kilograms: all, and those that `other` does not cover.
    fn weights(&self, other: &Lines) -> (i64, i64) {
        let mut weights = (0, 0);
        for line in GpcRef::all() {
            let weight = self.known(line).unwrap_or(0).abs();
            weights.0 += weight;
            if weight > 0 && !other.covers(line) {
                weights.1 += weight;
            }
        }
        weights
    }

    /// The lines that are not zero here and that `other` does not cover.
    fn uncovered<'o>(&'o self, other: &'o Lines) -> impl Iterator<Item = GpcRef> + 'o {
        GpcRef::all().filter(|line| self.known(*line).unwrap_or(0) != 0 && !other.covers(*line))
    }

    /// The lines known on both sides, with the kilograms of each side.
    pub fn shared<'o>(&'o self, other: &'o Lines) -> impl Iterator<Item = (i64, i64)> + 'o {
        GpcRef::all().filter_map(|line| self.known(line).zip(other.known(line)))
    }
}

/// What of two inventories the other one does not count.
#[derive(Debug, Clone)]
pub(super) struct Gap {
    /// The larger share of one side, in percent.
    pub percent: f64,
    /// Whether it is of the baseline, rather than of the report.
    pub of_base: bool,
    /// The lines.
    pub lines: Vec<GpcRef>,
}

impl Gap {
    /// What the lines of a baseline and a report leave out of each other; none if nothing. `figures` are their figures
    /// in kilograms, by which shares are taken at the level `own` where they are larger than the lines.
    pub fn between(base: &Lines, report: &Lines, scope: &Scope, figures: [i64; 2]) -> Option<Self> {
        let share = |(all, uncovered): (i64, i64), figure: i64| {
            let own = scope.level == Level::Own && scope.lines.is_none();
            let whole = if own { all.max(figure.abs()) } else { all };
            #[allow(clippy::cast_precision_loss, reason = "at most 10^15 kilograms, below 2^53")]
            let percent = if whole > 0 { 100.0 * uncovered as f64 / whole as f64 } else { 0.0 };
            percent
        };
        let of_base = share(base.weights(report), figures[0]);
        let of_report = share(report.weights(base), figures[1]);
        let base_larger = of_base >= of_report;
        let (percent, lines): (f64, Vec<GpcRef>) = if base_larger {
            (of_base, base.uncovered(report).collect())
        } else {
            (of_report, report.uncovered(base).collect())
        };
        (percent > 0.0).then_some(Gap { percent, of_base: base_larger, lines })
    }

    /// The lines for a sentence, at most three by name.
    pub fn named_lines(&self) -> String {
        let names: Vec<&str> = self.lines.iter().map(|line| line.as_str()).collect();
        match names.as_slice() {
            [only] => format!("line {only}"),
            [some @ .., last] if names.len() <= 3 => format!("lines {} and {last}", some.join(", ")),
            _ => format!("{} lines, {} among them", names.len(), names[..2].join(" and ")),
        }
    }
}
