//! The verdict (section 4 of the method): the first row of the table that applies.

use crate::record::Year;
use crate::record::vocabulary::vocabulary;

use super::pathway::{Pathway, Point};
use super::printed::{Unit, rounded};

vocabulary! {
    /// Whether a target is being kept.
    Verdict {
        /// The target is withdrawn, superseded, only proposed, or for one sector.
        NotJudged = "not_judged",
        /// The figures count different things: no verdict.
        NotComparable = "not_comparable",
        /// A baseline or a report is missing, or it is too early to tell.
        InsufficientData = "insufficient_data",
        /// The first comparable figure for the target year or later is at or below the target.
        Achieved = "achieved",
        /// The first comparable figure for the target year or later is above the target.
        Missed = "missed",
        /// At least 95 % of the reduction called for so far is delivered.
        OnTrack = "on_track",
        /// 60 % to 95 % of the reduction called for so far is delivered.
        Behind = "behind",
        /// Less than 60 % of the reduction called for so far is delivered.
        OffTrack = "off_track",
        /// Emissions are above the baseline, and a reduction is called for.
        MovingAway = "moving_away",
    }
}

vocabulary! {
    /// Why there is no verdict.
    Reason {
        /// The target is only proposed.
        Proposed = "proposed",
        /// The target was replaced by another.
        Superseded = "superseded",
        /// The city gave the target up.
        Withdrawn = "withdrawn",
        /// The target is for one sector only.
        SectorTarget = "sector_target",
        /// The baseline has no figure at the target's level.
        BaselineNoFigureAtLevel = "baseline_no_figure_at_level",
        /// There are reports after the base year, and none can be compared with the baseline.
        NoComparableReport = "no_comparable_report",
        /// No baseline is recorded, and no report that serves as one.
        NoBaseline = "no_baseline",
        /// The target is per person and its baseline states no population.
        NoPopulation = "no_population",
        /// The base-year figure is not above 0: nothing can be measured against it.
        BaselineNotPositive = "baseline_not_positive",
        /// The base year does not lie before the target year.
        BaselineNotBeforeTarget = "baseline_not_before_target",
        /// There is no report for a year after the base year.
        NoReport = "no_report",
        /// So little was called for so far that the error of inventories hides it.
        TooEarly = "too_early",
    }
}

/// Share of the reduction called for from which a city is on track.
///
/// This and the next are the cut-offs of the Eurostat method for indicators with a quantitative
/// target ("Sustainable development in the European Union: monitoring report", annex), applied to
/// a ratio that, unlike Eurostat's ratio of growth rates, is defined for a target of zero.
pub const ON_TRACK_PACE: f64 = 0.95;
/// Share of the reduction called for from which a city is behind rather than off track.
pub const BEHIND_PACE: f64 = 0.60;
/// Excess over a pathway that still allows growth, as a factor, up to which a city is only behind.
pub const GROWTH_TOLERANCE: f64 = 1.05;
/// Years after the base year before which a verdict is early, and is not made where little is called for.
pub const EARLY_YEARS: f64 = 5.0;
/// Share of the baseline below which a reduction called for so soon is not judged: inventories err by some 3 %.
pub const EARLY_SHARE: f64 = 0.05;

/// The numbers of the year judged, in the unit of the target and not rounded, and what they mean.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Judgement {
    /// The verdict.
    pub verdict: Verdict,
    /// Why there is none, when it is too early.
    pub reason: Option<Reason>,
    /// The year judged: the latest, or the first at or after the target year.
    pub year: Year,
    /// What was emitted, `A`.
    pub actual: f64,
    /// What the pathway allowed, `P`.
    pub expected: f64,
    /// `A - P`.
    pub gap: f64,
    /// `100 (A - P) / P`; none when `P` is 0.
    pub gap_percent: Option<f64>,
    /// `B - A`; none without a baseline.
    pub delivered: Option<f64>,
    /// `B - P`; none without a baseline.
    pub called_for: Option<f64>,
    /// `delivered / called_for`; none unless a reduction is called for.
    pub pace: Option<f64>,
    /// `100 (B - A) / B`; none without a baseline.
    pub achieved_reduction_percent: Option<f64>,
    /// `100 (B - A) / (B - T)`; none without a baseline, or when the target equals it.
    pub target_progress_percent: Option<f64>,
}

