//! The course: how a city stood against its pathway in the latest comparable year before the target year (section 4 of
//! the method).

use serde::Serialize;

use crate::record::Year;
use crate::record::inventory::Inventory;
use crate::record::vocabulary::vocabulary;

use super::pathway::{Pathway, Point};
use super::printed::Unit;

vocabulary! {
    /// How a city stood against its pathway in the latest comparable year. The verdict says what this means today.
    Course {
        /// At least 95 % of the reduction called for so far was delivered, or the target's level was reached.
        OnTrack = "on_track",
        /// 60 % to 95 % of the reduction called for so far was delivered.
        Behind = "behind",
        /// Less than 60 % of the reduction called for so far was delivered.
        OffTrack = "off_track",
        /// Emissions were above the baseline, and a reduction is called for.
        MovingAway = "moving_away",
        /// So little was called for so early that nothing can be said.
        TooEarly = "too_early",
        /// So little was called for that the change is within the uncertainty of inventories.
        WithinNoise = "within_noise",
    }
}

impl Course {
    /// The rank of a course, to compare two: the worse, the higher. `None` if it says nothing.
    pub(super) fn rank(self) -> Option<u8> {
        match self {
            Course::OnTrack => Some(0),
            Course::Behind => Some(1),
            Course::OffTrack => Some(2),
            Course::MovingAway => Some(3),
            Course::TooEarly | Course::WithinNoise => None,
        }
    }

    /// The course in words, for a sentence.
    pub(super) const fn in_words(self) -> &'static str {
        match self {
            Course::OnTrack => "on track",
            Course::Behind => "behind",
            Course::OffTrack => "off track",
            Course::MovingAway => "moving away from its target",
            Course::TooEarly => "too early to judge",
            Course::WithinNoise => "within the uncertainty of its figures",
        }
    }
}

/// The share of the reduction called for at or above which a city is on track.
///
/// This and the next are the thresholds of the Eurostat method for indicators with a quantitative target ("Sustainable
/// development in the European Union: monitoring report", annex). Here they apply to a ratio that, unlike Eurostat's
/// ratio of growth rates, is defined for a target of zero.
pub const ON_TRACK_PACE: f64 = 0.95;
/// The share of the reduction called for at or above which a city is behind rather than off track.
pub const BEHIND_PACE: f64 = 0.60;
/// While the pathway still allows growth: the factor above the pathway up to which a city is only behind.
pub const GROWTH_TOLERANCE: f64 = 1.05;
/// Years after the base year before which a verdict is early. It is then not made if little is called for.
pub const EARLY_YEARS: f64 = 5.0;
/// The share of the baseline below which a reduction called for so early is not judged.
pub const EARLY_SHARE: f64 = 0.05;
/// The share of the baseline by which a figure must differ from its pathway to be judged so early all the same.
pub const EARLY_AWAY: f64 = 0.1;
/// The uncertainty of an inventory that states none, as a share: inventories are wrong by about 3 %.
pub const UNCERTAINTY: f64 = 0.03;
/// The largest uncertainty that counts, as a share: uncertain figures must not excuse a city.
pub const UNCERTAINTY_MOST: f64 = 0.10;
/// The relative tolerance of ratios, because binary fractions miss decimal ones.
const SLACK: f64 = 1e-9;

/// The uncertainty of the figures of two inventories, `u`, as a share: the larger one stated, at most a tenth.
pub(super) fn uncertainty(inventories: &[&Inventory]) -> f64 {
    let stated = inventories.iter().filter_map(|inventory| inventory.uncertainty_percent);
    stated.max().map_or(UNCERTAINTY, |percent| percent.share().min(UNCERTAINTY_MOST))
}

/// The numbers of one year, in the unit of the target, not rounded.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct YearNumbers {
    /// The year.
    pub year: Year,
    /// What was emitted, `A`.
    pub actual: f64,
    /// What the pathway allowed, `P`.
    pub expected: f64,
    /// `A - P`.
    pub gap: f64,
    /// `100 (A - P) / P`; `None` unless `P` is above 0.
    pub gap_percent: Option<f64>,
    /// `B - A`; `None` without a baseline.
    pub delivered: Option<f64>,
    /// `B - P`; `None` without a baseline.
    pub called_for: Option<f64>,
    /// `delivered / called_for`; `None` unless a reduction is called for.
    pub pace: Option<f64>,
    /// `100 (B - A) / B`; `None` without a baseline.
    pub achieved_reduction_percent: Option<f64>,
    /// `100 (B - A) / (B - T)`; `None` without a baseline, or if the target equals it.
    pub target_progress_percent: Option<f64>,
}

