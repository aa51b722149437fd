//! Yardsticks: how ambitious a pledge or a course is (section 6 of the method).
//!
//! They judge the pledge or the course, not its delivery, and never change a verdict. Every input is printed with the
//! answer. If there is no answer, the reason is printed.

mod carbon_law;
mod ipcc;
mod race_to_zero;

use std::collections::BTreeMap;

use chrono::NaiveDate;
use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::level::Level;
use crate::record::vocabulary::vocabulary;
use crate::record::{View, Year};

use super::Assessments;
use super::case::Case;
use super::pathway::Point;
use super::printed::Amount;

pub use carbon_law::CarbonLaw;
pub use ipcc::Ipcc;
pub use race_to_zero::RaceToZero;

vocabulary! {
    /// Why a yardstick gives no answer.
    YardstickReason {
        /// The city has no target that is judged.
        NoTarget = "no_target",
        /// The target is not judged.
        NotJudged = "not_judged",
        /// The target has no pathway, because its baseline is missing or cannot be used.
        NoPathway = "no_pathway",
        /// The pathway does not include 2030.
        PathwayWithout2030 = "pathway_without_2030",
        /// The target is per person, but this is about all emissions together.
        PerPerson = "per_person",
        /// There is no comparable figure for 2019, nor one before and one after it, at this level.
        No2019Figure = "no_2019_figure",
        /// No target at this level that covers the whole city is adopted or in law.
        NoAdoptedTarget = "no_adopted_target",
        /// The city has no report with a figure at any level, or none at this level.
        NoReport = "no_report",
        /// There are fewer than three comparable figures since 2015.
        TooFewPoints = "too_few_points",
        /// The latest figure is more than 4 years older than the judgement.
        FiguresTooOld = "figures_too_old",
        /// The sums run to 2050, which has passed.
        After2050 = "after_2050",
    }
}

/// How ambitious a city's pledges and its course are. Whether it delivers is another question.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Yardsticks {
    /// The level that `race_to_zero` and `carbon_law` use: the requested one, or else that of the headline target, or
    /// else the one with the most reports. Absent if there is none of these.
    pub level: Option<Level>,
    /// Whether the pathway of the headline target falls by 2030 as much as the world does on average in 1.5 °C
    /// pathways.
    pub ipcc_1_5c: Ipcc,
    /// Whether the pathway of the headline target falls by 2030 as much as the world does on average in 2 °C pathways.
    pub ipcc_2c: Ipcc,
    /// Whether the adopted targets meet the criteria of the Race to Zero.
    pub race_to_zero: RaceToZero,
    /// Whether the course of emissions, if it continues, stays within the carbon law.
    pub carbon_law: CarbonLaw,
    /// The yardsticks for each target, by the target's id.
    pub by_target: BTreeMap<String, TargetYardsticks>,
}

/// How ambitious one target is.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct TargetYardsticks {
    /// Whether its pathway falls by 2030 as much as the world does on average in 1.5 °C pathways.
    pub ipcc_1_5c: Ipcc,
    /// Whether its pathway falls by 2030 as much as the world does on average in 2 °C pathways.
    pub ipcc_2c: Ipcc,
}

/// A figure that a yardstick uses.
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct YardstickFigure {
    /// The year.
    pub year: Year,
    /// The figure, in t CO2e.
    pub tonnes: Amount,
}

impl YardstickFigure {
    fn of(point: Point) -> Option<Self> {
        Some(YardstickFigure { year: point.year, tonnes: Amount::new(point.amount)? })
    }
}

/// Evaluates the yardsticks of section 6 for a city in the state `view`, on the day `judged_on`.
///
/// `assessments` must be of the same view and day. `level` is the requested one, if any.
#[must_use]
pub fn yardsticks(
    view: &View<'_>,
    judged_on: NaiveDate,
    level: Option<Level>,
    assessments: &Assessments,
) -> Yardsticks {
    let cases: Vec<Case<'_, '_>> = super::cases(view, judged_on);
    let headline = cases.iter().find(|case| Some(case.id) == assessments.headline.as_ref());
    let level = level.or(headline.map(|case| case.target.level)).or_else(|| level_with_most_reports(view, judged_on));
    Yardsticks {
        level,
        ipcc_1_5c: ipcc::evaluate(headline, ipcc::SHARE_1_5C),
        ipcc_2c: ipcc::evaluate(headline, ipcc::SHARE_2C),
        race_to_zero: race_to_zero::evaluate(&cases, level),
        carbon_law: carbon_law::evaluate(view, level, judged_on),
        by_target: cases.iter().map(|case| (case.id.to_string(), evaluate_target(case))).collect(),
    }
}

fn evaluate_target(case: &Case<'_, '_>) -> TargetYardsticks {
    let ipcc = |share| ipcc::evaluate(Some(case), share);
    TargetYardsticks { ipcc_1_5c: ipcc(ipcc::SHARE_1_5C), ipcc_2c: ipcc(ipcc::SHARE_2C) }
}

/// The level with the most reports; of several, the first in the order of levels.
fn level_with_most_reports(view: &View<'_>, judged_on: NaiveDate) -> Option<Level> {
    let ended = || view.reports.values().filter(|report| report.value.has_ended(judged_on));
    let reports = |level: Level| ended().filter(|report| report.value.figure(level).is_some()).count();
    let counted = Level::ALL.iter().rev().map(|level| (reports(*level), *level));
    // `max_by_key` takes the last of several maxima. In reverse order, that is the first level.
    counted.max_by_key(|(count, _)| *count).filter(|(count, _)| *count > 0).map(|(_, level)| level)
}
