//! Race to Zero: whether the adopted targets reach net zero by 2050 and halve emissions by 2030.
//!
//! Net zero: a target with a year up to 2050 that leaves nothing but what is offset, at most a tenth. Half: the pathway
//! of at least one adopted target satisfies `P(2030) <= 0.5 E(2019)`. This is half of recent emissions, not of those of
//! a distant base year. The lowest share `P(2030) / E(2019)` is shown. `E(2019)` is as for the IPCC yardsticks.
//! Source: UNFCCC Climate Champions, "Race to Zero Campaign: Starting Line and Leadership Practices" (criteria 3.0,
//! 2022): net zero by 2050 at the latest, and a fair share of halving by 2030.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::level::Level;
use crate::record::{Slug, Year};

use super::ipcc::{allowed_in_2030, emissions_2019, explain_reason, figures_2019};
use super::{YardstickFigure, YardstickReason};
use crate::method::case::Case;
use crate::method::goal::{RESIDUAL_PERCENT, is_net_zero};
use crate::method::pathway::Point;
use crate::method::printed::{Amount, Unit};
use crate::method::standing;

const NET_ZERO_BY: i32 = 2050;
/// The share of the emissions of 2019 that may be left in 2030.
const HALF: f64 = 0.5;

/// Whether the adopted targets meet the criteria of the Race to Zero.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct RaceToZero {
    /// True if they do; absent if this cannot be said.
    #[schema(example = true)]
    pub meets: Option<bool>,
    /// Why this cannot be said; absent if it can.
    pub reason: Option<YardstickReason>,
    /// The answer as one sentence.
    pub sentence: String,
    /// The id of the adopted target that reaches net zero first, by 2050 at the latest; absent if none does.
    pub net_zero_target: Option<Slug>,
    /// The target year of `net_zero_target`.
    pub net_zero_year: Option<Year>,
    /// The id of the adopted target whose pathway leaves the lowest share of the emissions of 2019 in 2030; absent if
    /// no share is known.
    pub halving_target: Option<Slug>,
    /// What that pathway allows in 2030, in t CO2e.
    pub pathway_2030_tonnes: Option<Amount>,
    /// The emissions of 2019, from the figures comparable with that target's baseline, in t CO2e.
    pub emissions_2019_tonnes: Option<Amount>,
    /// The figures that the emissions of 2019 are taken from: one if reported, two if interpolated, else absent.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub yearly_tonnes: Vec<YardstickFigure>,
    /// Half of the emissions of 2019, in t CO2e.
    pub allowed_2030_tonnes: Option<Amount>,
}

/// The pathway of one target in 2030.
struct Halving<'a> {
    id: &'a Slug,
    /// `E(2019)`.
    emitted: f64,
    /// The figures it is taken from.
    figures: Vec<Point>,
    /// `P(2030)`.
    pathway: f64,
}

/// Evaluates the yardstick for the targets of a city at `level`.
pub(super) fn evaluate(cases: &[Case<'_, '_>], level: Option<Level>) -> RaceToZero {
    let adopted: Vec<&Case<'_, '_>> = cases.iter().filter(|case| is_adopted(case, level)).collect();
    let zero = adopted.iter().filter(|case| reaches_zero(case) && case.target.target_year.get() <= NET_ZERO_BY);
    let zero = zero.min_by_key(|case| case.target.target_year);
    let half = adopted
        .iter()
        .filter_map(|case| halving(case).ok())
        .min_by(|one, other| (one.pathway / one.emitted).total_cmp(&(other.pathway / other.emitted)));
    let halves = half.as_ref().map(|half| Unit::Tonnes.round(half.pathway) <= Unit::Tonnes.round(HALF * half.emitted));
    let (meets, reason) = match (zero, halves) {
        _ if adopted.is_empty() => (None, Some(YardstickReason::NoAdoptedTarget)),
        (_, None) => (None, adopted.iter().find_map(|case| halving(case).err())),
        (zero, Some(halves)) => (Some(zero.is_some() && halves), None),
    };
    RaceToZero {
        meets,
        reason,
        sentence: sentence(level, reason, zero.map(|case| case.target.target_year), halves),
        net_zero_target: zero.map(|case| case.id.clone()),
        net_zero_year: zero.map(|case| case.target.target_year),
        halving_target: half.as_ref().map(|half| half.id.clone()),
        pathway_2030_tonnes: half.as_ref().and_then(|half| Amount::new(half.pathway)),
        emissions_2019_tonnes: half.as_ref().and_then(|half| Amount::new(half.emitted)),
        allowed_2030_tonnes: half.as_ref().and_then(|half| Amount::new(HALF * half.emitted)),
        yearly_tonnes: half.into_iter().flat_map(|half| half.figures).filter_map(YardstickFigure::of).collect(),
    }
}

/// True if a target binds the whole city, at `level`.
fn is_adopted(case: &Case<'_, '_>, level: Option<Level>) -> bool {
    let binds = standing::is_binding(case.known, case.standing_day());
    binds && case.target.sector.is_none() && Some(case.target.level) == level
}

/// True if a target leaves nothing but what is offset, and plans to offset a tenth at most.
fn reaches_zero(case: &Case<'_, '_>) -> bool {
    let offset = case.target.max_offset_percent.map_or(0.0, |percent| percent.get());
    is_net_zero(case.target) && offset <= RESIDUAL_PERCENT
}

/// What the pathway of a target leaves in 2030 of the emissions of 2019, or why that cannot be said. Half per person
/// may be more than half in total, so a target per person gives no answer.
fn halving<'a>(case: &Case<'_, 'a>) -> Result<Halving<'a>, YardstickReason> {
    if case.unit == Unit::TonnesPerPerson {
        return Err(YardstickReason::PerPerson);
    }
    let pathway = case.pathway.as_ref().map_err(|_| YardstickReason::NoPathway)?;
    let pathway = allowed_in_2030(pathway).ok_or(YardstickReason::PathwayWithout2030)?;
    let figures = figures_2019(case);
    let emitted = emissions_2019(&figures).filter(|emitted| *emitted > 0.0).ok_or(YardstickReason::No2019Figure)?;
    Ok(Halving { id: case.id, emitted, figures, pathway })
}

/// The answer as a sentence.
fn sentence(level: Option<Level>, reason: Option<YardstickReason>, zero: Option<Year>, halves: Option<bool>) -> String {
    if let Some(reason) = reason {
        return format!("This cannot be said: {}.", explain_reason(reason));
    }
    // A target at another level may give another answer, so the sentence names the level.
    let at = level.map(|level| format!(" at the level {level}")).unwrap_or_default();
    let zero = zero.map_or(format!("No adopted target{at} reaches net zero by 2050"), |year| {
        format!("The adopted targets{at} reach net zero by {year}")
    });
    match halves {
        Some(true) => format!("{zero}; at least one pathway halves the emissions of 2019 by 2030."),
        Some(false) => format!("{zero}; no pathway at it halves the emissions of 2019 by 2030."),
        None => format!("{zero}."),
    }
}
