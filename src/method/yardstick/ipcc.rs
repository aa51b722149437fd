//! The IPCC yardsticks: whether a pathway reduces emissions by 2030 as much as the world must.
//!
//! The tests are `P(2030) <= 0.57 E(2019)` for 1.5 °C and `P(2030) <= 0.73 E(2019)` for 2 °C. `E(2019)` is the
//! comparable figure of 2019 or, without one, the value of the straight line between the nearest years before and
//! after.
//! Source: IPCC AR6, Working Group III, Summary for Policymakers, table SPM.2: global emissions in 2030 43 % below 2019
//! (category C1: 1.5 °C with no or limited overshoot) and 27 % below (category C3a: 2 °C with a probability above 67 %,
//! action beginning in 2020; all of C3, later action included, comes to 21 %).

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::{Slug, Year};

use super::{YardstickFigure, YardstickReason};
use crate::method::case::Case;
use crate::method::conclusion::Conclusion;
use crate::method::pathway::{Pathway, Point, interpolate};
use crate::method::printed::{Amount, Ratio, Unit};
use crate::method::verdict::Verdict;
use crate::method::wording::amount;

/// The share of the emissions of 2019 that may be left in 2030 for 1.5 °C: 43 % less.
pub(super) const SHARE_1_5C: f64 = 0.57;
/// The share of the emissions of 2019 that may be left in 2030 for 2 °C: 27 % less.
pub(super) const SHARE_2C: f64 = 0.73;
const REFERENCE_YEAR: i32 = 2019;
const MIDWAY_YEAR: i32 = 2030;

/// Whether a pathway falls from 2019 to 2030 as much as the IPCC finds for the world.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Ipcc {
    /// The id of the target; absent if the city has none that is judged.
    pub target: Option<Slug>,
    /// True if it does; absent if this cannot be said.
    #[schema(example = false)]
    pub meets: Option<bool>,
    /// Why this cannot be said; absent if it can.
    pub reason: Option<YardstickReason>,
    /// The answer as one sentence, with rounded numbers.
    pub sentence: String,
    /// The share of the emissions of 2019 that may be left in 2030.
    pub share: Ratio,
    /// What the pathway allows in 2030, in t CO2e; absent if that cannot be said.
    pub pathway_2030_tonnes: Option<Amount>,
    /// The emissions of 2019, in t CO2e; absent if they are not known.
    pub emissions_2019_tonnes: Option<Amount>,
    /// What may be left in 2030, in t CO2e: the share of the emissions of 2019.
    pub allowed_2030_tonnes: Option<Amount>,
    /// The figures that the emissions of 2019 are taken from: one if reported, two if interpolated, else absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub yearly_tonnes: Vec<YardstickFigure>,
}

/// Evaluates the yardstick of `share` for a target.
pub(super) fn evaluate(case: Option<&Case<'_, '_>>, share: f64) -> Ipcc {
    let allowed = case.ok_or(YardstickReason::NoTarget).and_then(pathway_in_2030);
    let reference = case.filter(|_| allowed.is_ok()).map(figures_2019).unwrap_or_default();
    let emitted = emissions_2019(&reference);
    let answer = allowed.and_then(|pathway| Ok((pathway, emitted.ok_or(YardstickReason::No2019Figure)?)));
    let round = |amount: f64| Unit::Tonnes.round(amount);
    Ipcc {
        target: case.map(|case| case.id.clone()),
        meets: answer.ok().map(|(pathway, emitted)| round(pathway) <= round(share * emitted)),
        reason: answer.err(),
        sentence: sentence(answer, share),
        share: Ratio::new(share).expect("a share is a number"),
        pathway_2030_tonnes: allowed.ok().and_then(Amount::new),
        emissions_2019_tonnes: emitted.and_then(Amount::new),
        allowed_2030_tonnes: emitted.and_then(|emitted| Amount::new(share * emitted)),
        yearly_tonnes: reference.into_iter().filter_map(YardstickFigure::of).collect(),
    }
}

/// `P(2030)`, or why there is none.
fn pathway_in_2030(case: &Case<'_, '_>) -> Result<f64, YardstickReason> {
    if Conclusion::of(case).verdict == Verdict::NotJudged {
        return Err(YardstickReason::NotJudged);
    }
    if case.unit == Unit::TonnesPerPerson {
        return Err(YardstickReason::PerPerson);
    }
    let pathway = case.pathway.as_ref().map_err(|_| YardstickReason::NoPathway)?;
    allowed_in_2030(pathway).ok_or(YardstickReason::PathwayWithout2030)
}

/// What a pathway allows in 2030; `None` if 2030 is before its base or, without a base, before its target year.
pub(super) fn allowed_in_2030(pathway: &Pathway) -> Option<f64> {
    let year = Year::new(MIDWAY_YEAR)?;
    let begins = pathway.base().unwrap_or(pathway.target()).year;
    (begins <= year).then(|| pathway.at(year))
}

/// `E(2019)` from the figures it is taken from: that of the year, or the straight line between two.
pub(super) fn emissions_2019(reference: &[Point]) -> Option<f64> {
    match *reference {
        [only] => Some(only.amount),
        [before, after] => Year::new(REFERENCE_YEAR).map(|year| interpolate(before, after, year)),
        _ => None,
    }
}

/// The figure of 2019, or else those of the nearest years before and after it; empty if one of these is missing.
pub(super) fn figures_2019(case: &Case<'_, '_>) -> Vec<Point> {
    let points = case.points_of_all_years();
    let before = points.iter().rev().find(|point| point.year.get() <= REFERENCE_YEAR);
    let after = points.iter().find(|point| point.year.get() >= REFERENCE_YEAR);
    match (before, after) {
        (Some(before), Some(after)) if before.year == after.year => vec![*before],
        (Some(before), Some(after)) => vec![*before, *after],
        _ => Vec::new(),
    }
}

/// The answer as a sentence.
fn sentence(answer: Result<(f64, f64), YardstickReason>, share: f64) -> String {
    let in_words = |tonnes| amount(tonnes, Unit::Tonnes);
    let less = 100.0 * (1.0 - share);
    match answer {
        Ok((pathway, emitted)) => {
            let allowed = share * emitted;
            let is_within = Unit::Tonnes.round(pathway) <= Unit::Tonnes.round(allowed);
            let than = if is_within { "within" } else { "more than" };
            format!(
                "The pathway allows {} in 2030, {than} the {} that are {less:.0} % below 2019.",
                in_words(pathway),
                in_words(allowed)
            )
        }
        Err(reason) => format!("This cannot be said: {}.", explain_reason(reason)),
    }
}

/// Why there is no answer, for a sentence.
pub(super) fn explain_reason(reason: YardstickReason) -> &'static str {
    match reason {
        YardstickReason::NoTarget => "the city has no target that is judged",
        YardstickReason::NotJudged => "the target is not judged",
        YardstickReason::NoPathway => "the target has no pathway, for want of a baseline figure",
        YardstickReason::PathwayWithout2030 => "the pathway says nothing of 2030",
        YardstickReason::PerPerson => "the target is per person, and what is emitted in all is not asked",
        YardstickReason::No2019Figure => "there is no comparable figure for 2019, nor for a year before and one after",
        YardstickReason::NoAdoptedTarget => "no target at this level for the whole city is adopted",
        YardstickReason::NoReport => "there is no report with a figure at this level",
        YardstickReason::TooFewPoints => "there are fewer than three comparable figures since 2015",
        YardstickReason::FiguresTooOld => "the latest figure is more than four years old",
        YardstickReason::After2050 => "2050 has passed",
    }
}
