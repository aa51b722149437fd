//! Budget: the emissions of all reported years together, compared with what the pathway allowed in them.
//!
//! The years run from the first comparable report after the base year to the year judged. Straight lines fill the gaps
//! between reports: `100 (sum of A(y) - sum of P(y)) / sum of P(y)`.
//! Source: cumulative emissions determine warming (IPCC AR6, Working Group I, Summary for Policymakers, D.1); the sum
//! is ours.

use serde::Serialize;
use serde_with::skip_serializing_none;
use utoipa::ToSchema;

use crate::record::Year;

use super::absent::{AbsentField, AbsentReason};
use super::pathway::{Pathway, Point, interpolate};
use super::printed::{Amount, Ratio, Unit};

/// The emissions of all reported years together, compared with what the pathway allowed in them.
#[skip_serializing_none]
#[derive(Debug, Clone, PartialEq, Serialize, ToSchema)]
pub struct Budget {
    /// The first year counted: that of the first comparable report after the base year.
    pub from: Year,
    /// The last year counted: the year judged.
    pub to: Year,
    /// The emissions of these years together, in t CO2e.
    pub emitted_tonnes: Amount,
    /// What the pathway allowed in these years together, in t CO2e.
    pub allowed_tonnes: Amount,
    /// The excess of the emissions over what was allowed, in percent of the latter; below 0 if less was emitted. Absent
    /// if the pathway allowed nothing.
    pub over_percent: Option<Ratio>,
    /// How many of these years have no comparable report, so that straight lines fill them.
    #[schema(example = 0)]
    pub interpolated_years: usize,
}

impl Budget {
    /// The budget over `figures`, the last of which is of the year judged, or why there is none.
    pub(super) fn of(pathway: &Pathway, figures: &[Point], unit: Unit) -> Result<Self, AbsentReason> {
        if unit == Unit::TonnesPerPerson {
            return Err(AbsentReason::PerPerson);
        }
        if pathway.base().is_none() {
            return Err(AbsentReason::NoBaseline);
        }
        let years = fill_gaps(figures);
        let (from, to) = years.first().zip(years.last()).ok_or(AbsentReason::InsufficientData)?;
        let emitted: f64 = years.iter().map(|year| year.point.amount).sum();
        let allowed: f64 = years.iter().map(|year| pathway.at(year.point.year)).sum();
        let over = (unit.round(allowed) != 0.0).then(|| 100.0 * (emitted - allowed) / allowed);
        Ok(Budget {
            from: from.point.year,
            to: to.point.year,
            emitted_tonnes: Amount::new(emitted).ok_or(AbsentReason::InsufficientData)?,
            allowed_tonnes: Amount::new(allowed).ok_or(AbsentReason::InsufficientData)?,
            over_percent: over.and_then(Ratio::new),
            interpolated_years: years.iter().filter(|year| year.interpolated).count(),
        })
    }

    /// The members that are absent, and why.
    pub(super) fn absent_field(&self) -> Option<AbsentField> {
        let absent = AbsentField { field: "budget.over_percent", reason: AbsentReason::PathwayAtZero };
        self.over_percent.is_none().then_some(absent)
    }
}

/// The figure of a year, reported or interpolated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct FilledYear {
    /// The amount in its year.
    pub point: Point,
    /// True if it lies on the straight line between two reports.
    pub interpolated: bool,
}

/// One figure for every year from the first of `figures` to the last; straight lines fill the gaps.
pub(super) fn fill_gaps(figures: &[Point]) -> Vec<FilledYear> {
    let mut years: Vec<FilledYear> = Vec::new();
    for point in figures {
        if let Some(before) = years.last().map(|last| last.point) {
            let gap = (before.year.get() + 1..point.year.get()).filter_map(Year::new);
            years.extend(gap.map(|year| {
                let point = Point { year, amount: interpolate(before, *point, year) };
                FilledYear { point, interpolated: true }
            }));
        }
        years.push(FilledYear { point: *point, interpolated: false });
    }
    years
}