/// Judges comparable figures against a pathway.
///
/// None when there is nothing to judge: no figure after the base year, or, without a base, none for
/// the target year or later. Figures of the base year and before are passed over.
#[must_use]
pub fn judge(pathway: &Pathway, figures: &[Point], unit: Unit) -> Option<Judgement> {
    let (base, target) = (pathway.base(), pathway.target());
    let after = |figure: &&Point| base.is_none_or(|base| figure.year > base.year);
    let reached =
        figures.iter().filter(after).filter(|figure| figure.year >= target.year).min_by_key(|figure| figure.year);
    let judged = match (reached, base) {
        (Some(first), _) => first,
        (None, Some(_)) => figures.iter().filter(after).max_by_key(|figure| figure.year)?,
        (None, None) => return None,
    };
    let numbers = numbers(pathway, *judged, unit);
    let (verdict, reason) = match (reached, base) {
        (None, Some(base)) => course(&numbers, base, target, unit),
        _ => (outcome(&numbers, target, unit), None),
    };
    Some(Judgement { verdict, reason, ..numbers })
}

/// The numbers of the year of `judged`; the verdict is still open.
fn numbers(pathway: &Pathway, judged: Point, unit: Unit) -> Judgement {
    let Point { year, amount: actual } = judged;
    let expected = pathway.at(year);
    let gap = actual - expected;
    let base = pathway.base().map(|base| base.amount);
    let delivered = base.map(|base| base - actual);
    let called_for = base.map(|base| base - expected);
    // What is printed as 0 is no divisor: the quotient would be noise.
    let quotient = |dividend: f64, divisor: f64| (unit.round(divisor) != 0.0).then(|| dividend / divisor);
    let reduction = called_for.filter(|called_for| unit.round(*called_for) > 0.0);
    Judgement {
        verdict: Verdict::InsufficientData,
        reason: None,
        year,
        actual,
        expected,
        gap,
        gap_percent: quotient(100.0 * gap, expected),
        delivered,
        called_for,
        pace: delivered.zip(reduction).map(|(delivered, called_for)| delivered / called_for),
        achieved_reduction_percent: base.and_then(|base| quotient(100.0 * (base - actual), base)),
        target_progress_percent: base
            .and_then(|base| quotient(100.0 * (base - actual), base - pathway.target().amount)),
    }
}

/// The verdict once there is a figure for the target year or later.
fn outcome(numbers: &Judgement, target: Point, unit: Unit) -> Verdict {
    if unit.round(numbers.actual) <= unit.round(target.amount) { Verdict::Achieved } else { Verdict::Missed }
}

/// The verdict on the way to the target year.
fn course(numbers: &Judgement, base: Point, target: Point, unit: Unit) -> (Verdict, Option<Reason>) {
    let (actual, asked) = (unit.round(numbers.actual), unit.round(target.amount));
    if asked < unit.round(base.amount) && actual <= asked {
        return (Verdict::OnTrack, None);
    }
    let Some(pace) = numbers.pace else {
        return (growth(actual, numbers.expected, unit), None);
    };
    let little = unit.round(base.amount - numbers.expected) < unit.round(EARLY_SHARE * base.amount);
    if numbers.year.since(base.year) < EARLY_YEARS && little {
        return (Verdict::InsufficientData, Some(Reason::TooEarly));
    }
    let verdict = match rounded(pace, 1e6) {
        pace if pace >= ON_TRACK_PACE => Verdict::OnTrack,
        pace if pace >= BEHIND_PACE => Verdict::Behind,
        pace if pace >= 0.0 => Verdict::OffTrack,
        _ => Verdict::MovingAway,
    };
    (verdict, None)
}

/// The verdict while the pathway still allows growth.
fn growth(actual: f64, expected: f64, unit: Unit) -> Verdict {
    if actual <= unit.round(expected) {
        Verdict::OnTrack
    } else if actual <= unit.round(GROWTH_TOLERANCE * expected) {
        Verdict::Behind
    } else {
        Verdict::OffTrack
    }
}