impl YearNumbers {
    /// The numbers of the figure `judged`, compared with a pathway.
    #[must_use]
    pub fn of(pathway: &Pathway, judged: Point, unit: Unit) -> Self {
        let Point { year, amount: actual } = judged;
        let expected = pathway.at(year);
        let gap = actual - expected;
        let base = pathway.base().map(|base| base.amount);
        let delivered = base.map(|base| base - actual);
        let called_for = base.map(|base| base - expected);
        // Do not divide by what is printed as 0: the quotient would be noise.
        let quotient = |dividend: f64, divisor: f64| (unit.round(divisor) != 0.0).then(|| dividend / divisor);
        let reduction = called_for.filter(|called_for| unit.round(*called_for) > 0.0);
        YearNumbers {
            year,
            actual,
            expected,
            gap,
            gap_percent: (unit.round(expected) > 0.0).then(|| 100.0 * gap / expected),
            delivered,
            called_for,
            pace: delivered.zip(reduction).map(|(delivered, called_for)| delivered / called_for),
            achieved_reduction_percent: base.and_then(|base| quotient(100.0 * (base - actual), base)),
            target_progress_percent: base
                .and_then(|base| quotient(100.0 * (base - actual), base - pathway.target().amount)),
        }
    }

    /// The course, with `uncertainty` as a share; `None` without a base.
    #[must_use]
    pub fn course(&self, pathway: &Pathway, uncertainty: f64, unit: Unit) -> Option<Course> {
        let base = pathway.base()?;
        Some(Table { numbers: self, base, target: pathway.target().amount, uncertainty, unit }.course())
    }
}

/// The inputs of the table of courses.
struct Table<'n> {
    numbers: &'n YearNumbers,
    base: Point,
    target: f64,
    uncertainty: f64,
    unit: Unit,
}

impl Table<'_> {
    /// True if an amount is at most the other, as both are printed.
    fn at_most(&self, amount: f64, other: f64) -> bool {
        self.unit.round(amount) <= self.unit.round(other)
    }

    /// The first row of the table that applies.
    fn course(&self) -> Course {
        let (actual, expected, base) = (self.numbers.actual, self.numbers.expected, self.base.amount);
        let called_for = base - expected;
        if !self.at_most(base, self.target) && self.at_most(actual, self.target) {
            return Course::OnTrack;
        }
        if self.is_too_early(called_for) {
            return Course::TooEarly;
        }
        if self.unit.round(called_for.abs()) < self.unit.round(self.uncertainty * base) {
            return self.course_when_flat();
        }
        if called_for > 0.0 { self.course_of_reduction() } else { self.course_of_growth() }
    }

    fn is_too_early(&self, called_for: f64) -> bool {
        let (base, unit) = (self.base.amount, self.unit);
        let is_soon = self.numbers.year.since(self.base.year) < EARLY_YEARS;
        let is_little = unit.round(called_for) > 0.0 && unit.round(called_for) < unit.round(EARLY_SHARE * base);
        is_soon && is_little && unit.round(self.numbers.gap.abs()) < unit.round(EARLY_AWAY * base)
    }

    /// The course while the pathway has called for almost nothing: being close to it then proves nothing.
    fn course_when_flat(&self) -> Course {
        let (actual, expected, base) = (self.numbers.actual, self.numbers.expected, self.base.amount);
        let asks_nothing = self.at_most(base, self.target) && self.at_most(actual, expected);
        if asks_nothing || self.at_most(actual, (1.0 - self.uncertainty) * base) {
            Course::OnTrack
        } else if self.at_most(actual, (1.0 + self.uncertainty) * base) {
            Course::WithinNoise
        } else if self.at_most(expected, base) {
            Course::MovingAway
        } else {
            Course::OffTrack
        }
    }

    fn course_of_reduction(&self) -> Course {
        let reaches = |share: f64| self.numbers.pace.is_some_and(|pace| pace >= share * (1.0 - SLACK));
        if !self.at_most(self.numbers.actual, self.base.amount) {
            Course::MovingAway
        } else if reaches(ON_TRACK_PACE) {
            Course::OnTrack
        } else if reaches(BEHIND_PACE) {
            Course::Behind
        } else {
            Course::OffTrack
        }
    }

    /// The course while the pathway still allows growth.
    fn course_of_growth(&self) -> Course {
        let (actual, expected) = (self.numbers.actual, self.numbers.expected);
        if self.at_most(actual, expected) {
            Course::OnTrack
        } else if self.at_most(actual, GROWTH_TOLERANCE * expected) {
            Course::Behind
        } else {
            Course::OffTrack
        }
    }
}
